"""Ways to join the cells of a column: coarse cells show small moves of one sort before all cells do on their own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.records.looks import Aspect, Cells

Array = NDArray[np.float64]
Places = NDArray[np.int64]


def parts_of(cells: Cells, counts: Array) -> list[tuple[Aspect, Places]]:
    """The aspects of a column, each with the number of the joined cell of every cell.

    Parameters
    ----------
    cells : Cells
    counts : array, shape (n_cells,)
        Of the reference.
    """
    n = cells.n
    if cells.sort == "new word":
        return [("new", (np.arange(n) == lot).astype(np.int64)) for lot in range(len(cells.levels))]
    missing, other = np.zeros(n, np.int64), np.zeros(n, np.int64)
    missing[n - 2], other[n - 1] = 1, 1
    if cells.edges:
        other[[0, len(cells.edges)]] = 1
    found: list[tuple[Aspect, Places]] = [("relation" if cells.sort == "pair" else "shares", np.arange(n))]
    if cells.edges and len(cells.edges) > 3:
        at = _middles(counts[: n - 2])
        found += [
            ("level", _beside(np.floor(at * 4))),
            ("level", _beside(at > 0.5)),
            ("spread", _beside(np.abs(at - 0.5) > 0.25)),
        ]
    return [*found, ("missing", missing), ("new", other)]


def _middles(counts: Array) -> Array:
    """The rank of the middle of each cell, from 0 to 1."""
    return (np.cumsum(counts) - counts / 2) / max(1.0, float(counts.sum()))


def _beside(groups: NDArray[np.generic]) -> Places:
    """Groups of the cells that hold values, with what is missing or not known beside them."""
    own = groups.astype(np.int64)
    return np.concatenate([own, [own.max() + 1, own.max() + 2]])
