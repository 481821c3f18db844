"""Profiles of parts of a table, days or partitions, become what the whole would have given.

Counts, missing values, extremes, mean, spread and skewness of the whole follow from those of its parts, exactly up to
rounding. How many different values there are follows from the smallest hashes: to the last bit what the whole would
have given. Quantiles and gaps follow from rows drawn at random. Both say how exact they are.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from mlwright.core.errors import TableError
from mlwright.data.compute.figures import finite_or_none
from mlwright.data.compute.moments import Moments
from mlwright.data.kinds.shapes import MAX_PATTERNS, gaps_of
from mlwright.data.kinds.two_digit_years import CENTURY
from mlwright.data.portable.kept_sketches import cut, cut_rows, distinct_of, rows_of, sketch_of
from mlwright.records.portable import ColumnSketch, PortableProfile
from mlwright.records.profile import QUANTILE_LEVELS, ColumnProfile, Pattern, ValueCount
from mlwright.scoring.moments import DatePattern

N_TOP = 20
_KINDS = ("text", "category", "number", "date", "boolean", "id")


def merged(a: PortableProfile, b: PortableProfile) -> PortableProfile:
    """The profile of both parts together; a column that one part lacks is missing in all of its rows.

    Raises
    ------
    TableError
        If a column was read as different things, such as numbers and text.
    """
    names = list(dict.fromkeys(column.name for part in (a, b) for column in part.columns))
    pairs = [_both(name, a, b) for name in names]
    n_rows = a.n_rows + b.n_rows
    return PortableProfile(
        parts=(*a.parts, *b.parts),
        n_rows=n_rows,
        columns=tuple(column for column, _ in pairs),
        sketches=tuple(sketch for _, sketch in pairs),
    )


_Part = tuple[ColumnProfile, ColumnSketch, int]


def _both(name: str, a: PortableProfile, b: PortableProfile) -> tuple[ColumnProfile, ColumnSketch]:
    (one, own, n_a), (two, other, n_b) = first, second = _part(a, name), _part(b, name)
    if one is None or two is None:
        (known, sketch, _), n_lost = (second, n_a) if one is None else (first, n_b)
        assert known is not None
        assert sketch is not None
        return known.model_copy(update={"n_missing": known.n_missing + n_lost}), sketch
    assert own is not None
    assert other is not None
    if own.reads != other.reads and "empty" not in (one.kind, two.kind):
        raise TableError(
            f"Column {name!r} holds {own.reads}s in {a.parts[0]} and {other.reads}s in {b.parts[0]}.",
            f"Say what it is (profile.kinds = {{{name} = ...}}), or mend the part where it is not.",
        )
    if "empty" in (one.kind, two.kind):
        kept, lost = ((two, other), one) if one.kind == "empty" else ((one, own), two)
        return kept[0].model_copy(update={"n_missing": kept[0].n_missing + lost.n_missing}), kept[1]
    return _merged_column((one, own, n_a), (two, other, n_b))


def _part(part: PortableProfile, name: str) -> tuple[ColumnProfile | None, ColumnSketch | None, int]:
    found = next((place for place, column in enumerate(part.columns) if column.name == name), None)
    return (None, None, part.n_rows) if found is None else (part.columns[found], part.sketches[found], part.n_rows)


def _merged_column(first: _Part, second: _Part) -> tuple[ColumnProfile, ColumnSketch]:
    (a, own, n_a), (b, other, n_b) = first, second
    distinct = cut(distinct_of(own).merged(distinct_of(other)))
    rows = cut_rows(rows_of(own).merged(rows_of(other)))
    moments = _moments(a, n_a).merged(_moments(b, n_b))
    sizes = [n_a - a.n_missing - a.n_unparsed, n_b - b.n_missing - b.n_unparsed]
    top, at_most, short = _merged_top((a, own), (b, other))
    has_ranks = own.reads in ("number", "moment") and moments.n > 0
    column = a.model_copy(
        update={
            "type": a.type if a.type == b.type else "string" if own.reads == "text" else "double",
            "kind": a.kind if a.kind == b.kind else _wider(a, b),
            "reason": f"Every part holds it as {a.kind}."
            if a.kind == b.kind
            else f"Parts hold it as {a.kind} and as {b.kind}.",
            "n_missing": a.n_missing + b.n_missing,
            "missing_codes": tuple(sorted({*a.missing_codes, *b.missing_codes})),
            "n_distinct": distinct.n,
            "distinct_is_exact": distinct.error == 0,
            "distinct_error": distinct.error,
            "minimum": moments.minimum if has_ranks else None,
            "maximum": moments.maximum if has_ranks else None,
            "mean": finite_or_none(moments.mean) if has_ranks else None,
            "std": moments.std if has_ranks else None,
            "skewness": moments.skewness if has_ranks else None,
            "quantiles": rows.quantiles(QUANTILE_LEVELS) if has_ranks else (),
            "quantile_error": rows.error if has_ranks else 0.0,
            "n_zero": _sum(a.n_zero, b.n_zero),
            "n_infinite": _sum(a.n_infinite, b.n_infinite),
            "top": top,
            "length_mean": _mean((a.length_mean, b.length_mean), sizes),
            "length_max": max((each for each in (a.length_max, b.length_max) if each is not None), default=None),
            "date_format": _format_of_both(a, b, moments),
            "n_unparsed": a.n_unparsed + b.n_unparsed,
            "unparsed_examples": (*a.unparsed_examples, *b.unparsed_examples)[:5],
            "patterns": _merged_patterns((a, b), sizes),
            "gaps": gaps_of(rows.known, n_drawn=None if rows.is_whole else len(rows.known)) if a.gaps or b.gaps else (),
        }
    )
    return column, sketch_of(own.reads, distinct, rows, at_most, short)


def _format_of_both(a: ColumnProfile, b: ColumnProfile, moments: Moments) -> str | None:
    """How dates are written in both parts; years of two digits in the hundred years that hold those of both.

    Raises
    ------
    TableError
        If no hundred years do: one of the parts reads its years in another century than they are of.
    """
    if a.date_format == b.date_format or not (a.date_format and b.date_format):
        return a.date_format if a.date_format == b.date_format else None
    one, two = DatePattern.of(a.date_format), DatePattern.of(b.date_format)
    if one.pattern != two.pattern:
        return None
    first, last = (_year(each) for each in (moments.minimum, moments.maximum))
    if last - first >= CENTURY:
        raise TableError(
            f"Column {a.name!r} has years of two digits that are read from {one.first_year} on in one part and from "
            f"{two.first_year} on in the other: {first} to {last} are more than a hundred years.",
            "Write its years with four digits in one of the parts, and make its profile again.",
        )
    starts = [year for year in (one.first_year, two.first_year) if year is not None]
    since = next((year for year in starts if year <= first and last < year + CENTURY), first)
    return DatePattern(one.pattern, since).written()


def _year(seconds: float) -> int:
    return int(np.datetime64(int(seconds), "s").astype("datetime64[Y]").astype(int)) + 1970


def _wider(a: ColumnProfile, b: ColumnProfile) -> str:
    kinds = {a.kind, b.kind} - {"constant"}
    usual = "number" if a.mean is not None else "category"
    return next((kind for kind in _KINDS if kind in kinds), usual)


def _sum(a: int | None, b: int | None) -> int | None:
    return None if a is None and b is None else (a or 0) + (b or 0)


def _mean(values: tuple[float | None, float | None], sizes: Sequence[int]) -> float | None:
    known = [(value, size) for value, size in zip(values, sizes, strict=True) if value is not None and size]
    total = sum(size for _, size in known)
    return sum(value * size for value, size in known) / total if total else None


def _merged_top(
    first: tuple[ColumnProfile, ColumnSketch], second: tuple[ColumnProfile, ColumnSketch]
) -> tuple[tuple[ValueCount, ...], int, int]:
    """The most frequent values of both, what no other can exceed, and how many rows their counts may be short of."""
    counts: Counter[str] = Counter()
    for column, _ in (first, second):
        counts.update({each.value: each.count for each in column.top})
    seen = [{each.value for each in column.top} for column, _ in (first, second)]
    order = sorted(counts, key=lambda value: (-counts[value], value))
    kept = order[:N_TOP]
    bounds = [sketch.top_at_most for _, sketch in (first, second)]
    lacking = max((sum(b for b, own in zip(bounds, seen, strict=True) if v not in own) for v in kept), default=0)
    short = sum(sketch.top_short for _, sketch in (first, second)) + lacking
    rest = counts[order[N_TOP]] if len(order) > N_TOP else 0
    return tuple(ValueCount(value=value, count=counts[value]) for value in kept), max(rest + short, sum(bounds)), short


def _merged_patterns(columns: tuple[ColumnProfile, ColumnProfile], sizes: Sequence[int]) -> tuple[Pattern, ...]:
    total = max(1, sum(sizes))
    shares: Counter[str] = Counter()
    for column, size in zip(columns, sizes, strict=True):
        shares.update({each.pattern: each.share * size / total for each in column.patterns})
    examples = {each.pattern: each.example for column in reversed(columns) for each in column.patterns}
    return tuple(
        Pattern(pattern=pattern, share=min(1.0, share), example=examples[pattern])
        for pattern, share in shares.most_common(MAX_PATTERNS)
    )


def _moments(column: ColumnProfile, n_rows: int) -> Moments:
    """The moments that the figures of a profile stand for."""
    n = n_rows - column.n_missing - column.n_unparsed - (column.n_infinite or 0)
    if column.mean is None or column.minimum is None or column.maximum is None or n < 1:
        return Moments(n_infinite=column.n_infinite or 0)
    m2 = (column.std or 0.0) ** 2 * (n - 1)
    m3 = (column.skewness or 0.0) * n * math.sqrt(m2 / n) ** 3
    ends = (column.minimum, column.maximum)
    return Moments(n, column.mean, m2, m3, *ends, column.n_zero or 0, column.n_infinite or 0)
