"""Learns how blocks become well-scaled columns, and lays those columns out to fit on them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from scipy.special import ndtri

from mlwright.scoring.blocks import BlockNames, Blocks
from mlwright.scoring.dense import Design

Array = NDArray[np.float64]

N_KNOTS = 64
LEAST_DISTINCT = 10
LEAST_EDGES = 4
STRAIGHT = 0.98
"""Numbers whose correlation with a normal distribution is at least this need no bent copy."""
MOST_DENSE_FLAGS = 60
TAIL = 0.001
ENOUGH_ROWS = 20_000
ROWS_AT_ONCE = 10_000
_TAILS = np.array([0.01, 0.99])
_LEVELS = np.linspace(0.0, 1.0, N_KNOTS)
_HEIGHTS = ndtri(np.clip(_LEVELS, TAIL, 1.0 - TAIL))
"""Of a normal distribution; their mean is zero."""
_SQUARES = float(_HEIGHTS[1:-1] @ _HEIGHTS[1:-1])


class _Scaling(NamedTuple):
    low: float = 0.0
    high: float = 0.0
    center: float = 0.0
    scale: float = 1.0


def learn_design(blocks: Blocks, names: BlockNames, *, with_text: bool, n_ramps: int = 0) -> Design:
    """The design for these training rows.

    Numbers are clipped far outside of their 1st and 99th percentile, then standardised. Those that are far from a
    normal distribution get a second column that has one. Every number gets up to `n_ramps` ramps between its
    quantiles: their weighted sum can be any piecewise linear curve. Of many rows, evenly spaced ones are looked at.
    """
    seen = blocks.numbers[:: max(1, len(blocks) // ENOUGH_ROWS)]
    columns = [np.sort(column[~np.isnan(column)].astype(np.float64)) for column in seen.T]
    scalings = [_scaling(values) for values in columns]
    curves = {place: curve for place, values in enumerate(columns) if (curve := _normal_curve(values, scalings[place]))}
    n_knots = max((len(knots) for knots, _ in curves.values()), default=2)
    ramps = [_ramps(values, n_ramps) for values in columns]
    low, high, center, scale = np.array(scalings, dtype=np.float64).reshape(-1, 4).T.copy()
    return Design(
        low=low,
        high=high,
        center=center,
        scale=scale,
        curves=np.array(list(curves), dtype=np.int64),
        knots=_padded([knots for knots, _ in curves.values()], n_knots),
        heights=_padded([heights for _, heights in curves.values()], n_knots),
        ramps=np.repeat(np.arange(len(ramps)), [len(feet) for feet, _ in ramps]),
        feet=np.concatenate([feet for feet, _ in ramps] or [np.empty(0)]),
        lengths=np.concatenate([lengths for _, lengths in ramps] or [np.empty(0)]),
        gaps=np.flatnonzero(np.isnan(blocks.numbers).any(axis=0)).astype(np.int64),
        n_levels=np.array(names.n_levels, dtype=np.int64),
        n_terms=np.array([names.n_terms if with_text else 0], dtype=np.int64),
    )


class Columns:
    """The columns of a design, laid out: an array, and beside it a sparse matrix where most entries are 0.

    Parameters
    ----------
    dense : array, shape (n_rows, n_dense)
    sparse : csr_matrix, shape (n_rows, n_sparse), or None
        Of the same precision.
    """

    def __init__(self, dense: NDArray[Any], sparse: csr_matrix | None = None) -> None:
        self.dense = dense
        self.sparse = sparse

    def __len__(self) -> int:
        return len(self.dense)

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.dense.shape[1]) + (0 if self.sparse is None else int(self.sparse.shape[1]))

    def take(self, rows: NDArray[np.int64]) -> Columns:
        """The columns of some rows."""
        return Columns(self.dense[rows], None if self.sparse is None else self.sparse[rows])

    def times(self, weights: NDArray[Any]) -> NDArray[Any]:
        """The product with weights of shape (width, n_sums); shape (n_rows, n_sums)."""
        n_dense = self.dense.shape[1]
        product: NDArray[Any] = self.dense @ weights[:n_dense]
        return product if self.sparse is None else product + self.sparse @ weights[n_dense:]

    def transposed_times(self, values: NDArray[Any]) -> NDArray[Any]:
        """The product of the columns, transposed, with values of shape (n_rows, n_sums); shape (width, n_sums)."""
        product: NDArray[Any] = self.dense.T @ values
        return product if self.sparse is None else np.vstack([product, self.sparse.T @ values])


def lay_out(design: Design, blocks: Blocks, precision: type[np.floating[Any]] = np.float64) -> Columns:
    """The columns of the design for these rows; codes of many levels and text as a sparse matrix."""
    flags = _flag_matrix(design, blocks, precision)
    text = blocks.text if design.n_terms[0] else None
    is_sparse = text is not None or design.n_flags > MOST_DENSE_FLAGS
    dense = np.empty((len(blocks), design.n_dense + (0 if is_sparse else design.n_flags)), dtype=precision)
    for start in range(0, len(blocks), ROWS_AT_ONCE):
        rows = np.arange(start, min(start + ROWS_AT_ONCE, len(blocks)))
        dense[rows, : design.n_dense] = design.dense(blocks.take(rows))
    if not is_sparse:
        dense[:, design.n_dense :] = flags.toarray()
        return Columns(dense)
    return Columns(dense, flags if text is None else hstack([flags, text.astype(precision)], format="csr"))


def _quantiles(rising: Array, levels: Array) -> Array:
    """As `numpy.quantile`, which sorts values again each time."""
    return np.interp(levels * (len(rising) - 1), np.arange(len(rising)), rising)


def _scaling(values: Array) -> _Scaling:
    """Of rising values."""
    if not len(values):
        return _Scaling()
    low, high = _quantiles(values, _TAILS)
    width = high - low
    low, high = (low - width, high + width) if width > 0 else (values[0], values[-1])
    clipped = np.clip(values, low, high)
    spread = clipped.std()
    if spread <= 1e-9 * max(abs(low), abs(high)):
        return _Scaling(values[0], values[0], values[0], 1.0)
    return _Scaling(low, high, clipped.mean(), spread)


def _normal_curve(values: Array, scaling: _Scaling) -> tuple[Array, Array] | None:
    """Knots and heights of the curve that gives the values a normal distribution; None where there is no need."""
    if not len(values) or scaling.low == scaling.high:
        return None
    quantiles = _quantiles(values, _LEVELS)
    is_new = np.diff(quantiles, prepend=-np.inf) > 0
    if is_new.sum() < LEAST_DISTINCT:
        return None
    inner = np.clip(quantiles[1:-1], scaling.low, scaling.high)
    inner = inner - inner.mean()
    if inner @ _HEIGHTS[1:-1] >= STRAIGHT * np.sqrt(inner @ inner * _SQUARES):
        return None
    place = np.cumsum(is_new) - 1
    return quantiles[is_new], np.bincount(place, weights=_HEIGHTS) / np.bincount(place)


def _ramps(values: Array, n_ramps: int) -> tuple[Array, Array]:
    """Feet and lengths of ramps between the quantiles of the values."""
    if not len(values) or not n_ramps:
        return np.empty(0), np.empty(0)
    edges = np.unique(_quantiles(values, np.linspace(0.0, 1.0, n_ramps + 1)))
    if len(edges) < LEAST_EDGES:
        return np.empty(0), np.empty(0)
    return edges[:-1], np.diff(edges)


def _padded(rows: list[Array], length: int) -> Array:
    """Rows of one length, each filled up with its last value; shape (n_rows, length)."""
    filled = [np.pad(row, (0, length - len(row)), mode="edge") for row in rows]
    return np.array(filled, dtype=np.float64).reshape(len(rows), length)


def _flag_matrix(design: Design, blocks: Blocks, precision: type[np.floating[Any]]) -> csr_matrix:
    n_rows, n_codes = blocks.codes.shape
    ones = np.ones(n_rows * n_codes, dtype=precision)
    starts = np.arange(n_rows + 1) * n_codes
    return csr_matrix((ones, design.flags(blocks).ravel(), starts), shape=(n_rows, design.n_flags))
