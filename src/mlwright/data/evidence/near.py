"""Rare values that are nearly a frequent one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mlwright.data.evidence.cells import Levels

TIMES = 8
"""How many times as frequent a value must be for a near one to be taken for its misspelling."""

LEAST_FREQUENT = 5
SHORTEST = 4
"""Shorter names are codes, which are near each other without being misspelled."""

MAX_LEVELS = 20_000
MAX_LENGTH = 400
LONG = 10
"""From so many characters on, two edits are a near spelling too."""


@dataclass(frozen=True)
class Near:
    """A rare value that is nearly a frequent one.

    Parameters
    ----------
    rare, frequent : int
        Their places among the levels.
    n_edits : int
        Letters put in, left out, replaced, or two neighbours exchanged.
    in_digits : bool
        Whether an edit touches a digit; codes differ in digits without being misspelled.
    """

    rare: int
    frequent: int
    n_edits: int
    in_digits: bool


def near_values(levels: Levels) -> list[Near]:
    """Pairs of a rare and a frequent value that are one edit apart, or two where they are long.

    The frequent one is at least `TIMES` as frequent and stands in `LEAST_FREQUENT` rows.
    """
    if len(levels.names) > MAX_LEVELS:
        return []
    order = np.argsort(-levels.counts, kind="stable")
    counts = levels.counts
    index: dict[str, list[int]] = defaultdict(list)
    for place in order:
        name = levels.names[place]
        if counts[place] >= LEAST_FREQUENT and SHORTEST <= len(name) <= MAX_LENGTH:
            for shorter in _shortened(name):
                index[shorter].append(int(place))
    if not index:
        return []
    return [near for rare in order[::-1] for near in _of_one(levels, int(rare), index)]


def _of_one(levels: Levels, rare: int, index: dict[str, list[int]]) -> Iterator[Near]:
    name, count = levels.names[rare], levels.counts[rare]
    if not SHORTEST <= len(name) <= MAX_LENGTH:
        return
    found = {place for shorter in _shortened(name) for place in index.get(shorter, ())} - {rare}
    for place in sorted(found):
        if levels.counts[place] >= TIMES * count:
            n_edits, in_digits = edits(name, levels.names[place])
            if n_edits == 1 or (n_edits == 2 and len(name) >= LONG):
                yield Near(rare, place, n_edits, in_digits)


def _shortened(name: str) -> Iterator[str]:
    """The name, and what is left of it without one letter; two near names have one of these in common."""
    yield name
    for place in range(len(name)):
        yield name[:place] + name[place + 1 :]


def edits(one: str, other: str) -> tuple[int, bool]:
    """How many edits apart two texts are (3 for more than two), and whether an edit touches a digit.

    >>> edits("birmingxam", "birmingham"), edits("scip-1", "scip-2"), edits("recieve", "receive")
    ((1, False), (1, True), (1, False))
    """
    one, other = edit_of(one, other)
    in_digits = any(c.isdigit() for c in one + other)
    if len(one) == len(other) == 2 and one == other[::-1]:
        return 1, in_digits
    longest = max(len(one), len(other))
    if longest <= 1:
        return longest, in_digits
    if len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 2:
        return 2, any(c.isdigit() for a, b in zip(one, other, strict=True) if a != b for c in (a, b))
    if longest == 2 or (abs(len(one) - len(other)) <= 2 and _distance(one, other) == 2):
        return 2, in_digits
    return 3, in_digits


def edit_of(one: str, other: str) -> tuple[str, str]:
    """What is put for what where two texts differ, without what they begin and end with alike.

    >>> edit_of("al_pn", "ak_pn"), edit_of("recieve", "receive")
    (('l', 'k'), ('ie', 'ei'))
    """
    start = _n_alike(one, other)
    one, other = one[start:], other[start:]
    end = _n_alike(one[::-1], other[::-1])
    return one[: len(one) - end], other[: len(other) - end]


def _n_alike(one: str, other: str) -> int:
    """How many letters two texts have in common at their beginning."""
    places = range(min(len(one), len(other)))
    return next((place for place in places if one[place] != other[place]), len(places))


def _distance(one: str, other: str) -> int:
    before = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b)))
        before = row
    return before[-1]
