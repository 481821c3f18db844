"""Answers of the target that differ in writing alone, and are one class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from mlwright.data.words import quoted
from mlwright.scoring.answers import Senses

MOST_SHOWN = 3


class Alike(NamedTuple):
    """The answers of a target, those that differ in writing alone taken as one.

    Parameters
    ----------
    levels : tuple of (str, int)
        Each in its most frequent writing, with the rows of all of them, the most frequent first.
    told : str
        What was taken as what; empty where nothing was.
    """

    levels: tuple[tuple[str, int], ...]
    told: str = ""


def alike(levels: Sequence[tuple[str, int]]) -> Alike:
    """Take spellings of one answer as one.

    Parameters
    ----------
    levels : sequence of (str, int)
        All values of the target, with their counts.

    Examples
    --------
    >>> alike([("No", 70), ("Yes", 20), ("NO", 6), ("Y", 4)])
    Alike(levels=(('No', 76), ('Yes', 24)), told="'NO' counts as 'No'; 'Y' counts as 'Yes'")
    """
    senses = Senses([name for name, _ in levels])
    groups: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for name, n in sorted(levels, key=lambda level: (-level[1], level[0])):
        groups[senses.of(name)].append((name, n))
    found = {group[0][0]: sum(n for _, n in group) for group in groups.values()}
    same = [[name for name, _ in group] for group in groups.values() if len(group) > 1]
    told = [
        f"{quoted(rest, MOST_SHOWN)} {'counts' if len(rest) == 1 else 'count'} as '{first}'" for first, *rest in same
    ]
    in_order = sorted(found.items(), key=lambda level: (-level[1], level[0]))
    more = [f"likewise {len(told) - MOST_SHOWN} more"] if len(told) > MOST_SHOWN else []
    return Alike(tuple(in_order), "; ".join([*told[:MOST_SHOWN], *more]))
