"""How what moved between cells is said in words with numbers."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from mlwright.data.words import figure, percent
from mlwright.records.looks import Aspect, Cells, Column

Array = NDArray[np.float64]


def cell_words(cells: Cells, at: int) -> str:
    """What holds of the rows of a cell."""
    name = cells.name
    if at == cells.n - 2:
        return f"{name} is missing"
    if at == cells.n - 1:
        return f"{name} is {'a new name' if cells.levels else 'not readable'}"
    if cells.sort == "pair":
        width = max(cells.joined[1]) + 1
        return f"{name} lies in part {at // width + 1} of the one and part {at % width + 1} of the other"
    if not cells.edges:
        return _name_words(cells, at)
    if at == 0:
        return f"{name} is below {_edge(cells.edges[0])}"
    if at == len(cells.edges):
        return f"{name} is above {_edge(cells.edges[-1])}"
    low, high = _edge(cells.edges[at - 1]), _edge(cells.edges[at])
    return f"{name} is {low}" if low == high else f"{name} lies between {low} and {high}"


def _edge(value: float) -> str:
    """An edge in figures; one that lies just beside 0, to part the zeros from the rest, is 0."""
    return figure(0.0 if abs(value) < sys.float_info.min else value)


def _name_words(cells: Cells, at: int) -> str:
    if cells.sort == "words":
        return (
            f"{cells.name} holds {cells.levels[at]!r}" if at < len(cells.levels) else "none of its usual words is there"
        )
    return f"{cells.name} is {cells.levels[at]!r}" if at < len(cells.levels) else f"{cells.name} is a rare name"


def moved_words(column: Column, now: Array, aspect: Aspect) -> str:
    """What moved in one aspect, as a sentence.

    Parameters
    ----------
    column : Column
        With the counts of before.
    now : array, shape (n_cells,)
    aspect : str
    """
    cells, then, today = column.cells, _shares(np.array(column.counts, dtype=np.float64)), _shares(now)
    if aspect == "missing":
        return f"{percent(today[-2])} of the values are missing; it was {percent(then[-2])}."
    if aspect == "level":
        return _level_words(cells, then, today)
    if aspect == "new":
        unseen = [-1] if not cells.edges else [-1, 0, len(cells.edges)]
        what = "beyond all that was seen" if cells.edges else "names that were not known"
        shares = [percent(float(share[unseen].sum())) for share in (today, then)]
        return f"{shares[0]} of the values are {what}; it was {shares[1]}."
    at = int(np.abs(today - then).argmax())
    return f"In {percent(today[at])} of the rows {cell_words(cells, at)}; it was {percent(then[at])}."


def _level_words(cells: Cells, then: Array, now: Array) -> str:
    middle = int(np.searchsorted(np.cumsum(then[:-2]), 0.5 * then[:-2].sum()))
    above = [percent(float(share[middle + 1 : -2].sum() / max(1e-9, share[:-2].sum()))) for share in (now, then)]
    edge = cells.edges[min(middle, len(cells.edges) - 1)]
    return f"{above[0]} of the values lie above {figure(edge)}; it was {above[1]}."


def _shares(counts: Array) -> Array:
    return counts / max(1e-9, float(counts.sum()))
