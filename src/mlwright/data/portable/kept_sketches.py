"""Sketches of a column as they are kept in a file."""

from __future__ import annotations

import base64

import numpy as np
from numpy.typing import NDArray

from mlwright.data.compute.hashing import FAMILY
from mlwright.data.compute.sketches import Distinct, RowSample
from mlwright.records.portable import ColumnSketch, Reads

N_KEPT = 4_096
"""Hashes and rows that are kept of a column: distinct counts are off by 1.6 % (standard error), ranks by 2.1 %."""


def distinct_of(sketch: ColumnSketch) -> Distinct:
    """The different values of a column."""
    hashes = _whole(sketch.hashes)
    return Distinct(hashes, np.ones(len(hashes), np.int64), sketch.limit, FAMILY)


def rows_of(sketch: ColumnSketch) -> RowSample:
    """The rows drawn from a column."""
    return RowSample(
        _whole(sketch.codes), np.frombuffer(base64.b64decode(sketch.values), "<f8").astype(np.float64), sketch.n_sampled
    )


def cut(distinct: Distinct) -> Distinct:
    """The same, of as many hashes as are kept."""
    if len(distinct.hashes) <= N_KEPT:
        return distinct
    limit = int(distinct.hashes[N_KEPT])
    return Distinct(distinct.hashes[:N_KEPT], distinct.counts[:N_KEPT], limit, distinct.family)


def cut_rows(rows: RowSample) -> RowSample:
    """The same, of as many rows as are kept."""
    return RowSample(rows.codes[:N_KEPT], rows.values[:N_KEPT], rows.n_rows)


def sketch_of(reads: Reads, distinct: Distinct, rows: RowSample, at_most: int, short: int) -> ColumnSketch:
    """What is kept of a column."""
    return ColumnSketch(
        reads=reads,
        hashes=_packed(distinct.hashes),
        limit=distinct.limit,
        codes=_packed(rows.codes),
        values=_packed(rows.values),
        n_sampled=rows.n_rows,
        top_at_most=at_most,
        top_short=short,
    )


def _packed(values: NDArray[np.uint64] | NDArray[np.float64]) -> str:
    return base64.b64encode(values.astype(values.dtype.newbyteorder("<")).tobytes()).decode()


def _whole(text: str) -> NDArray[np.uint64]:
    return np.frombuffer(base64.b64decode(text), "<u8").astype(np.uint64)
