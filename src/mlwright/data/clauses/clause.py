"""One column as a clause of the contract."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.data.clauses.limits import limits_of
from mlwright.data.clauses.names import names_of, new_names
from mlwright.data.clauses.shapes import pattern_of
from mlwright.data.clauses.uniqueness import is_key
from mlwright.data.clauses.values import Values
from mlwright.data.kinds.look import order_of
from mlwright.records.contract import Clause, Part
from mlwright.records.profile import QUANTILE_LEVELS, ColumnProfile
from mlwright.scoring.moments import DatePattern, to_moment_array, write_moment
from mlwright.scoring.spelling import missing_array, to_number_array

NAMED = ("category", "boolean", "constant")
EXAMPLE_LENGTH = 80
LEAST_UNIQUE = 20
N_FIRST = 10_000
"""Whether a column is in order is asked of so many values first."""
MEDIAN = QUANTILE_LEVELS.index(0.50)

Array = NDArray[np.float64]


def clause_of(values: Values, column: ColumnProfile, part: Part, chance: float) -> Clause:
    """What a column is held to.

    Parameters
    ----------
    values : Values
    column : ColumnProfile
    part : str
        Which part it plays.
    chance : float
        That a value of a later table passes the limits of this column although nothing has changed.
    """
    n_there = len(values) - column.n_missing
    learned = _LEARNED.get(column.kind, _nothing)
    return Clause(
        name=column.name,
        kind=column.kind,
        type=column.type,
        part=part,
        required=part == "input",
        optional=column.n_missing + column.n_unparsed > 0 or not n_there,
        n_missing=column.n_missing + column.n_unparsed,
        n_unreadable=column.n_unparsed,
        missing_codes=column.missing_codes,
        unique=_has_each_once(column, n_there) and is_key(values, column, n_there),
        date_format=column.date_format,
        example=_example(column),
        **learned(values, column, chance),
    )


def _has_each_once(column: ColumnProfile, n_there: int) -> bool:
    return column.kind == "id" and column.distinct_is_exact and column.n_distinct == n_there >= LEAST_UNIQUE


def numbers_of(values: pa.ChunkedArray, column: Clause | ColumnProfile) -> Array:
    """The numbers, or moments in seconds since 1970, of a column as its kind is read; NaN where there is none."""
    is_date = column.kind == "date"
    numbers = to_moment_array(values, column.date_format) if is_date else to_number_array(values)
    if column.missing_codes:
        numbers[missing_array(values, column.missing_codes)] = np.nan
    return numbers


def _numbers(values: Values, column: ColumnProfile, chance: float) -> dict[str, Any]:
    found = numbers_of(values.whole, column)
    known = found[np.isfinite(found)]
    if not len(known):
        return {}
    order = order_of(found) if _always_in_order(known) else "none"
    is_whole = bool((known == np.floor(known)).all())
    least, most = limits_of(known, chance, whole=is_whole) if order == "none" else (None, None)
    return {"low": known.min(), "high": known.max(), "least": least, "most": most, "whole": is_whole, "order": order}


def _moments(values: Values, column: ColumnProfile, chance: float) -> dict[str, Any]:
    found = numbers_of(values.whole, column)
    known = found[np.isfinite(found)]
    return {"low": known.min(), "high": known.max(), "order": order_of(found)} if len(known) else {}


def _names(values: Values, column: ColumnProfile, chance: float) -> dict[str, Any]:
    listed, n_names = names_of(values.counts(), column.missing_codes)
    counts = tuple(n for _, n in listed)
    allowed = new_names(counts, n_names)
    shape = {} if allowed == "refuse" else _texts(values, column, chance)
    return {"levels": tuple(name for name, _ in listed), "counts": counts, "new_levels": allowed, **shape}


def _texts(values: Values, column: ColumnProfile, chance: float) -> dict[str, Any]:
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)) or column.missing_codes:
        return {}
    return {"pattern": pattern_of(values)}


def _keys(values: Values, column: ColumnProfile, chance: float) -> dict[str, Any]:
    if column.minimum is None:
        return _texts(values, column, chance)
    if not _always_in_order(numbers_of(values.first(N_FIRST), column)):
        return {"order": "none"}
    found = numbers_of(values.whole, column)
    return {"order": order_of(found) if _always_in_order(found) else "none"}


def _always_in_order(numbers: Array) -> bool:
    """Whether no number is lower, or none is higher, than the one before, as in a counter."""
    steps = np.diff(numbers)
    return bool((steps >= 0).all() or (steps <= 0).all())


def _nothing(values: Values, column: ColumnProfile, chance: float) -> dict[str, Any]:
    return {}


_LEARNED = {"number": _numbers, "date": _moments, "text": _texts, "id": _keys, **dict.fromkeys(NAMED, _names)}


def _example(column: ColumnProfile) -> str:
    """The most frequent value, or the one in the middle."""
    if column.kind == "number" and column.quantiles:
        return f"{column.quantiles[MEDIAN]:.10g}"
    if column.top:
        return column.top[0].value[:EXAMPLE_LENGTH]
    if column.kind == "date" and column.minimum is not None and math.isfinite(column.minimum):
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=column.minimum)
        return write_moment(moment, DatePattern.of(column.date_format or "%Y-%m-%dT%H:%M:%S").pattern)
    return ""
