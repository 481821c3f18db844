"""Cleans a table that may be larger than memory, and says cell by cell what was changed.

The rows come from a Parquet file, some thousand at a time. The plan is learned from all rows or, of very many, from a
sample; the cells are counted over all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mlwright.core.errors import TableError, name_list, nearest
from mlwright.data.cleaning import Followed, NamedCell, learn_cleaning, rows_to_learn
from mlwright.data.cleaning.plain_forms import with_plain_forms
from mlwright.data.cleaning.written import Written
from mlwright.data.compute.table import Table
from mlwright.data.equal_rows import equal_rows
from mlwright.data.words import counted
from mlwright.records.cleaning import N_EXAMPLES, AnyStep, Change, CleaningPlan, Repeats
from mlwright.scoring.cleaner import Cleaner
from mlwright.scoring.columns import read_columns, to_arrow

BATCH_ROWS = 50_000
SEED = 0


def plan_for(table: Table, target: str | None, texts: Table | None = None) -> CleaningPlan:
    """Learn how a table is to be cleaned; the target, if there is one, is neither looked at nor changed.

    Parameters
    ----------
    table : Table
    target : str or None
    texts : Table or None
        The same rows with all values as they are written, if there are any.
    """
    names = [name for name in table.columns if name != target]
    n = rows_to_learn(len(names))
    rows = table.sample(names, n, SEED)
    plan = learn_cleaning(rows)
    if texts is not None:
        plan = with_plain_forms(plan, rows.schema, texts.sample(names, n, SEED))
    n = repeated_rows(table)
    return plan.model_copy(update={"repeats": _repeats(n)}) if n else plan


def _repeats(n: int) -> Repeats:
    is_are = "equals" if n == 1 else "equal"
    reason = f"{counted(n, 'row')} {is_are} an earlier row in every column; whether they are copies only you can tell."
    return Repeats(n_rows=n, reason=reason)


def repeated_rows(table: Table) -> int:
    """How many rows equal an earlier one in every column."""
    return equal_rows(table, table.columns).n_later


def first_rows(table: Table) -> NDArray[np.int64]:
    """Positions of the rows that equal no earlier row, rising."""
    return np.delete(np.arange(table.n_rows), equal_rows(table, table.columns).later)


@dataclass
class Tally:
    """What was done to the rows so far.

    Parameters
    ----------
    n_rows, n_dropped : int
    cells : Counter
        Cells by ``spelling``, ``repair``, ``type`` and ``doubt``; each cell once.
    of_step : Counter
        Cells by the place of a step in the plan.
    examples : dict
        Some changes by the place of a step.
    """

    n_rows: int = 0
    n_dropped: int = 0
    cells: Counter[str] = field(default_factory=Counter)
    of_step: Counter[int] = field(default_factory=Counter)
    examples: dict[int, dict[Change, None]] = field(default_factory=dict)

    def plan(self, plan: CleaningPlan) -> CleaningPlan:
        """The plan with what was counted."""
        steps: list[AnyStep] = [
            step.model_copy(update={"n_cells": self.of_step[place], "examples": tuple(self.examples.get(place, ()))})
            for place, step in enumerate(plan.steps)
        ]
        return plan.model_copy(update={"steps": tuple(steps)})


class Cleaned:
    """The rows of a table as a plan leaves them.

    Parameters
    ----------
    table : Table
    plan : CleaningPlan
    texts : Path or None
        A Parquet file whose columns of text are the same rows as they are written: they are text in the cleaned
        table too, in the usual writing of their column. None for types.

    Raises
    ------
    TableError
        If the plan changes a column that the table lacks.
    """

    def __init__(self, table: Table, plan: CleaningPlan, texts: Path | None = None) -> None:
        self.table = table
        self.plan = plan
        self._texts = None if texts is None else pq.ParquetFile(texts)
        self._as_text = [] if self._texts is None else _text_columns(self._texts.schema_arrow)
        self.tally = Tally()
        self.schema = self._schema()
        self._first = first_rows(table) if plan.repeats and plan.repeats.action == "drop" else None

    def _schema(self) -> pa.Schema:
        cleaner, names = Cleaner(self.plan), self.table.columns
        if missing := [name for name in cleaner.inputs if name not in names]:
            offers = nearest(missing[0], names)
            raise TableError(
                f"The plan changes {name_list(missing)}, which the table does not have.",
                f"Did you mean {offers[0]!r}?" if offers else "Take the plan of this table, or delete those steps.",
            )
        empty = pq.ParquetFile(self.table.path).schema_arrow.empty_table()
        typed = to_arrow(cleaner.clean_columns(read_columns(empty))).schema
        return pa.schema([pa.field(f.name, pa.string()) if f.name in self._as_text else f for f in typed])

    def batches(self) -> Iterator[tuple[pa.Table, list[NamedCell]]]:
        """The cleaned rows, a part of them at a time, with the cells that were changed or are doubted."""
        file, start = pq.ParquetFile(self.table.path), 0
        beside = repeat(None) if self._texts is None else self._texts.iter_batches(BATCH_ROWS, columns=self._as_text)
        for batch, texts in zip(file.iter_batches(BATCH_ROWS), beside, strict=self._texts is not None):
            rows = pa.Table.from_batches([batch])
            followed = _followed(self.plan, rows, texts)
            changed = list(self._note(followed, start))
            self.tally.n_rows += len(rows)
            yield self._kept(followed.table(self.schema), start), changed
            start += len(rows)

    def _kept(self, rows: pa.Table, start: int) -> pa.Table:
        if self._first is None:
            return rows
        low, high = np.searchsorted(self._first, [start, start + len(rows)])
        self.tally.n_dropped += len(rows) - int(high - low)
        return rows.take(pa.array(self._first[low:high] - start))

    def _note(self, followed: Followed | Written, start: int) -> Iterator[NamedCell]:
        self.tally.cells += followed.cells()
        for cell in followed.changes:
            self.tally.of_step[cell.step] += 1
            examples = self.tally.examples.setdefault(cell.step, {})
            if len(examples) < N_EXAMPLES:
                examples.setdefault(Change(before=cell.before, after=cell.after))
            yield cell._replace(row=start + cell.row)


def _followed(plan: CleaningPlan, rows: pa.Table, texts: pa.RecordBatch | None) -> Followed | Written:
    return Followed(plan, rows) if texts is None else Written(plan, rows, pa.Table.from_batches([texts]))


def _text_columns(schema: pa.Schema) -> list[str]:
    return [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
