"""Asks the table about all columns at once."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from scipy.stats import rankdata

from mlwright.data.compute.aggregate import Aggregates
from mlwright.data.compute.engine import Sort, sort_of
from mlwright.data.compute.figures import Figures
from mlwright.data.compute.table import Table
from mlwright.data.kinds import Order, Seen
from mlwright.data.kinds.missing import LEAST_SHARE, MISSING_WORDS
from mlwright.records.data import Field
from mlwright.scoring.moments import to_moment, to_moment_array
from mlwright.scoring.spelling import canonical, canonical_array, to_number, to_number_array

IN_ORDER, NEARLY = 0.999, 0.98
FEWEST_IN_ORDER = 50
ENOUGH_CHARACTERS, FEWEST_TEXTS = 100_000, 1_000
"""Of so many of a column, or so many texts, it is looked at how they are written."""


def look(asked: Aggregates, fields: Sequence[Field], codes: Mapping[str, Collection[str]]) -> dict[str, Seen]:
    """What there is to see of every column, by name.

    Parameters
    ----------
    asked : Aggregates
        Of the table.
    fields : sequence of Field
        The columns to look at.
    codes : mapping
        By column, the spellings that a user said count as missing.
    """
    sorts = asked.sorts
    found = asked.figures(asked.codes)
    wanted = {*MISSING_WORDS, *(code for given in codes.values() for code in given)}
    seen = {
        field.name: Seen(
            name=field.name,
            type=field.type,
            sort=sorts[field.name],
            n_rows=asked.table.n_rows,
            figures=found[field.name],
            left_out=asked.codes[field.name],
        )
        for field in fields
    }
    for name, sort in sorts.items():
        if _worth_counting(found[name], sort):
            seen[name] = replace(seen[name], top=asked.top(name, wanted))
        if sort in ("text", "whole", "moment"):
            seen[name] = _with_sample(seen[name], asked.sample[name])
    return seen


def left_out(column: ir.Value, codes: Collection[str] | None) -> Collection[str]:
    """What counts as missing at first sight: what a user said, or of text what usually does."""
    return codes if codes is not None else MISSING_WORDS if sort_of(column) == "text" else ()


def spelled_codes(table: Table, codes: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The spellings that a user said count as missing, as values of each column are spelled (``-1.0`` is ``-1``)."""
    return {name: tuple(_spelled_code(code, table.expr[name]) for code in given) for name, given in codes.items()}


def _spelled_code(code: str, column: ir.Value) -> str:
    sort, text = sort_of(column), canonical(code) or ""
    if sort in ("whole", "fraction"):
        return canonical(to_number(text)) or text
    if sort == "moment" and not math.isnan(moment := to_moment(text)):
        whole = datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)
        return canonical(whole.date() if column.type().is_date() else whole) or text
    return text


def _worth_counting(known: Figures, sort: Sort) -> bool:
    """Whether some value can be frequent enough to matter; the words that mean "missing" matter always."""
    return sort == "text" or known.n_distinct <= (1 - LEAST_SHARE) * known.n


def _with_sample(seen: Seen, values: pa.Array) -> Seen:
    if seen.sort == "text":
        spelled = [value for value in canonical_array(values).tolist() if value is not None]
        return replace(seen, sample=excerpt(spelled))
    numbers = to_moment_array(values) if seen.sort == "moment" else to_number_array(values)
    return replace(seen, order=order_or_nearly(numbers))


def excerpt(values: Sequence[str]) -> tuple[str, ...]:
    """All values, or of long texts as many evenly spaced ones as say enough: a thousand say of what sort they are.

    >>> len(excerpt(["short"] * 5_000)), len(excerpt(["one long sentence " * 20] * 5_000))
    (5000, 1000)
    """
    fits = round(len(values) * ENOUGH_CHARACTERS / max(sum(map(len, values)), 1))
    n = max(FEWEST_TEXTS, fits)
    places = range(len(values)) if len(values) <= n else (place * len(values) // n for place in range(n))
    return tuple(values[place] for place in places)


def order_of(numbers: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Literal["rising", "falling", "none"]:
    """Whether numbers rise or fall from row to row, NaN left out; equal neighbours do neither and break nothing."""
    steps = np.diff(numbers[~np.isnan(numbers)])
    if not len(steps) or not steps.any():
        return "none"
    if (steps >= 0).mean() >= IN_ORDER:
        return "rising"
    return "falling" if (steps <= 0).mean() >= IN_ORDER else "none"


def order_or_nearly(numbers: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Order:
    """Whether numbers rise or fall from row to row, or nearly do so.

    They do so nearly if their ranks go along with their places (a correlation of 0.98): what several machines write
    down at once, or a log that waits for the slowest.
    """
    order, known = order_of(numbers), numbers[~np.isnan(numbers)]
    if order != "none" or len(known) < FEWEST_IN_ORDER or not np.ptp(known):
        return order
    return "nearly" if _go_along(known) >= NEARLY else "none"


def _go_along(numbers: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """The correlation of the ranks of numbers with their places, without its sign."""
    return abs(float(np.corrcoef(rankdata(numbers), np.arange(len(numbers)))[0, 1]))
