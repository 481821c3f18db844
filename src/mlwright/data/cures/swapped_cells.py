"""Cells that stand in each other's column."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.words import counted
from mlwright.records.cleaning import AnyStep, DoubtValues, MapPairs, Pair, SwapCells

TIMES = 5
LEAST_ROWS = 5
LEAST_SWAPPED = 3
VARIOUS = 2
MOST = 0.05
TOGETHER = 0.8
LEAST_VALUES, MAX_VALUES = 2, 1_000
MAX_COLUMNS = 60

Flags = NDArray[np.bool_]


class SwappedCells(Cure):
    """Two cells of a row that hold a value of each other's column are exchanged; one that ran over is put back.

    A value belongs into a column if it stands there in `LEAST_ROWS` rows and `TIMES` as often as in the other column;
    two columns of one kind (from, to) share their values, and none belongs into either. Cells are exchanged if at least
    `LEAST_SWAPPED` rows of up to `MOST` hold a foreign value in both columns, `VARIOUS` different ones in each, and
    `TOGETHER` of all foreign values stand in such rows. Where the foreign value stands beside nothing, it is put into
    its own column on the same evidence, and doubted where it stood: what should stand there cannot be told.
    """

    title = "Cells in each other's column"
    about = "meaning"
    turn = 38

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """For each pair of columns the exchange, or what is put back and the doubt."""
        names = [name for name in cells.texts if LEAST_VALUES <= len(cells.levels(name).names) <= MAX_VALUES]
        if len(names) > MAX_COLUMNS:
            return
        for name, into in permutations(sorted(names), 2):
            own, other = _belonging(cells.levels(name), cells.levels(into))
            if not own or not other:
                continue
            here, there = _holds(cells.levels(name), other), _holds(cells.levels(into), own)
            if name < into and _is_swapped(cells, name, into, here, there):
                yield self._swap(name, into, own, other, int((here & there).sum()))
            elif _ran_over(cells, into, here):
                yield from self._put_back(cells.levels(name), name, into, here)

    def _swap(self, name: str, into: str, own: tuple[str, ...], other: tuple[str, ...], n: int) -> SwapCells:
        reason = (
            f"In {counted(n, 'row')} {name!r} holds a value that belongs into {into!r}, and {into!r} one that belongs "
            f"into {name!r}; elsewhere these values stand in their own column."
        )
        return SwapCells(column=name, cure=self.name, level="repair", reason=reason, into=into, own=own, other=other)

    def _put_back(self, levels: Levels, name: str, into: str, here: Flags) -> Iterator[AnyStep]:
        values = tuple(sorted({levels.names[place] for place in levels.places[here].tolist()}))
        told = f"{counted(int(here.sum()), 'cell')} of {name!r} hold a value of {into!r}, which is missing there"
        pairs = tuple(Pair(given=value, before=None, after=value) for value in values)
        yield MapPairs(column=into, cure=self.name, level="repair", reason=f"{told}.", given=name, pairs=pairs)
        reason = f"{told}; what should stand in {name!r} cannot be told."
        yield DoubtValues(column=name, cure=self.name, level="doubt", reason=reason, values=values)

    @staticmethod
    def speaks() -> Specimen:
        """Four brands that stand where the kind should."""
        kinds, brands = ["Kettle", "Toaster", "Lamp"] * 40, ["Acme", "Bolt", "Crane", "Dune"] * 30
        for row in (3, 17, 46, 80):
            kinds[row], brands[row] = brands[row], kinds[row]
        return {"kind": kinds, "brand": brands}

    @staticmethod
    def quiet() -> Specimen:
        """Journeys there and back."""
        towns = ["Rome", "Oslo", "Bern", "Lima", "Riga"]
        return {"from": [towns[n % 5] for n in range(120)], "to": [towns[(n * 3 + 1) % 5] for n in range(120)]}


def _belonging(one: Levels, two: Levels) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The values that belong into either of two columns; none if most rows hold values that both have."""
    found: list[tuple[str, ...]] = []
    for mine, its in ((one, two), (two, one)):
        rows_there = [int(its.counts[its.place_of[name]]) if name in its.place_of else 0 for name in mine.names]
        belongs = (mine.counts >= LEAST_ROWS) & (mine.counts >= TIMES * np.array(rows_there))
        if mine.counts[belongs].sum() < (1 - MOST) * mine.n_known * TOGETHER:
            return (), ()
        found.append(tuple(name for name, is_mine in zip(mine.names, belongs, strict=True) if is_mine))
    return found[0], found[1]


def _holds(levels: Levels, values: tuple[str, ...]) -> Flags:
    wanted = set(values)
    return np.array([*(name in wanted for name in levels.names), False])[levels.places]


def _is_swapped(cells: Cells, name: str, into: str, here: Flags, there: Flags) -> bool:
    both = here & there
    n = int(both.sum())
    if not LEAST_SWAPPED <= n <= MOST * cells.n_rows or n < TOGETHER * max(here.sum(), there.sum()):
        return False
    return all(len(np.unique(cells.levels(each).places[both])) >= VARIOUS for each in (name, into))


def _ran_over(cells: Cells, into: str, here: Flags) -> bool:
    """Whether values of another column stand in this one mostly where the other one is missing."""
    missing = cells.levels(into).places < 0
    n, n_here = int((here & missing).sum()), int(here.sum())
    if not LEAST_ROWS <= n <= MOST * cells.n_rows or n < TOGETHER * n_here:
        return False
    elsewhere = float(missing[~here].mean())
    return n / n_here >= TIMES * elsewhere
