"""What a plan did to rows of text, in a table that people read: changed cells in the usual writing of their column.

The plan is followed as it is for a model, on values in their types, so that both see the same evidence. What is only
read as what it is stays as it is written; what is changed is written as most cells of its column are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.errors import TableError
from mlwright.data.cleaning import CALLED, Followed, NamedCell, calls_of
from mlwright.records.cleaning import (
    AnyStep,
    CleaningPlan,
    Form,
    NumberForm,
    ReadDate,
    ReadNumber,
    TruthForm,
    WriteDate,
    WriteNumber,
    WriteTruth,
)
from mlwright.scoring.cleaner import Touched, taken
from mlwright.scoring.distinct import distinct_values
from mlwright.scoring.forms import mended, rewritten, written
from mlwright.scoring.quantities import BOUNDS

_SPELLING = CALLED.index("spelling")


class Written:
    """What a plan did to some rows, step by step, as text.

    Parameters
    ----------
    plan : CleaningPlan
    rows : pyarrow.Table
        The rows in their types.
    texts : pyarrow.Table
        The columns of the same rows that were written as text, as they were written.
    """

    def __init__(self, plan: CleaningPlan, rows: pa.Table, texts: pa.Table) -> None:
        self.n_rows = len(rows)
        self._followed = Followed(plan, rows)
        self._forms = forms_of(plan)
        self._given = {name: texts[name].combine_chunks() for name in texts.column_names}
        self._now: dict[str, NDArray[np.object_]] = {}
        self._calls = {name: np.zeros(self.n_rows, np.int8) for name in rows.column_names}
        self.changes = self._without_detours([*self._of_steps(), *self._of_forms()])

    def table(self, schema: pa.Schema) -> pa.Table:
        """The cleaned rows.

        Raises
        ------
        TableError
            If a value does not fit the type that its column has got.
        """
        typed = [name for name in schema.names if name not in self._given]
        whole = self._followed.table(pa.schema([schema.field(name) for name in typed]))
        texts = {n: pa.array(self._now[n], pa.string()) if n in self._now else self._given[n] for n in self._given}
        try:
            return pa.table({n: texts[n] if n in texts else whole[n] for n in schema.names}).cast(schema)
        except pa.ArrowException as error:
            raise TableError(f"A value is no text: {error}.", "Delete the step of the plan that makes it.") from error

    def verdicts(self) -> dict[str, NDArray[np.int8]]:
        """What each cell was called, by column: a place in `CALLED`."""
        return self._calls

    def cells(self) -> Counter[str]:
        """How many cells were called what."""
        counts = sum((np.bincount(c, minlength=len(CALLED)) for c in self._calls.values()), np.zeros(len(CALLED)))
        return Counter({name: int(n) for name, n in zip(CALLED, counts, strict=True) if n and name != "fine"})

    def _of_steps(self) -> Iterator[NamedCell]:
        for place, touched in self._followed.touched:
            if touched.column in self._given:
                yield from self._of_step(place, touched)
            else:
                calls = self._calls[touched.column]
                calls[touched.rows] = np.maximum(calls[touched.rows], calls_of(touched))
                yield from (NamedCell(place, row, touched.column, *pair) for row, *pair in touched.changes())

    def _of_step(self, place: int, touched: Touched) -> Iterator[NamedCell]:
        name, found = touched.column, calls_of(touched)
        form, calls = self._forms[name][1] if name in self._forms else None, self._calls[name]
        rows = touched.rows[found != CALLED.index("type")]
        for row, value in zip(rows.tolist(), taken(touched.after, rows), strict=True):
            before = self._text(name, row)
            after = before if touched.step.level == "doubt" else _after(touched.step, before, value, form)
            if after == before and touched.step.level != "doubt":
                continue
            self._put(name, row, after)
            calls[row] = max(calls[row], CALLED.index(touched.step.level), _SPELLING * (after != before))
            yield NamedCell(place, row, name, before, after)

    def _of_forms(self) -> Iterator[NamedCell]:
        """Cells that say what they should and have other zeros than most; a limit (``>100``) stays as it is."""
        for name, (place, form) in self._forms.items():
            if name not in self._given or isinstance(form, TruthForm) or not form.strict:
                continue
            levels, places = distinct_values(self._given[name])
            plain = ((n, text) for n, text in enumerate(levels) if text[:1] not in BOUNDS)
            news = {n: new for n, text in plain if (new := mended(text, form))}
            for row in np.flatnonzero(np.isin(places, [*news]) & (self._calls[name] < _SPELLING)).tolist():
                before, after = levels[places[row]], news[int(places[row])]
                self._put(name, row, after)
                self._calls[name][row] = _SPELLING
                yield NamedCell(place, row, name, before, after)

    def _without_detours(self, changes: list[NamedCell]) -> list[NamedCell]:
        """The changes without those of cells that end as they began; nothing is said of such cells."""
        back = {
            (cell.column, cell.row)
            for cell in changes
            if cell.before != cell.after
            and cell.column in self._given
            and self._text(cell.column, cell.row) == self._given[cell.column][cell.row].as_py()
        }
        for column, row in back:
            self._calls[column][row] = 0
        return [cell for cell in changes if (cell.column, cell.row) not in back]

    def _text(self, name: str, row: int) -> str | None:
        text: str | None = self._now[name][row] if name in self._now else self._given[name][row].as_py()
        return text

    def _put(self, name: str, row: int, text: str | None) -> None:
        if name not in self._now:
            self._now[name] = np.array(self._given[name].to_pylist(), dtype=object)
        self._now[name][row] = text


def _after(step: AnyStep, before: str | None, value: object, form: Form | None) -> str | None:
    """What a step makes of a text; what a step cannot read stays."""
    if not isinstance(step, ReadNumber | ReadDate):
        return written(value, form)
    if value is None:
        return before
    if isinstance(value, float) and isinstance(form, NumberForm) and before is not None:
        return rewritten(before, value, form) or written(value, form)
    return written(value, form)


def forms_of(plan: CleaningPlan) -> dict[str, tuple[int, Form]]:
    """By column: the place of the step that says how it is written, and the form."""
    with_form = ReadNumber | ReadDate | WriteNumber | WriteDate | WriteTruth
    steps = [(place, step) for place, step in enumerate(plan.steps) if isinstance(step, with_form)]
    return {step.column: (place, step.form) for place, step in steps if step.form is not None}
