"""Executes a cleaning plan: on a table column by column, on a record of a request value by value.

A table asks an action once for each distinct combination of the values that it looks at, a record once, so that both
are cleaned in one way. What is given is never changed: a cleaned table has new columns, a cleaned record is a new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.records.cleaning import AnyStep, CleaningPlan
from mlwright.scoring.actions import Action, Doubt, action_of
from mlwright.scoring.columns import Column, Columns, Row
from mlwright.scoring.distinct import distinct_values
from mlwright.scoring.spelling import canonical

if TYPE_CHECKING:
    import pyarrow as pa


class Touched(NamedTuple):
    """What one step did to a table.

    Parameters
    ----------
    step : AnyStep
    column : str
    rows : array of int64
        The rows whose cell was changed or, for a doubt, called wrong.
    before, after : Column
        The whole column before and after the step.
    """

    step: AnyStep
    column: str
    rows: NDArray[np.int64]
    before: Column
    after: Column

    def changes(self) -> Iterator[tuple[int, str | None, str | None]]:
        """The touched rows with their values before and after."""
        befores, afters = taken(self.before, self.rows), taken(self.after, self.rows)
        for row, before, after in zip(self.rows.tolist(), befores, afters, strict=True):
            yield row, _as_text(before), _as_text(after)


class Cleaner:
    """Executes the steps of a plan; safe to use from many threads.

    Parameters
    ----------
    plan : CleaningPlan
    """

    def __init__(self, plan: CleaningPlan) -> None:
        self.plan = plan
        self._actions = [action_of(step) for step in plan.steps]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns that steps look at."""
        return tuple(dict.fromkeys(name for action in self._actions for name in action.inputs))

    def clean_columns(self, columns: Columns) -> Columns:
        """The cleaned columns; steps whose columns are not there are left out."""
        by_name = dict(columns.by_name)
        for action in self._actions:
            if action.changes and all(name in by_name for name in action.inputs):
                by_name |= {name: after for name, after, _ in _changed(action, by_name)}
        return Columns(by_name, columns.n_rows)

    def clean_records(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        """The cleaned records."""
        return [self._clean_record(row) for row in rows]

    def _clean_record(self, row: Row) -> dict[str, Any]:
        found = dict(row)
        for action in self._actions:
            if action.changes and all(name in found for name in action.inputs):
                after = action.work(*(found[name] for name in action.inputs))
                if after is not None:
                    found.update(zip(action.outputs, after, strict=True))
        return found

    def follow(self, columns: Columns) -> Iterator[tuple[int, Touched]]:
        """What each step does to the columns, one step after the other, doubts among them; with the step's place."""
        by_name = dict(columns.by_name)
        for place, action in enumerate(self._actions):
            if any(name not in by_name for name in action.inputs):
                continue
            if isinstance(action, Doubt):
                name = action.step.column
                yield place, Touched(action.step, name, _doubted(action, by_name), by_name[name], by_name[name])
                continue
            for name, after, rows in _changed(action, by_name) if action.changes else ():
                yield place, Touched(action.step, name, rows, by_name[name], after)
                by_name[name] = after


def taken(column: Column, rows: NDArray[np.int64]) -> list[Any]:
    """The values of some rows."""
    if isinstance(column, list):
        return [column[row] for row in rows]
    import pyarrow as pa

    found: list[Any] = column.take(pa.array(rows)).to_pylist()
    return found


def _as_text(value: Any) -> str | None:
    return value if isinstance(value, str) else canonical(value)


def _combinations(values: Sequence[Column]) -> tuple[list[tuple[Any, ...]], NDArray[np.int64]]:
    """The distinct combinations of values, and the place of each row among them."""
    coded = [_coded(column) for column in values]
    joined = coded[0][1] + 1
    for found, places in coded[1:]:
        joined = joined * (len(found) + 1) + places + 1
    keys, first, places = np.unique(joined, return_index=True, return_inverse=True)
    rows = [[None if p[row] < 0 else found[p[row]] for found, p in coded] for row in first] if len(keys) else []
    return [tuple(row) for row in rows], places.astype(np.int64)


def _coded(column: Column) -> tuple[list[Any], NDArray[np.int64]]:
    if not isinstance(column, list):
        return distinct_values(column)
    return column, np.arange(len(column))


def _changed(action: Action, by_name: Mapping[str, Column]) -> list[tuple[str, Column, NDArray[np.int64]]]:
    """Each output of an action as a new column, with the rows whose value is another one."""
    combinations, places = _combinations([by_name[name] for name in action.inputs])
    answers = [action.work(*values) for values in combinations]
    hit = np.array([answer is not None for answer in answers], dtype=bool)[places] if answers else np.zeros(0, bool)
    found = []
    for j, name in enumerate(action.outputs):
        given = action.inputs.index(name)
        olds = [values[given] for values in combinations]
        news = [old if answer is None else answer[j] for old, answer in zip(olds, answers, strict=True)]
        differs = np.array(
            [
                canonical(old) != canonical(new)
                or (isinstance(old, str) and isinstance(new, str) and old != new)
                or (answer is not None and action.rewrites(old))
                for old, new, answer in zip(olds, news, answers, strict=True)
            ],
            dtype=bool,
        )
        rows = np.flatnonzero(differs[places]) if len(differs) else np.zeros(0, np.int64)
        found.append((name, _replaced(by_name[name], news, places, hit, action), rows))
    return found


def _replaced(
    before: Column, news: list[Any], places: NDArray[np.int64], hit: NDArray[np.bool_], action: Action
) -> Column:
    """A column with new values where an action has given any."""
    if isinstance(before, list):
        return [news[place] if hit[row] else before[row] for row, place in enumerate(places)]
    import pyarrow as pa

    type_after = action.type(before.type)
    if not hit.any() and type_after == before.type:
        return before
    try:
        return pa.array(_fitting(news, type_after), type_after).take(pa.array(places))
    except (pa.ArrowException, TypeError, ValueError):
        return pa.array([canonical(new) for new in news], pa.string()).take(pa.array(places))


def _fitting(values: list[Any], wanted: pa.DataType) -> list[Any]:
    """Values as Python objects that Arrow takes for the type; spellings of numbers become numbers."""
    import pyarrow as pa

    if pa.types.is_integer(wanted):
        return [int(value) if isinstance(value, str) else value for value in values]
    if pa.types.is_floating(wanted):
        return [float(value) if isinstance(value, str) else value for value in values]
    return values


def _doubted(action: Doubt, by_name: Mapping[str, Column]) -> NDArray[np.int64]:
    combinations, places = _combinations([by_name[name] for name in action.inputs])
    flags = np.array([action.doubts(*values) for values in combinations], dtype=bool)
    return np.flatnonzero(flags[places]) if len(flags) else np.zeros(0, np.int64)
