"""Scored rows."""

from __future__ import annotations

import pyarrow as pa
from rich.table import Table

from mlwright.data.words import shortened
from mlwright.faces.render.numbers import short
from mlwright.faces.render.terminal.tables import table

N_INPUTS, LONGEST = 4, 24


def scored_shown(rows: pa.Table) -> Table:
    """What the rows are known by, which is their first columns, and the answers, which stand last (`scored_rows`)."""
    names = rows.column_names
    first_answer = names.index("prediction")
    shown = [*names[: min(N_INPUTS, first_answer)], *names[first_answer:]]
    cells = [[_told(row[name]) for name in shown] for row in rows.to_pylist()]
    return table("The first rows", shown, cells, right=[shown.index(name) for name in shown if _is_number(rows, name)])


def _is_number(rows: pa.Table, name: str) -> bool:
    kind = rows.schema.field(name).type
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


def _told(value: object) -> str:
    if isinstance(value, float):
        return short(value)
    return "" if value is None else shortened(str(value), LONGEST)
