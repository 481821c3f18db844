"""Which names a column may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlwright.records.contract import NewLevels

MOST_NAMES = 1000
SEEN_OFTEN = 5


def names_of(counts: Mapping[str, int], codes: tuple[str, ...]) -> tuple[list[tuple[str, int]], int]:
    """The names with their rows, the most frequent first and at most `MOST_NAMES`; and how many there are in all."""
    pairs = [(name, n) for name, n in counts.items() if n and name not in codes]
    pairs.sort(key=lambda pair: (-pair[1], pair[0]))
    return pairs[:MOST_NAMES], len(pairs)


def new_names(counts: Sequence[int], n_names: int) -> NewLevels:
    """Whether names that were never seen are to be expected: where some were seen in a few rows only, they are."""
    if not counts or n_names > len(counts):
        return "any"
    return "refuse" if min(counts) >= SEEN_OFTEN else "some"
