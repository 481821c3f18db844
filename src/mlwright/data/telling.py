"""How what moved between cells is said in words with numbers."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlwright.data.words import counted, figure, percent
from mlwright.records.looks import ANSWERS, Aspect, Cells, Column

Array = NDArray[np.float64]


def cell_words(cells: Cells, at: int) -> str:
    """What holds of the rows of a cell."""
    name = "the answer" if cells.name == ANSWERS else cells.name
    if at == cells.n - 2:
        return f"{name} is missing"
    if at == cells.n - 1:
        return f"{name} is {'a new name' if cells.levels else 'not readable'}"
    if cells.sort == "pair":
        return _pair_words(cells, at)
    if cells.sort == "together":
        return "the inputs go together as they rarely did"
    if not cells.edges:
        return _name_words(cells, at)
    if at == 0:
        return f"{name} is below {_edge(cells.edges[0])}"
    if at == len(cells.edges):
        return f"{name} is above {_edge(cells.edges[-1])}"
    low, high = _edge(cells.edges[at - 1]), _edge(cells.edges[at])
    return f"{name} is {low}" if low == high else f"{name} lies between {low} and {high}"


def group_words(cells: Cells, groups: Sequence[int]) -> tuple[str, ...]:
    """What holds of the rows of each group of cells, in the order of the groups.

    Parameters
    ----------
    cells : Cells
        Of one column.
    groups : sequence of int, shape (n_cells,)
        The group of each cell; -1 for none. Neighbouring cells of numbers are in one group.
    """
    members = [[at for at, own in enumerate(groups) if own == group] for group in range(max(groups) + 1)]
    return tuple(_group_words(cells, own) for own in members)


def _group_words(cells: Cells, members: list[int]) -> str:
    if cells.edges and len(members) > 1:
        if members[0] <= 1:
            return f"{cells.name} is at most {_edge(cells.edges[min(members[-1], len(cells.edges) - 1)])}"
        low = _edge(cells.edges[members[0] - 1])
        if members[-1] >= len(cells.edges):
            return f"{cells.name} is above {low}"
        return f"{cells.name} lies between {low} and {_edge(cells.edges[members[-1]])}"
    named = [cells.levels[at] for at in members if at < len(cells.levels)]
    if cells.sort == "names" and len(members) == len(named) == 2:
        return f"{cells.name} is {named[0]!r} or {named[1]!r}"
    others = counted(len(members) - 1, "other")
    return cell_words(cells, members[0]) + (f" or one of {others}" if len(members) > 1 else "")


def _pair_words(cells: Cells, at: int) -> str:
    width = max(cells.joined[1]) + 1
    one, other = divmod(at, width)
    if cells.levels:
        return f"{cells.levels[one]} and {cells.levels[-width:][other]}"
    return f"{cells.name} lies in part {one + 1} of the one and part {other + 1} of the other"


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
    if (
        aspect == "new"
        and cells.edges
        and today[-1] - then[-1] > 0.5 * (today[[0, len(cells.edges)]].sum() + today[-1])
    ):
        return f"{percent(today[-1])} of the values cannot be read as numbers; it was {percent(then[-1])}."
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
