"""Whether the rows that break a rule look like errors, or like exceptions that the rule has for good."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.data.evidence.dependencies import Groups
from mlwright.data.kinds.missing import UNKNOWN_WORDS

MOSTLY_AGAIN = 0.35
MANY_GROUPS = 5
LEAST_WRITTEN = 3
FEW_OF = 20
MANY_SINGLE = 5
LEAST_ALIKE = 3
MOST_ALIKE = 0.15
"""A value that stands in `LEAST_ALIKE` rows of a group, and in more than so many of them, is no error there."""

_signs = re.compile(r"[\W_]+")
_has_digit = re.compile(r"[0-9]").search

Places = NDArray[np.int64]


class Deviations(NamedTuple):
    """Whether what deviates from a rule looks like errors, and the values of which that cannot be said."""

    are_errors: bool
    open: Places


def deviations(groups: Groups, names: Sequence[str]) -> Deviations:
    """What to think of the rows that break a rule.

    A value that is no group's own and stands in `MANY_GROUPS` of them (``vacant`` for a head of department) may be an
    exception for good. Where it is what makes the others look like exceptions, it is left open, and they are errors.
    So are they if it is a few groups with two values of their own each (two countries with one code) that do so, one
    in `FEW_OF` at most, and `MANY_SINGLE` times as many rows deviate in all others.
    """
    if are_errors(groups, names, ()) or _but_for_mixed(groups, names):
        return Deviations(True, np.zeros(0, np.int64))
    of_pair, values = groups.pair_keys // groups.n_values, groups.pair_keys % groups.n_values
    n_groups = np.bincount(values[groups.top[of_pair] != values], minlength=groups.n_values)
    anybodys = np.setdiff1d(np.flatnonzero(n_groups >= MANY_GROUPS), groups.top)
    return Deviations(len(anybodys) > 0 and are_errors(groups, names, anybodys), anybodys)


def _but_for_mixed(groups: Groups, names: Sequence[str]) -> bool:
    """Whether the deviations look like errors but for a few groups that hold two values, each in many rows."""
    of_pair, values = groups.pair_keys // groups.n_values, groups.pair_keys % groups.n_values
    size = groups.of_group[of_pair]
    second = (groups.top[of_pair] != values) & (groups.pair_counts >= LEAST_ALIKE)
    mixed = np.unique(of_pair[second & (groups.pair_counts > MOST_ALIKE * size)])
    if not 0 < len(mixed) <= int((groups.of_group >= LEAST_ALIKE).sum()) / FEW_OF:
        return False
    kept = ~np.isin(of_pair, mixed)
    of_group, top_count = groups.of_group.copy(), groups.top_count.copy()
    of_group[mixed], top_count[mixed] = 0, 0
    rest = replace(
        groups,
        n=int(of_group.sum()),
        of_group=of_group,
        top_count=top_count,
        pair_keys=groups.pair_keys[kept],
        pair_counts=groups.pair_counts[kept],
    )
    n_deviating = rest.n - int(top_count.sum())
    return n_deviating >= MANY_SINGLE * len(mixed) and are_errors(rest, names, ())


def are_errors(groups: Groups, names: Sequence[str], besides: Sequence[int] | Places) -> bool:
    """Whether the rows that break a rule do not do so alike more often than errors would by chance.

    An error falls into any group, and puts any other value there, as often as groups and values are large. The pairs of
    deviating rows that are alike are held against what that makes us expect, plus three standard deviations. What says
    that nothing is known (``tbd``), and what is the usual value of its group in another writing (``Lower Bsn`` for
    ``Lower Basin``), comes again and is no exception: it is left out.

    Parameters
    ----------
    groups : Groups
    names : sequence of str
        The values of the column that is determined.
    besides : sequence of int
        The places of values that are not looked at.
    """
    of_pair, values = groups.pair_keys // groups.n_values, groups.pair_keys % groups.n_values
    deviates = (groups.top[of_pair] != values) & ~_is_no_exception(groups, of_pair, values, names)
    deviates &= ~np.isin(values, besides)
    counts = groups.pair_counts[deviates]
    n, n_again = int(counts.sum()), int(counts[counts >= 2].sum())
    if n_again <= MOSTLY_AGAIN * n:
        return True
    sizes = groups.of_group / groups.n
    shares = np.bincount(values, groups.pair_counts, minlength=groups.n_values) / groups.n
    elsewhere = 1.0 - shares[np.maximum(groups.top, 0)]
    alike = float((sizes**2 * ((shares**2).sum() - shares[np.maximum(groups.top, 0)] ** 2)).sum())
    expected = n * (n - 1) / 2 * alike / max(float((sizes * elsewhere).sum()) ** 2, 1e-12)
    return bool((counts * (counts - 1) / 2).sum() <= expected + 3 * expected**0.5)


def _is_no_exception(groups: Groups, of_pair: Places, values: Places, names: Sequence[str]) -> NDArray[np.bool_]:
    """Which of the pairs that come again are nobody's own value: words for nothing, and other writings of the top."""
    is_top = np.isin(values, groups.top)
    found = np.zeros(len(values), dtype=bool)
    for pair in np.flatnonzero((groups.pair_counts >= 2) & ~is_top):
        value = names[values[pair]]
        found[pair] = value.casefold() in UNKNOWN_WORDS or is_another_writing(value, names[groups.top[of_pair[pair]]])
    return found


def is_another_writing(text: str, usual: str) -> bool:
    """Whether a text is a usual one cut short or with more behind it, with its words turned, or contracted.

    Contracted are letters of it in their order from the first on, `LEAST_WRITTEN` at least. Numbers are no writings of
    each other.

    >>> [is_another_writing(t, "Lower Basin") for t in ("lower", "Lower Bsn", "Basin, Lower", "Upper Basin", "Basin")]
    [True, True, True, False, False]
    >>> is_another_writing("C", "°C"), is_another_writing("46.1", "46.18")
    (True, False)
    """
    own, other = (_signs.sub(" ", each.casefold()).split() for each in (text, usual))
    short, long = "".join(own), "".join(other)
    if not short or not long or _has_digit(short) or _has_digit(long):
        return False
    if Counter(own) == Counter(other) or long.startswith(short) or short.startswith(long):
        return True
    letters = iter(long)
    return len(short) >= LEAST_WRITTEN and short[0] == long[0] and all(letter in letters for letter in short)
