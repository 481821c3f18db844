"""Values that stand for "missing"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from mlwright.data.compute.figures import Figures
from mlwright.data.kinds.names import word_set

MISSING_WORDS = word_set(
    """? ?? ??? - -- --- . .. NA na N/A n/a N/a N.A. n.a. n.a NaN nan NAN null NULL Null (null) <NA> <na> #N/A
    #NA #VALUE! #REF! #DIV/0! #NUM! #NAME? \\N missing Missing MISSING"""
)
"""Spellings that mean "missing" wherever they stand among other names."""

VAGUE_WORDS = frozenset(
    {"unknown", "none", "other", "not applicable", "not available", "unspecified", "undefined", "no data", "tbd", "nil"}
)
"""Words, in small letters, that may mean "missing" but tell something too: levels of a category, no numbers."""

UNKNOWN_WORDS = frozenset(
    {"unknown", "not available", "unspecified", "undefined", "no data", "tbd", "not known", "not given", "none given",
     "not stated", "no answer"}
)  # fmt: skip
"""Words, in small letters, that say that nothing is known, and yet are levels that may tell something."""

SENTINELS = frozenset({-1, *(sign * code for code in (9, 99, 999, 9999, 99999, 999999) for sign in (-1, 1))})
"""Numbers that people write for "missing"."""

LEAST_SHARE = 0.005
LEAST_REST = 5
FAR_SPANS = 3.0
SPIKE = 3.0


def missing_words(levels: Collection[str]) -> tuple[str, ...]:
    """Those of the levels of a text column that mean "missing", sorted.

    A minus is no missing value beside a plus, and ``NA`` none among short codes (Namibia, North America).

    >>> missing_words({"?", "red", "blue"}), missing_words({"+", "-"}), missing_words({"NA", "EU", "JP", "UK"})
    (('?',), (), ())
    """
    found = MISSING_WORDS & set(levels)
    rest = set(levels) - found
    if "+" in rest:
        found -= {"-"}
    short = [level for level in rest if re.fullmatch("[A-Z]{2}", level)]
    if len(short) >= 3 and len(short) >= 0.8 * len(rest):
        found -= {"NA"}
    return tuple(sorted(found))


def vague_words(levels: Collection[str]) -> tuple[str, ...]:
    """Those of the levels that may mean "missing", sorted."""
    return tuple(sorted(level for level in levels if level.casefold() in VAGUE_WORDS))


def suspects(figures: Figures, top: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """Extreme, frequent numbers of a number column that are worth a second look, as they are spelled."""
    ends = {figures.minimum, figures.maximum} & SENTINELS
    return tuple(value for value, count in top if _number(value) in ends and count >= max(2, LEAST_SHARE * figures.n))


def is_sentinel(code: str, top: Sequence[tuple[str, int]], rest: Figures) -> bool:
    """Whether a number that is written for "missing" cannot belong to the rest of the column.

    It lies either at least `FAR_SPANS` times the span of all other values away from them, or below zero where
    nothing else is, and is `SPIKE` times as frequent as the smallest of the others; or it is -1 among numbers of 1 and
    more, of which none is 0.

    Parameters
    ----------
    code : str
        The suspect.
    top : sequence of (str, int)
        The most frequent values of the column with their counts.
    rest : Figures
        Of the column without the suspects.
    """
    if rest.minimum is None or rest.maximum is None or rest.n_distinct < LEAST_REST:
        return False
    number, span = float(code), rest.maximum - rest.minimum
    gap = max(rest.minimum - number, number - rest.maximum)
    if gap >= FAR_SPANS * span:
        return True
    if number == -1 and rest.minimum >= 1 and rest.n_distinct >= 2 * LEAST_REST:
        return True
    counts = {_number(value): count for value, count in top}
    beside = counts.get(rest.minimum, 0)
    return number < 0 <= rest.minimum and rest.n_distinct >= 2 * LEAST_REST and counts[number] >= SPIKE * beside


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
