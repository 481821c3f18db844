"""How what moved between cells is said in words with numbers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.data.words import counted, figure, percent
from mlwright.records.looks import ANSWERS, Aspect, Cells, Column

Array = NDArray[np.float64]

A_NEW_WORD = "a word that is new to the training"


def cell_words(cells: Cells, at: int) -> str:
    """What holds of the rows of a cell."""
    name = {ANSWERS: "the answer"}.get(cells.name, _subject(cells))
    if at == cells.n - 2:
        return f"{name} is missing"
    if at == cells.n - 1:
        return f"{name} is {'a new name' if cells.levels else 'not readable'}"
    if cells.sort == "pair":
        return _pair_words(cells, at)
    if cells.sort == "new word":
        return f"{cells.of[0]} holds {A_NEW_WORD if at < len(cells.levels) else 'no new word'}"
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


def _subject(cells: Cells) -> str:
    return f"the share of {cells.name}" if cells.sort == "new words" else cells.name


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


def moved_words(column: Column, now: Array, aspect: Aspect, same: str = "") -> str:
    """What moved in one aspect, as a sentence.

    Parameters
    ----------
    column : Column
        With the counts of before.
    now : array, shape (n_cells,)
    aspect : str
    same : str
        What is said where the share of then and of now read the same.
    """
    then, today = _shares(np.array(column.counts, dtype=np.float64)), _shares(now)
    moved = _moved(column.cells, then, today, aspect)
    told = [percent(share) for share in (moved.now, moved.then)]
    if same and told[0] == told[1]:
        return same
    return f"{moved.before}{told[0]} of the {moved.after}; it was {told[1]}."


class _Moved(NamedTuple):
    """A share of now and of then, and what is said of it: "`before` 3 % of the `after`"."""

    before: str
    after: str
    now: float
    then: float


def _moved(cells: Cells, then: Array, now: Array, aspect: Aspect) -> _Moved:
    if aspect == "missing":
        return _Moved("", "values are missing", float(now[-2]), float(then[-2]))
    if cells.sort == "new words":
        return _new_words(cells, then, now)
    if cells.sort == "new word":
        return _of_a_lot(cells, then, now)
    if aspect == "level":
        return _level(cells, then, now)
    if aspect == "new":
        return _beyond(cells, then, now)
    at = int(np.abs(now - then).argmax())
    return _Moved("In ", f"rows {cell_words(cells, at)}", float(now[at]), float(then[at]))


def _beyond(cells: Cells, then: Array, now: Array) -> _Moved:
    """Values such as there were none."""
    if cells.edges and now[-1] - then[-1] > 0.5 * (now[[0, len(cells.edges)]].sum() + now[-1]):
        return _Moved("", "values cannot be read as numbers", float(now[-1]), float(then[-1]))
    unseen = [-1] if not cells.edges else [-1, 0, len(cells.edges)]
    what = "beyond all that was seen" if cells.edges else "names that were not known"
    return _Moved("", f"values are {what}", float(now[unseen].sum()), float(then[unseen].sum()))


def _level(cells: Cells, then: Array, now: Array) -> _Moved:
    middle = int(np.searchsorted(np.cumsum(then[:-2]), 0.5 * then[:-2].sum()))
    above = [float(share[middle + 1 : -2].sum() / max(1e-9, share[:-2].sum())) for share in (now, then)]
    edge = cells.edges[min(middle, len(cells.edges) - 1)]
    return _Moved("", f"values lie above {figure(edge)}", *above)


def _of_a_lot(cells: Cells, then: Array, now: Array) -> _Moved:
    at = most_gained(cells, then, now)
    lot = f"one of {len(cells.levels)} lots of words that are new to the training"
    return _Moved("In ", f"texts there is a word of {lot}", float(now[at]), float(then[at]))


def most_gained(cells: Cells, then: Array, now: Array) -> int:
    """The lot of new words that has become more frequent by most."""
    return int((_shares(now) - _shares(then))[: len(cells.levels)].argmax())


def _new_words(cells: Cells, then: Array, now: Array) -> _Moved:
    """Texts above the edge over which they have become more frequent by most, or less."""
    above = [np.cumsum(share[:-2][::-1])[::-1][1:] / max(1e-9, float(share[:-2].sum())) for share in (now, then)]
    at = int(np.abs(above[0] - above[1]).argmax())
    least = (
        "some of the words are" if cells.edges[at] <= 0 else f"more than {percent(cells.edges[at])} of the words are"
    )
    return _Moved("In ", f"texts {least} new to the training", float(above[0][at]), float(above[1][at]))


def _shares(counts: Array) -> Array:
    return counts / max(1e-9, float(counts.sum()))
