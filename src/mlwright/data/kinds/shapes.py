"""What text looks like (its patterns), and where moments leave stretches empty (gaps)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mlwright.records.profile import Gap, Pattern

MAX_PATTERNS = 5
MAX_GAPS = 3
LEAST_SHARE = 0.01
FEW_SAY_MOST = 0.8
"""Patterns of single characters are told where a few of them cover so many rows; else those of runs."""
LONGEST = 40
TIMES_USUAL = 5.0
CHANCE = 0.05


def by_character(value: str) -> str:
    """Each letter as A, each digit as 9.

    >>> by_character("ab-1234")
    'AA-9999'
    """
    return re.sub("[0-9]", "9", re.sub(r"[^\W\d_]", "A", value))


def by_run(value: str) -> str:
    """Each run of letters as A, each run of digits as 9.

    >>> by_run("ab-1234")
    'A-9'
    """
    return re.sub("[0-9]+", "9", re.sub(r"[^\W\d_]+", "A", value))


def patterns_of(values: Sequence[str]) -> tuple[Pattern, ...]:
    """The shapes of text that many rows have, most frequent first; none for text of very different lengths and forms.

    Parameters
    ----------
    values : sequence of str
        Values of rows drawn at random, without missing ones.
    """
    if not values:
        return ()
    fine = _frequent(values, by_character)
    if sum(pattern.share for pattern in fine) >= FEW_SAY_MOST:
        return fine
    coarse = _frequent(values, _runs_marked)
    return coarse if sum(pattern.share for pattern in coarse) >= FEW_SAY_MOST / 2 else ()


def _runs_marked(value: str) -> str:
    """Each run with a plus sign, so that it cannot be taken for a single character."""
    return by_run(value).replace("A", "A+").replace("9", "9+")


def _frequent(values: Sequence[str], shape: Callable[[str], str]) -> tuple[Pattern, ...]:
    lines = "\n".join(value.replace("\n", " ") for value in values)  # one text is searched faster than many
    shapes = shape(lines).split("\n")
    first = dict(zip(reversed(shapes), reversed(values), strict=True))
    return tuple(
        Pattern(pattern=pattern, share=n / len(values), example=first[pattern])
        for pattern, n in sorted(Counter(shapes).most_common(MAX_PATTERNS), key=lambda pair: (-pair[1], pair[0]))
        if n >= LEAST_SHARE * len(values) and len(pattern) <= LONGEST
    )


def gaps_of(moments: NDArray[np.float64], *, n_drawn: int | None = None) -> tuple[Gap, ...]:
    """The longest stretches in which nothing is, longest first.

    A stretch counts if it is longer than chance makes: moments that fall at random into their range leave a gap of
    ``log(n / 0.05)`` times the mean one in 5 of 100 tables; and if it is five times what 9 of 10 gaps keep.

    Parameters
    ----------
    moments : array of float64
        In seconds since 1970, in any order; those that are not finite are left out.
    n_drawn : int, optional
        How many rows were drawn, if these are not all moments: a gap may then hold a few of the others.
    """
    known = np.unique(moments[np.isfinite(moments)])
    if len(known) < 10:
        return ()
    steps = np.diff(known)
    usual = max(float(steps.mean()) * math.log(len(steps) / CHANCE), TIMES_USUAL * float(np.quantile(steps, 0.9)))
    longest = np.argsort(-steps, kind="stable")[:MAX_GAPS]
    most = 0.0 if n_drawn is None else math.log(len(known) / CHANCE) / n_drawn
    return tuple(
        Gap(after=float(known[place]), until=float(known[place + 1]), share_at_most=most)
        for place in longest
        if steps[place] > usual
    )
