"""From blocks to well-scaled columns, as linear models and nets need them.

The columns of a design, in order: every number, standardised (0 where missing); bent copies of some numbers,
each a piecewise linear curve (a copy with a normal distribution, say); ramps, each of which rises from -0.5 to 0.5
over a part of a number's range; one 0/1 column for each number that can be missing; one 0/1 column for each level
of each code, for any other name, and for a missing code; the text block. A model needs only the product of these
columns with its weights, which is why they are never laid out to score.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.arrays import ArrayFields
from mlwright.scoring.blocks import Blocks

Array = NDArray[np.float64]
Places = NDArray[np.int64]

FEW_ROWS = 8
"""Up to here comparing with all knots at once is quicker than searching them column by column."""

MOST_PICKED = 1 << 16
"""Up to so many weights picking them is quicker than a product with a sparse matrix, which moves a seventh of the
memory, but needs a library that takes 0.3 s to load."""


@dataclass(frozen=True)
class Design(ArrayFields):
    """How blocks become well-scaled columns.

    Parameters
    ----------
    low, high : array, shape (n_numbers,)
        Numbers are clipped to this range first.
    center, scale : array, shape (n_numbers,)
        What is subtracted, and what the rest is divided by.
    curves : array of int, shape (n_curves,)
        The number that each bent copy is made of.
    knots, heights : array, shape (n_curves, n_knots)
        The bends of each curve, from left to right; it is level outside of them.
    ramps : array of int, shape (n_ramps,)
        The number that each ramp is made of.
    feet, lengths : array, shape (n_ramps,)
        Where each ramp starts, and how long it is.
    gaps : array of int, shape (n_gaps,)
        The numbers that get a column that says whether they are missing.
    n_levels : array of int, shape (n_codes,)
        As in `BlockNames`.
    n_terms : array of int, shape (1,)
        Width of the text block; 0 where text is not used.
    """

    what: ClassVar[str] = "a design"

    low: Array
    high: Array
    center: Array
    scale: Array
    curves: Places
    knots: Array
    heights: Array
    ramps: Places
    feet: Array
    lengths: Array
    gaps: Places
    n_levels: Places
    n_terms: Places

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.n_dense + self.n_flags + int(self.n_terms[0])

    @cached_property
    def n_dense(self) -> int:
        """Columns that are not 0/1 flags of codes, and not text."""
        return len(self.center) + len(self.curves) + len(self.ramps) + len(self.gaps)

    @cached_property
    def n_flags(self) -> int:
        """The 0/1 columns of the codes."""
        return int(self.flags_of_code.sum())

    def dense(self, blocks: Blocks) -> Array:
        """The first columns, shape (n_rows, n_dense)."""
        numbers = blocks.numbers.astype(np.float64)
        missing = np.isnan(numbers)
        scaled = (_clipped(numbers, self.low, self.high) - self.center) / self.scale
        scaled[missing] = 0.0
        parts = [scaled]
        if len(self.curves):
            parts.append(np.where(missing[:, self.curves], 0.0, self._bend(numbers[:, self.curves])))
        if len(self.ramps):
            risen = _clipped((numbers[:, self.ramps] - self.feet) / self.lengths, 0.0, 1.0) - 0.5
            parts.append(np.where(missing[:, self.ramps], 0.0, risen))
        if len(self.gaps):
            parts.append(missing[:, self.gaps])
        return np.concatenate(parts, axis=1)

    def flags(self, blocks: Blocks) -> Places:
        """Which of the flag columns are 1, one for each code; shape (n_rows, n_codes)."""
        within = np.where(blocks.codes < 0, self.flags_of_code - 1, blocks.codes)
        places: Places = within + self.first_flag
        return places

    def times(self, blocks: Blocks, weights: Array) -> Array:
        """The product of the columns with weights of shape (width, n_sums); shape (n_rows, n_sums)."""
        sums: Array = self.dense(blocks) @ weights[: self.n_dense]
        first_term = self.n_dense + self.n_flags
        if len(self.n_levels):
            sums += self._flagged(self.flags(blocks), weights[self.n_dense : first_term])
        if self.n_terms[0] and blocks.text is not None:
            sums += blocks.text @ weights[first_term:]
        return sums

    def _flagged(self, flags: Places, weights: Array) -> Array:
        """The sum of the weights of the flags that are 1, shape (n_rows, n_sums)."""
        n_rows, n_codes = flags.shape
        if flags.size * weights.shape[1] <= MOST_PICKED:
            picked: Array = weights[flags].sum(axis=1)
            return picked
        from scipy.sparse import csr_matrix

        ones, starts = np.ones(flags.size), np.arange(n_rows + 1) * n_codes
        product: Array = csr_matrix((ones, flags.ravel(), starts), shape=(n_rows, self.n_flags)) @ weights
        return product

    def _fits_together(self) -> bool:
        n_numbers = len(self.center)
        same = all(array.shape == (n_numbers,) for array in (self.low, self.high, self.center, self.scale))
        bends = self.knots.ndim == 2 and self.knots.shape == self.heights.shape and self.knots.shape[1] > 1
        slopes = self.ramps.shape == self.feet.shape == self.lengths.shape and bool((self.lengths > 0).all())
        sources = np.concatenate([self.curves, self.ramps, self.gaps])
        known = sources.dtype.kind == "i" and bool(((sources >= 0) & (sources < n_numbers)).all())
        counts = self.n_levels.dtype.kind == "i" and self.n_terms.dtype.kind == "i" and self.n_terms.shape == (1,)
        return same and bends and slopes and known and counts and len(self.knots) == len(self.curves)

    @cached_property
    def flags_of_code(self) -> Places:
        """Levels, any other name, missing."""
        return self.n_levels + 2

    @cached_property
    def first_flag(self) -> Places:
        """Where the flags of each code begin, among the flags."""
        return np.cumsum(self.flags_of_code) - self.flags_of_code

    @cached_property
    def slopes(self) -> Array:
        """How steep each piece of each curve is, shape (n_curves, n_knots - 1)."""
        widths, rises = np.diff(self.knots), np.diff(self.heights)
        return np.divide(rises, widths, out=np.zeros_like(rises), where=widths > 0)

    def _bend(self, x: Array) -> Array:
        """The curves' heights, shape (n_rows, n_curves)."""
        clipped = _clipped(x, self.knots[:, 0], self.knots[:, -1])
        piece, curve = self._pieces(clipped), np.arange(len(self.curves))
        bent: Array = self.heights[curve, piece] + self.slopes[curve, piece] * (clipped - self.knots[curve, piece])
        return bent

    def _pieces(self, x: Array) -> Places:
        """In which piece of its curve each value lies."""
        inner = self.knots[:, 1:-1]
        if len(x) <= FEW_ROWS:
            passed: Places = (x[:, :, None] >= inner).sum(axis=2, dtype=np.int64)
            return passed
        found = [np.searchsorted(bends, column, side="right") for bends, column in zip(inner, x.T, strict=True)]
        return np.array(found, dtype=np.int64).reshape(len(self.curves), len(x)).T


def _clipped(x: Array, low: Array | float, high: Array | float) -> Array:
    """As `np.clip`, which takes four times as long for one row."""
    clipped: Array = np.minimum(np.maximum(x, low), high)
    return clipped
