"""The figures of all columns, from a few queries over the whole table.

One aggregate query gives every figure of every column, one more the most frequent values, a third a few rows to
look at. Tables of very many columns are asked in batches, so that no query grows without bound. Above
`EXACT_ROWS` rows distinct values and quantiles are estimated, so that memory stays bounded too.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.data.compute.table import ROW, Table, open_parquet
from mlwright.records.profile import QUANTILE_LEVELS
from mlwright.scoring.spelling import to_number

Sort = Literal["boolean", "whole", "fraction", "moment", "text"]
"""How a column is stored, as far as figures differ; what is none of the others is looked at as text."""

EXACT_ROWS = 200_000
COLUMNS_A_QUERY = 50
N_TOP = 200
N_SAMPLE = 5_000
WIDE_LEVELS = 50_000
LONGEST_SHOWN = 500
_LARGEST_SQUARED = 1e150


@dataclass(frozen=True)
class Figures:
    """What is known of one column; missing values are left out.

    Parameters
    ----------
    n : int
        Values that are there.
    n_distinct : int
    distinct_is_exact : bool
    n_whole : int or None
        Numbers without a fraction.
    """

    n: int
    n_distinct: int
    distinct_is_exact: bool = True
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    std: float | None = None
    quantiles: tuple[float, ...] = ()
    n_zero: int | None = None
    n_infinite: int | None = None
    n_whole: int | None = None
    length_mean: float | None = None
    length_max: float | None = None


@dataclass(frozen=True)
class Top:
    """The most frequent values of a column as the engine spells them, most frequent first.

    `n_distinct` counts all distinct values of a column of which `Figures` has an estimate; None where it was not
    counted.
    """

    values: tuple[tuple[str, int], ...] = ()
    n_distinct: int | None = None


def sort_of(column: ir.Value) -> Sort:
    """How a column is stored."""
    kind = column.type()
    if kind.is_boolean():
        return "boolean"
    if kind.is_integer():
        return "whole"
    if kind.is_numeric():
        return "fraction"
    return "moment" if kind.is_date() or kind.is_timestamp() else "text"


def batches(table: Table, names: Sequence[str]) -> Iterator[tuple[Table, Sequence[str]]]:
    """Names in lots that one query can take, each with a table that has not many more columns."""
    for start in range(0, len(names), COLUMNS_A_QUERY):
        lot = names[start : start + COLUMNS_A_QUERY]
        yield (table if len(table.columns) <= COLUMNS_A_QUERY else open_parquet(table.path, lot)), lot


def figures(table: Table, codes: Mapping[str, Collection[str]]) -> dict[str, Figures]:
    """All figures of the columns that `codes` names.

    Parameters
    ----------
    table : Table
    codes : mapping
        By column, the spellings that count as missing.
    """
    found: dict[str, Figures] = {}
    buckets = _buckets(table)
    for part, names in batches(table, tuple(codes)):
        sorts = [sort_of(part.expr[name]) for name in names]
        cleaned = part.expr.select(**_cleaned_columns(part, names, codes))
        asked: dict[str, ir.Value] = {}
        for place, sort in enumerate(sorts):
            asked |= {f"{key}_{place}": each for key, each in _expressions(cleaned, place, sort, buckets).items()}
        answer = Table(cleaned, part.path).ask(**asked)
        for place, name in enumerate(names):
            own = {key.removesuffix(f"_{place}"): value for key, value in answer.items() if key.endswith(f"_{place}")}
            found[name] = _figures(own, buckets)
    return found


def top_values(table: Table, n_distinct: Mapping[str, int], wanted: Collection[str] = ()) -> dict[str, Top]:
    """The most frequent values of the columns that `n_distinct` names.

    Parameters
    ----------
    n_distinct : mapping
        By column, about how many distinct values there are. Columns of very many are not counted in full: what is
        frequent in a sample is counted exactly.
    wanted : collection of str
        Spellings that are listed wherever they occur in text, however seldom.
    """
    found = dict.fromkeys(n_distinct, Top())
    for part, names in batches(table, tuple(n_distinct)):
        parts = [_counted(part, name, place, n_distinct[name], wanted) for place, name in enumerate(names)]
        listed: dict[int, list[tuple[str, int]]] = {}
        distinct: dict[int, int] = {}
        for row in part.rows_of(ibis.union(*parts) if len(parts) > 1 else parts[0]):
            listed.setdefault(row["place"], []).append((row["value"], row["n"]))
            distinct[row["place"]] = row["n_distinct"]
        for place, values in listed.items():
            unknown = table.n_rows <= EXACT_ROWS or _is_wide(table, n_distinct[names[place]])
            ordered = sorted(values, key=lambda pair: (-pair[1], pair[0]))
            found[names[place]] = Top(tuple(ordered), None if unknown else distinct[place])
    return found


def sample(table: Table, names: Sequence[str]) -> pa.Table:
    """About `N_SAMPLE` rows of some columns, spread over the table and in its order; long texts are cut."""
    rows = _some_rows(table, N_SAMPLE)
    shown = {
        name: rows[name].cast("string").left(LONGEST_SHOWN) if sort_of(rows[name]) == "text" else rows[name]
        for name in names
    }
    return rows.select(rows[ROW], **shown).order_by(ROW).drop(ROW).to_pyarrow()


def figures_of(values: NDArray[np.float64]) -> Figures:
    """The figures of numbers in memory; NaN is missing."""
    there = values[~np.isnan(values)]
    finite = there[np.isfinite(there)]
    if not len(finite):
        return Figures(len(there), len(np.unique(there)), n_infinite=len(there))
    return Figures(
        n=len(there),
        n_distinct=len(np.unique(there)),
        minimum=float(finite.min()),
        maximum=float(finite.max()),
        mean=_finite(finite.mean()),
        std=_finite(finite.std(ddof=1)) if len(finite) > 1 else None,
        quantiles=tuple(float(q) for q in np.quantile(finite, QUANTILE_LEVELS)),
        n_zero=int((finite == 0).sum()),
        n_infinite=len(there) - len(finite),
        n_whole=int((finite == np.floor(finite)).sum()),
    )


def _buckets(table: Table) -> int:
    """Of so many values one is looked at to estimate how many there are; 1: all are counted."""
    return max(1, math.ceil(table.n_rows / EXACT_ROWS))


def _is_wide(table: Table, n_distinct: int) -> bool:
    return table.n_rows > EXACT_ROWS and n_distinct > WIDE_LEVELS


def _some_rows(table: Table, n: int) -> ir.Table:
    """About `n` rows, chosen by a hash of their position: the same rows every time."""
    step = max(1, table.n_rows // n)
    return table.expr if step == 1 else table.expr.filter(table.expr[ROW].hash() % step == 0)


def _cleaned_columns(table: Table, names: Sequence[str], codes: Mapping[str, Collection[str]]) -> dict[str, ir.Value]:
    """For each column its values and, for numbers and moments, its finite numbers: computed once for all figures."""
    cleaned: dict[str, ir.Value] = {}
    for place, name in enumerate(names):
        sort = sort_of(table.expr[name])
        there = cleaned[f"value_{place}"] = _there(table.expr[name], sort, codes[name])
        if sort == "moment":
            cleaned[f"number_{place}"] = there.cast("timestamp").epoch_seconds().cast("float64")
        elif sort in ("whole", "fraction"):
            number = there.cast("float64")
            cleaned[f"number_{place}"] = _without(number, number.isinf()) if sort == "fraction" else number
    return cleaned


def _expressions(cleaned: ir.Table, place: int, sort: Sort, buckets: int) -> dict[str, ir.Value]:
    """Every figure of one column as an expression over `_cleaned_columns`."""
    there = cleaned[f"value_{place}"]
    asked: dict[str, ir.Value] = {"n": there.count()}
    if buckets == 1:
        asked["distinct"] = there.nunique()
    else:
        asked["about"] = there.approx_nunique()
        if sort in ("whole", "text"):
            asked["bucket"] = there.nunique(where=there.hash() % buckets == 0)
    if sort == "text":
        return asked | {"length_mean": there.length().mean(), "length_max": there.length().max()}
    if sort == "boolean":
        return asked
    number = cleaned[f"number_{place}"]
    if sort == "fraction":
        asked |= {"n_infinite": there.count() - number.count(), "n_whole": (number % 1 == 0).sum()}
    return asked | _number_expressions(number, exact=buckets == 1)


def _number_expressions(number: ir.Value, *, exact: bool) -> dict[str, ir.Value]:
    quantiles = number.quantile if exact else number.approx_quantile
    return {
        "minimum": number.min(),
        "maximum": number.max(),
        "mean": number.mean(),
        "std": _without(number, number.abs() > _LARGEST_SQUARED).std(),
        "quantiles": quantiles(list(QUANTILE_LEVELS)),
        "n_zero": (number == 0).sum(),
    }


def _there(column: ir.Value, sort: Sort, codes: Collection[str]) -> ir.Value:
    """The column with null for all that counts as missing."""
    if sort == "text":
        text = _stripped(column.cast("string"))
        return _without(text, text.isin(["", *codes]))
    if sort == "fraction":
        column = column.cast("float64")
        column = _without(column, column.isnan())
    return _without(column, _is_code(column, sort, codes)) if codes else column


def _is_code(column: ir.Value, sort: Sort, codes: Collection[str]) -> ir.Value:
    if sort in ("whole", "fraction"):
        return column.isin([number for number in map(to_number, codes) if not math.isnan(number)])
    if sort == "moment" and not column.type().is_date():
        return column.cast("timestamp").strftime("%Y-%m-%dT%H:%M:%S").isin(list(codes))
    return column.cast("string").isin(list(codes))


def _stripped(text: ir.Value) -> ir.Value:
    """Text without white space around it; looks first, because there seldom is any and taking it off is slow."""
    return ibis.cases(((text.left(1) <= " ") | (text.right(1) <= " "), text.strip()), else_=text)


def _without(column: ir.Value, condition: ir.Value) -> ir.Value:
    return ibis.cases((condition, None), else_=column)


def _counted(table: Table, name: str, place: int, n_distinct: int, wanted: Collection[str]) -> ir.Table:
    """The distinct values of a column with their counts, the most frequent of them, as text."""
    sort = sort_of(table.expr[name])
    rows = table.expr.select(value=_comparable(table.expr[name], sort))
    if _is_wide(table, n_distinct):
        likely = _frequent_in_sample(table, name, sort)
        is_likely = rows.value.isin(likely.value)
        rows = rows.filter(is_likely | rows.value.isin(wanted) if sort == "text" else is_likely)
    counted = rows.group_by("value").aggregate(n=rows.count())
    if sort == "text":
        counted = counted.mutate(value=counted.value.strip())
        counted = counted.filter(counted.value != "").group_by("value").aggregate(n=counted.n.sum())
    counted = counted.filter(counted.value.notnull())
    is_known = table.n_rows <= EXACT_ROWS
    counted = counted.mutate(n_distinct=ibis.literal(0) if is_known else ibis._.count().over(ibis.window()))
    shown = counted.select(value=_as_text(counted.value, sort), n="n", n_distinct="n_distinct")
    first = [ibis.desc(shown.value.isin(wanted))] if sort == "text" and wanted else []
    shown = shown.filter(shown.value.length() <= LONGEST_SHOWN).order_by([*first, ibis.desc("n"), "value"])
    return shown.limit(N_TOP).mutate(place=ibis.literal(place))


def _comparable(column: ir.Value, sort: Sort) -> ir.Value:
    """A column that can be counted by its values: text is text, no number is NaN."""
    if sort == "text":
        return column.cast("string")
    return _there(column, sort, ())


def _frequent_in_sample(table: Table, name: str, sort: Sort) -> ir.Table:
    rows = _some_rows(table, EXACT_ROWS)
    counted = rows.select(value=_comparable(rows[name], sort)).group_by("value").aggregate(n=ibis._.count())
    return counted.order_by([ibis.desc("n"), "value"]).limit(N_TOP)


def _as_text(value: ir.Value, sort: Sort) -> ir.Value:
    if sort == "moment":
        return value.cast("timestamp").strftime("%Y-%m-%dT%H:%M:%S.%f")
    return value.cast("string")


def _figures(answer: Mapping[str, Any], buckets: int) -> Figures:
    """Figures from the answers to `_expressions`."""
    n_distinct = answer["distinct"] if buckets == 1 else _estimate(answer, buckets)
    return Figures(
        n=answer["n"],
        n_distinct=n_distinct,
        distinct_is_exact=buckets == 1,
        quantiles=tuple(answer.get("quantiles") or ()),
        n_zero=_count(answer, "n_zero"),
        n_infinite=_count(answer, "n_infinite"),
        n_whole=_count(answer, "n_whole"),
        **{key: _finite(answer.get(key)) for key in ("minimum", "maximum", "mean", "std", "length_mean", "length_max")},
    )


def _estimate(answer: Mapping[str, Any], buckets: int) -> int:
    """Distinct values: from one bucket of hashes where that matters and there are many, else DuckDB's rough count."""
    n, about, in_bucket = answer["n"], answer["about"], answer.get("bucket")
    return int(min(n, about if in_bucket is None or about < WIDE_LEVELS else in_bucket * buckets))


def _count(answer: Mapping[str, Any], key: str) -> int | None:
    return int(answer[key] or 0) if key in answer else None


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
