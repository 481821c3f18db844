"""Boosted trees of several cores, looked up together.

The tables of bits of all cores (see `leaves`) stand side by side, whatever the width of their words, so that one row of
one table is what a value leaves open of all trees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.forest import Ints
from mlwright.scoring.leaves import LeafTable, LookedUp
from mlwright.scoring.links import LINKS, LINKS_OF_ONE
from mlwright.scoring.openings import Bits, Openings, in_lines

Array = NDArray[np.float64]

FEWEST_ROWS = 4
"""From so many on rows are looked up together: what is done once for all takes as long as three rows alone."""

PART_ROWS = 1024
"""Of a table that are read at once: more save no time, and what is in between would take memory by the row."""

CHUNK_BYTES = 1 << 18
"""Rows are looked up so many at once that a number for each of their words stays in the processor's own memory."""


class Boosted:
    """Cores of boosted trees that look at the same columns, with one link.

    Parameters
    ----------
    cores : sequence of (float, LookedUp)
        With their weights.
    """

    def __init__(self, cores: Sequence[tuple[float, LookedUp]]) -> None:
        cores = sorted(cores, key=lambda pair: _kind(pair[1].leaves))
        leaves, first = [core.leaves for _, core in cores], cores[0][1]
        self._link, self._link_of_one = LINKS[first.link], LINKS_OF_ONE[first.link]
        self._weights, self._n_outputs = [weight for weight, _ in cores], len(first.leaves.first_words)
        self._row_of, self._rows_of = first.row_of, first.rows_of
        self._openings = Openings(leaves)
        starts = [*self._openings.places, self._openings.table.shape[1] * self._openings.table.itemsize]
        alike = [list(places) for _, places in groupby(range(len(leaves)), lambda place: _kind(leaves[place]))]
        self._words = [_Words([leaves[at] for at in same], starts[same[0] : same[-1] + 2]) for same in alike]
        self._at_once = max(1, CHUNK_BYTES // (8 * sum(words.n_words for words in self._words)))

    def scores(self, row: OneRow) -> list[float]:
        """The weighted sum of their scores of one row."""
        opened = self._openings.table.take(self._openings.rows_of_one(self._row_of(row)), axis=0)
        sums = self._added(np.bitwise_and.reduce(opened, axis=0)[None])
        if self._n_outputs == 1:
            return [self._weighed(self._link_of_one(sums[0].tolist()))]
        scores = [self._link_of_one(of_core) for of_core in sums.reshape(-1, self._n_outputs).tolist()]
        return [self._weighed(of_output) for of_output in zip(*scores, strict=True)]

    def _weighed(self, scores: Sequence[float]) -> float:
        """The weighted sum of the score of each core."""
        total = self._weights[0] * scores[0]
        for place in range(1, len(scores)):
            total += self._weights[place] * scores[place]
        return total

    def scores_of_many(self, blocks: Blocks) -> Array:
        """As `scores` of any number of rows, shape (n_rows, n_outputs)."""
        if 0 < len(blocks) < FEWEST_ROWS:
            return np.array([self.scores(row.first) for row in blocks.parts(1)])
        if len(blocks) <= PART_ROWS:
            return self._scores_of_part(blocks)
        return np.concatenate([self._scores_of_part(part) for part in blocks.parts(PART_ROWS)])

    def _scores_of_part(self, blocks: Blocks) -> Array:
        if not len(blocks):
            return np.empty((0, self._n_outputs))
        rows = self._openings.rows_of_many(self._rows_of(blocks))
        sums = np.concatenate([self._added(opened) for opened in self._opened(rows)])
        scores = self._link(sums.reshape(-1, self._n_outputs)).reshape(len(blocks), -1, self._n_outputs)
        total: Array = scores[:, 0] * self._weights[0]
        for place, weight in enumerate(self._weights[1:], start=1):
            total += scores[:, place] * weight
        return total

    def _opened(self, rows: Ints) -> Iterator[Bits]:
        """What all columns together leave open, some rows at a time; shape (n_some, words of a row).

        Parameters
        ----------
        rows : array of int, shape (n_groups, n_rows)
        """
        table, n_rows = self._openings.table, rows.shape[1]
        n_some = -(-n_rows // max(1, round(n_rows / self._at_once)))
        buffers = in_lines((2, n_some, table.shape[1]))
        for start in range(0, n_rows, n_some):
            first, *others = rows[:, start : start + n_some]
            opened, more = buffers[:, : len(first)]
            table.take(first, axis=0, out=opened, mode="clip")  # the default mode copies once more
            for other in others:
                table.take(other, axis=0, out=more, mode="clip")
                opened &= more
            yield opened

    def _added(self, opened: Bits) -> Array:
        """What the leaves add up to, shape (n_rows, n_cores * n_outputs); `opened` is used up.

        Parameters
        ----------
        opened : array, shape (n_rows, words of a row)
        """
        as_bytes = opened.view(np.uint8)
        sums = [words.added(as_bytes) for words in self._words]
        return sums[0] if len(sums) == 1 else np.concatenate(sums, axis=1)


class _Words:
    """From the words of one kind to sums.

    Parameters
    ----------
    leaves : sequence of LeafTable
        Of neighbouring cores.
    places : sequence of int
        The first byte of each, and where the last one ends; what lies between it and there is left open by nothing.

    Attributes
    ----------
    n_words : int
        Of one row.
    """

    def __init__(self, leaves: Sequence[LeafTable], places: Sequence[int]) -> None:
        self._bytes = slice(places[0], places[-1])
        self._dtype = leaves[0].table.dtype
        starts = np.array(places) // self._dtype.itemsize
        starts -= starts[0]
        self.n_words = int(starts[-1])
        self._is_place = leaves[0].is_place
        self._values = np.zeros((self.n_words, max(each.values.shape[1] for each in leaves)))
        for start, each in zip(starts.tolist(), leaves, strict=False):
            self._values[start : start + len(each.values), : each.values.shape[1]] = each.values
        self._first_words = np.concatenate(
            [each.first_words + start for start, each in zip(starts, leaves, strict=False)]
        )
        slots = np.arange(len(self._values)) * self._values.shape[1]
        self._first_slots = slots.astype(np.uint32)  # which holds them all, in half the memory

    def added(self, opened: NDArray[np.uint8]) -> Array:
        """The sums, shape (n_rows, n_cores * n_outputs), from the bytes of all cores, which are used up."""
        words = opened[:, self._bytes].view(self._dtype)
        if not self._is_place:
            words -= self._dtype.type(1)
            words = np.bitwise_count(words)  # the bits below the one
        slots = words.astype(np.uint32)  # at once takes less than within the sum
        slots += self._first_slots
        sums: Array = np.add.reduceat(self._values.take(slots, mode="wrap"), self._first_words, axis=1)
        return sums


def _kind(leaves: LeafTable) -> tuple[int, bool]:
    """Whose words are read alike: by width, and by what they say."""
    return -leaves.table.itemsize, leaves.is_place
