"""Learns how a table is to be cleaned."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.errors import TableError
from mlwright.data.cures import CURES, EVERYTHING, About, Cure
from mlwright.data.evidence.cells import Cells
from mlwright.records.cleaning import N_EXAMPLES, AnyStep, Change, CleaningPlan, ReadDate, ReadNumber
from mlwright.scoring.actions import is_usual
from mlwright.scoring.cleaner import Cleaner, Touched
from mlwright.scoring.columns import read_columns

MAX_ROWS = 500_000
MAX_CELLS = 5_000_000
N_LOOKED_AT = 100
CALLED = ("fine", "type", "doubt", "spelling", "repair")
"""What a cell may be called; a later word outweighs an earlier one."""


def rows_to_learn(n_columns: int) -> int:
    """How many rows of a table a plan is learned from at most, so that memory stays bounded."""
    return max(1_000, min(MAX_ROWS, MAX_CELLS // max(1, n_columns)))


def learn_cleaning(table: pa.Table, about: Collection[About] = EVERYTHING) -> CleaningPlan:
    """Learn the steps that clean a table, each with its reason, its count and a few examples.

    Parameters
    ----------
    table : pyarrow.Table
        The rows to learn from, without the target.
    about : collection of str
        Which cures are asked: those about how values are written, or also those about what they say.
    """
    cells = Cells.of(table)
    steps: list[AnyStep] = []
    for cure in cures(about):
        found = list(cure.look(cells))
        cells = cells.after(found)
        steps += found
    return counted_plan(CleaningPlan(n_rows=len(table), steps=tuple(steps)), table)


def cures(about: Collection[About]) -> list[Cure]:
    """The cures in the order in which they look."""
    return sorted((kind() for _, kind in CURES if kind.about in about), key=lambda cure: (cure.turn, cure.name))


def counted_plan(plan: CleaningPlan, table: pa.Table) -> CleaningPlan:
    """The plan with the counts and examples of a table; steps that touch nothing in it are left out."""
    found: dict[int, list[Touched]] = defaultdict(list)
    for place, touched in Cleaner(plan).follow(read_columns(table)):
        if len(touched.rows):
            found[place].append(touched)
    return plan.model_copy(update={"steps": tuple(_counted(plan.steps[place], of) for place, of in found.items())})


def _counted(step: AnyStep, touched: list[Touched]) -> AnyStep:
    examples: dict[Change, None] = {}
    for some in touched:
        first = some._replace(rows=some.rows[:N_LOOKED_AT])
        examples |= {Change(before=before, after=after): None for _, before, after in first.changes()}
    n_cells = sum(len(some.rows) for some in touched)
    return step.model_copy(update={"n_cells": n_cells, "examples": tuple(examples)[:N_EXAMPLES]})


class NamedCell(NamedTuple):
    """A cell that a step changed or doubts: the place of the step, the row, the column, its value before and after."""

    step: int
    row: int
    column: str
    before: str | None
    after: str | None


class Followed:
    """What a plan did to some rows, step by step.

    Parameters
    ----------
    plan : CleaningPlan
    rows : pyarrow.Table

    Attributes
    ----------
    touched : list of (int, Touched)
        With the place of the step in the plan.
    """

    def __init__(self, plan: CleaningPlan, rows: pa.Table) -> None:
        self._columns = read_columns(rows)
        self.n_rows = len(rows)
        self.touched = list(Cleaner(plan).follow(self._columns))

    @property
    def changes(self) -> Iterator[NamedCell]:
        """The touched cells, step by step."""
        for place, touched in self.touched:
            for row, before, after in touched.changes():
                yield NamedCell(place, row, touched.column, before, after)

    def table(self, schema: pa.Schema) -> pa.Table:
        """The cleaned rows.

        Raises
        ------
        TableError
            If a value does not fit the type that its column has got.
        """
        by_name = self._columns.by_name | {touched.column: touched.after for _, touched in self.touched}
        try:
            return pa.table({name: pa.array(by_name[name]) for name in schema.names}).cast(schema)
        except pa.ArrowException as error:
            raise TableError(
                f"The plan puts a value into a column that cannot hold it: {error}.", "Delete that step of the plan."
            ) from error

    def verdicts(self) -> dict[str, NDArray[np.int8]]:
        """What each cell was called, by column: a place in `CALLED`."""
        found = {name: np.zeros(self.n_rows, np.int8) for name in self._columns.by_name}
        for _, touched in self.touched:
            calls = found[touched.column]
            calls[touched.rows] = np.maximum(calls[touched.rows], calls_of(touched))
        return found

    def cells(self) -> Counter[str]:
        """How many cells were called what."""
        counts = sum((np.bincount(c, minlength=len(CALLED)) for c in self.verdicts().values()), np.zeros(len(CALLED)))
        return Counter({name: int(n) for name, n in zip(CALLED, counts, strict=True) if n and name != "fine"})


def calls_of(touched: Touched) -> NDArray[np.int8]:
    """What the touched cells are called; a number or date in its column's usual way is only read as what it is."""
    step = touched.step
    call = CALLED.index(step.level)
    if not isinstance(step, ReadNumber | ReadDate):
        return np.full(len(touched.rows), call, np.int8)
    known: dict[str, bool] = {}
    texts = [before or "" for _, before, _ in touched.changes()]
    usual = [known[text] if text in known else known.setdefault(text, is_usual(step, text)) for text in texts]
    return np.where(usual, CALLED.index("type"), call).astype(np.int8)
