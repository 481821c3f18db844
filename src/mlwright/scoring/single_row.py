"""One record as a client sends it, and how long its answer takes."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from datetime import date
from statistics import median

import pyarrow as pa

from mlwright.scoring.model import Model
from mlwright.scoring.spelling import canonical

Json = str | int | float | bool | None

LARGEST_INTEGER = 2**53
TIMED_CALLS = 200
TIMED_S = 0.5


def as_records(table: pa.Table) -> list[dict[str, Json]]:
    """The rows of a table as a client would send them."""
    return [{name: to_json(value) for name, value in row.items()} for row in _in_microseconds(table).to_pylist()]


def to_json(value: object) -> Json:
    """A value of a table as a client would send it in JSON."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, date) else canonical(value)


def single_row_ms(model: Model, row: Mapping[str, Json], seconds: float = TIMED_S) -> float:
    """Median time to score one record, from its values to its scores; measured for so many seconds at most."""
    model.predict(model.encoder.encode_records([row]))
    times: list[float] = []
    ends = time.perf_counter() + seconds
    while len(times) < TIMED_CALLS and (not times or time.perf_counter() < ends):
        began = time.perf_counter()
        model.predict(model.encoder.encode_records([row]))
        times.append(1000.0 * (time.perf_counter() - began))
    return round(median(times), 4)


def _in_microseconds(table: pa.Table) -> pa.Table:
    """Moments as Python can hold them."""
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns":
            moments = table.column(place).cast(pa.timestamp("us", tz=field.type.tz), safe=False)
            table = table.set_column(place, field.name, moments)
    return table
