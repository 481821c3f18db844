"""Chooses the golden rows: stored with their answers, they prove a bundle wherever it is loaded."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pyarrow as pa

from mlwright.records.model import CategoryColumn
from mlwright.scoring.model import Model
from mlwright.scoring.spelling import canonical

Json = str | int | float | bool | None

UNSEEN = "never seen in training"
LARGEST_INTEGER = 2**53


def choose_rows(sample: pa.Table, model: Model, n_rows: int) -> list[dict[str, Json]]:
    """Rows as a client would send them, with answers from the lowest to the highest.

    Of three or more, one lacks every second value, and one has a name that was never seen in every category.

    Parameters
    ----------
    sample : pyarrow.Table
        Training rows to choose from.
    model : Model
    n_rows : int
    """
    scores = model.scores(sample)[:, -1]
    picked = np.argsort(scores, kind="stable")[np.linspace(0, len(sample) - 1, n_rows).astype(int)]
    taken = _in_microseconds(sample.take(picked))
    rows = [{name: to_json(value) for name, value in row.items()} for row in taken.to_pylist()]
    if n_rows >= 3:
        rows[-2] |= dict.fromkeys(sample.column_names[::2])
        rows[-1] |= {column.name: UNSEEN for column in model.encoder.plan.columns if isinstance(column, CategoryColumn)}
    return rows


def to_json(value: object) -> Json:
    """A value of a table as a client would send it in JSON."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, date) else canonical(value)


def _in_microseconds(table: pa.Table) -> pa.Table:
    """Moments as Python can hold them."""
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns":
            moments = table.column(place).cast(pa.timestamp("us", tz=field.type.tz), safe=False)
            table = table.set_column(place, field.name, moments)
    return table
