"""Asks the table about all columns at once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from mlwright.data.compute.aggregate import COLUMNS_A_QUERY, Figures, Sort, Top, figures, sample, sort_of, top_values
from mlwright.data.compute.table import Table
from mlwright.data.kinds import Order, Seen
from mlwright.data.kinds.missing import LEAST_SHARE, MISSING_WORDS
from mlwright.records.data import Field
from mlwright.scoring.spelling import canonical, canonical_array, to_moment, to_moment_array, to_number, to_number_array

IN_ORDER = 0.999


def look(table: Table, fields: Sequence[Field], codes: Mapping[str, Collection[str]]) -> tuple[dict[str, Seen], int]:
    """What there is to see of every column, by name, and how many queries it took.

    Parameters
    ----------
    table : Table
    fields : sequence of Field
        The columns to look at.
    codes : mapping
        By column, the spellings that a user said count as missing.
    """
    sorts = {field.name: sort_of(table.expr[field.name]) for field in fields}
    missing = {name: codes.get(name, MISSING_WORDS if sort == "text" else ()) for name, sort in sorts.items()}
    found = figures(table, missing)
    counted = {name: known.n_distinct for name, known in found.items() if _worth_counting(known, sorts[name])}
    tops = top_values(table, counted, wanted={*MISSING_WORDS, *(code for given in codes.values() for code in given)})
    watched = [name for name, sort in sorts.items() if sort in ("text", "whole", "moment")]
    rows = sample(table, watched) if watched else pa.table({})
    seen = {
        field.name: Seen(
            name=field.name,
            type=field.type,
            sort=sorts[field.name],
            n_rows=table.n_rows,
            figures=found[field.name],
            left_out=tuple(sorted(missing[field.name])),
        )
        for field in fields
    }
    for name in counted:
        seen[name] = _with_top(seen[name], tops[name])
    for name in watched:
        seen[name] = _with_sample(seen[name], rows[name])
    return seen, n_queries(found) + n_queries(counted) + bool(watched)


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


def n_queries(names: Collection[str]) -> int:
    """How many queries it takes to ask about so many columns."""
    return math.ceil(len(names) / COLUMNS_A_QUERY)


def _worth_counting(known: Figures, sort: Sort) -> bool:
    """Whether some value can be frequent enough to matter; the words that mean "missing" matter always."""
    return sort == "text" or known.n_distinct <= (1 - LEAST_SHARE) * known.n


def _with_top(seen: Seen, top: Top) -> Seen:
    counts: Counter[str] = Counter()
    for value, count in top.values:
        if (spelling := _spelled_back(value, seen.sort, seen.type)) is not None:
            counts[spelling] += count
    known = seen.figures
    if top.n_distinct is not None and not known.distinct_is_exact:
        n_codes = len(set(seen.left_out) & set(counts))
        known = replace(known, n_distinct=top.n_distinct - n_codes, distinct_is_exact=True)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return replace(seen, top=tuple(ordered), figures=known)


def _spelled_back(value: str, sort: Sort, arrow_type: str) -> str | None:
    """The canonical spelling of a value as the engine wrote it."""
    if sort == "fraction":
        return canonical(Decimal(value) if arrow_type.startswith("decimal") else float(value))
    if sort == "moment":
        moment = datetime.fromisoformat(value)
        return canonical(moment.date() if arrow_type.startswith("date") else moment)
    return canonical(value)


def _with_sample(seen: Seen, values: pa.ChunkedArray) -> Seen:
    if seen.sort == "text":
        spelled = canonical_array(values)
        return replace(seen, sample=tuple(value for value in spelled.tolist() if value is not None))
    numbers = to_moment_array(values) if seen.sort == "moment" else to_number_array(values)
    return replace(seen, order=order_of(numbers))


def order_of(numbers: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Order:
    """Whether numbers rise or fall from row to row, NaN left out; equal neighbours do neither and break nothing."""
    steps = np.diff(numbers[~np.isnan(numbers)])
    if not len(steps) or not steps.any():
        return "none"
    if (steps >= 0).mean() >= IN_ORDER:
        return "rising"
    return "falling" if (steps <= 0).mean() >= IN_ORDER else "none"
