"""Dates: the parts that say something."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlwright.records.model import DateColumn, DatePart
from mlwright.records.profile import ColumnProfile
from mlwright.scoring.dates import date_parts
from mlwright.scoring.readers import DateReader

_HOUR_S = 3600.0
_DAY_S = 24 * _HOUR_S

PERIODS_S: dict[DatePart, float] = {
    "month": 365 * _DAY_S,
    "day_of_year": 365 * _DAY_S,
    "day": 31 * _DAY_S,
    "weekday": 7 * _DAY_S,
    "hour": _DAY_S,
    "minute": _HOUR_S,
}
"""The parts that come again, and after how many seconds."""


def learn_date(column: ColumnProfile, values: pa.Array) -> DateColumn | None:
    """The plan of a date column, or None if it holds no two moments.

    A part that comes again is used where it varies and its whole period was seen; before that it only counts the
    time on, as the days since 1970 do, which are always there.
    """
    blank = DateColumn(name=column.name, missing_codes=column.missing_codes, parts=(), format=column.date_format)
    moments = DateReader(blank).array(values)
    moments = moments[np.isfinite(moments)]
    if not len(moments) or moments.min() == moments.max():
        return None
    seen_s = moments.max() - moments.min()
    whole = [part for part, period_s in PERIODS_S.items() if seen_s >= period_s]
    spread = np.ptp(date_parts(moments, whole), axis=0)
    parts = [part for part, varies in zip(whole, spread > 0, strict=True) if varies]
    return blank.model_copy(update={"parts": (*parts, "days")})
