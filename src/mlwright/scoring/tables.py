"""The product of one row's columns with weights, looked up instead of worked out.

All columns of a `Design` that are made of one number (itself, its curves, its ramps) are piecewise linear in it, and so
is their product with weights: a number adds what its piece says, and a code or a missing number adds a constant. For a
single row that takes a tenth of the time of laying out the columns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.dense import Design

Array = NDArray[np.float64]

MOST_BYTES = 1 << 25
"""Larger tables would not be quicker than the columns, and cost memory."""


class Tables:
    """Sums of one row, for several designs at once.

    Parameters
    ----------
    designs : sequence of Design
        Of the same codes and the same text.
    weights : sequence of array, shape (design.width, n_sums)
        Of the columns of each.
    """

    def __init__(self, designs: Sequence[Design], weights: Sequence[Array]) -> None:
        pairs = list(zip(designs, weights, strict=True))
        first, n_numbers = designs[0], len(designs[0].center)
        self._constant = _sums(pairs, np.full((1, n_numbers), np.nan))[0]
        self._bends = [_bends(designs, place) for place in range(n_numbers)]
        pieces = [_pieces(bends, _alone(pairs, place)) for place, bends in enumerate(self._bends)]
        self._anchors = [anchor for anchors, _, _ in pieces for anchor in anchors.tolist()]
        self._starts = np.cumsum([0, *(len(anchors) for anchors, _, _ in pieces)]).tolist()
        flags = np.hstack([of[design.n_dense : design.n_dense + design.n_flags] for design, of in pairs])
        self._base = np.concatenate([*(base for _, base, _ in pieces), flags])
        self._slope = np.concatenate([*(slope for _, _, slope in pieces), np.zeros((0, len(self._constant)))])
        self._codes = [
            (self._starts[-1] + start, self._starts[-1] + start + size - 1)
            for start, size in zip(first.first_flag.tolist(), first.flags_of_code.tolist(), strict=True)
        ]
        terms = np.hstack([of[design.n_dense + design.n_flags :] for design, of in pairs])
        self._terms = terms if first.n_terms[0] else None

    def sums(self, row: OneRow) -> Array:
        """As `Design.times` of a single row; shape (1, n_sums)."""
        steps, places = [], []
        anchors = self._anchors
        for x, bends, start in zip(row.numbers, self._bends, self._starts, strict=False):
            if x == x:  # it is not missing
                place = start + bisect_right(bends, x)
                places.append(place)
                steps.append(x - anchors[place])
        rises = np.dot(steps, self._slope.take(places, 0)) if steps else 0.0
        if self._codes:
            codes = zip(row.codes, self._codes, strict=True)
            places += [last if code < 0 else first + code for code, (first, last) in codes]
        sums = self._constant + self._base.take(places, 0).sum(0) + rises
        if self._terms is not None and row.blocks.text is not None:
            sums = sums + (row.blocks.text @ self._terms)[0]
        whole: Array = sums[None, :]
        return whole


def tables_of(designs: Sequence[Design], weights: Sequence[Array]) -> Tables | None:
    """The tables of designs; None if they do not belong together, or would be too large to be worth it."""
    first = designs[0]
    alike = all(
        np.array_equal(design.n_levels, first.n_levels) and np.array_equal(design.n_terms, first.n_terms)
        for design in designs
    )
    n_bends = sum(4 * len(design.center) + design.knots.size + 2 * len(design.ramps) for design in designs)
    n_sums = sum(each.shape[1] for each in weights)
    small = 16 * (first.n_flags + n_bends) * n_sums <= MOST_BYTES
    return Tables(designs, weights) if alike and small else None


def _bends(designs: Sequence[Design], place: int) -> list[float]:
    """Where what a number adds changes its slope, from left to right."""
    found = [np.zeros(0)]
    for design in designs:
        ramps = design.ramps == place
        feet = design.feet[ramps]
        ends = np.array([design.low[place], design.high[place]])
        found += [ends, design.knots[design.curves == place].ravel(), feet, feet + design.lengths[ramps]]
    bends = np.unique(np.concatenate(found))
    bounded: list[float] = bends[np.isfinite(bends)].tolist()
    return bounded or [0.0]


def _pieces(bends: list[float], alone: Callable[[Array], Array]) -> tuple[Array, Array, Array]:
    """Left of the first bend, and from each bend on: where the piece begins, its height there, and its slope."""
    anchors = np.array([bends[0], *bends])
    heights = alone(anchors)
    slopes = np.zeros_like(heights)
    left, right = anchors[1:-1], anchors[2:]
    a, b = left + (right - left) / 3.0, left + (right - left) * (2.0 / 3.0)
    wide = np.append(np.append(False, b > a), False)
    slopes[wide] = (alone(b[b > a]) - alone(a[b > a])) / (b - a)[b > a, None]
    return anchors, heights, slopes


def _sums(pairs: Sequence[tuple[Design, Array]], numbers: Array) -> Array:
    blocks = Blocks(numbers, np.empty((len(numbers), 0), dtype=np.int32))  # type: ignore[arg-type]
    return np.hstack([design.dense(blocks) @ weights[: design.n_dense] for design, weights in pairs])


def _alone(pairs: Sequence[tuple[Design, Array]], place: int) -> Callable[[Array], Array]:
    """What the values of one number add to a row of which nothing else is known.

    Worked out by a design of this number alone: with all of them the time would grow with the square of their number.
    """
    own = [_of_one(design, weights, place) for design, weights in pairs]
    missing = _sums(own, np.full((1, 1), np.nan))[0]

    def alone(values: Array) -> Array:
        added: Array = _sums(own, values[:, None]) - missing
        return added

    return alone


def _of_one(design: Design, weights: Array, place: int) -> tuple[Design, Array]:
    """The part of a design that is made of one number, and the weights of its columns."""
    curves, ramps, gaps = (np.flatnonzero(of == place) for of in (design.curves, design.ramps, design.gaps))
    first_ramp = len(design.center) + len(design.curves)
    first_gap = first_ramp + len(design.ramps)
    columns = np.concatenate([[place], len(design.center) + curves, first_ramp + ramps, first_gap + gaps])
    part = replace(
        design,
        low=design.low[[place]],
        high=design.high[[place]],
        center=design.center[[place]],
        scale=design.scale[[place]],
        curves=np.zeros(len(curves), dtype=np.int64),
        knots=design.knots[curves],
        heights=design.heights[curves],
        ramps=np.zeros(len(ramps), dtype=np.int64),
        feet=design.feet[ramps],
        lengths=design.lengths[ramps],
        gaps=np.zeros(len(gaps), dtype=np.int64),
    )
    return part, weights[columns.astype(np.int64)]
