"""The figures of all columns of a table.

A small table is read once and every column is counted in full: all figures follow from the counts, exactly. Of a large
table some rows are drawn first. They tell which columns have few values, and these are counted by the engine: exact
again. The others are measured in one aggregate query. What it gives is exact too: how many values are there, their
extremes, mean and spread. How many *different* values such a column has is estimated from those with the smallest
hashes, and its quantiles are those of the drawn rows; both say how exact they are. What is never asked for is a sort
or a table of all values of a column that has millions of them, so memory stays bounded.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlwright.data.compute.engine import (
    LONGEST_SHOWN,
    Sort,
    engine_of,
    hashed,
    is_below,
    key,
    n_bytes,
    plain,
    sort_of,
    unsigned,
)
from mlwright.data.compute.figures import Counts, Figures, finite_or_none, weighted_quantiles
from mlwright.data.compute.moments import Moments
from mlwright.data.compute.sketches import SPACE, Distinct, rank_error
from mlwright.data.compute.table import ROW, Table, open_parquet
from mlwright.scoring.spelling import to_number

EXACT_ROWS = 200_000
"""Tables of so many rows are read and counted in full."""
N_DRAWN = 65_536
"""About so many rows of larger tables are drawn."""
MOST_COUNTED = 150_000
"""Columns of about so many different values are counted in full."""
N_HASHED = 30_000
"""Of columns of more, about so many are counted."""
COLUMNS_A_QUERY = 50
CELLS_A_QUERY = 1_500_000
N_SAMPLE = 5_000
FREQUENT_SHARE = 0.001
LONGEST_CODE = 12
_LARGEST_SQUARED = 1e150


class _Guess(NamedTuple):
    """What the drawn rows say of a column: how many values, the frequent ones, and about where numbers lie."""

    n_distinct: float
    frequent: pa.Array
    shift: float = 0.0
    scale: float = 1.0
    numbers: NDArray[np.float64] = np.empty(0)

    @property
    def is_whole(self) -> bool:
        return bool((self.numbers == np.floor(self.numbers)).all())


class Aggregates:
    """Figures, frequent values and a sample of some columns of a table.

    Parameters
    ----------
    table : Table
    names : sequence of str
    """

    def __init__(self, table: Table, names: Sequence[str]) -> None:
        self.table = table
        self.sorts: dict[str, Sort] = {name: sort_of(table.expr[name]) for name in names}
        self.n_queries = 0
        self.counts: dict[str, Counts] = {}
        self.sample: dict[str, pa.Array] = {}
        self._guesses: dict[str, _Guess] = {}
        self._distinct: dict[str, Distinct] = {}
        self._measured: dict[tuple[str, tuple[str, ...]], Figures] = {}
        self._with_codes: set[str] = set()
        is_small = table.n_rows <= EXACT_ROWS
        n_rows = table.n_rows if is_small else N_DRAWN
        for part, lot in lots(table, names, n_rows):
            self._draw(part, lot, is_small=is_small)
        for name, guess in self._guesses.items():
            if guess.n_distinct <= MOST_COUNTED and (counted := self._counted(name)) is not None:
                self.counts[name] = counted

    def figures(self, codes: Mapping[str, Collection[str]]) -> dict[str, Figures]:
        """The figures of the columns that `codes` names; its spellings count as missing."""
        found = {name: self.counts[name].figures(given) for name, given in codes.items() if name in self.counts}
        wanted = {name: tuple(sorted(given)) for name, given in codes.items() if name not in found}
        new = [name for name, given in wanted.items() if (name, given) not in self._measured]
        for part, lot in lots(self.table, new, 1):
            self._measure(part, {name: wanted[name] for name in lot})
        found |= {name: self._measured[name, given] for name, given in wanted.items()}
        return {name: found[name] for name in codes}

    def moments(self, name: str) -> tuple[NDArray[np.float64], int | None]:
        """All different moments of a column, or those of some rows and how many these are; seconds since 1970."""
        if name in self.counts:
            return self.counts[name].numbers, None
        drawn = self._guesses[name].numbers
        return drawn, len(drawn)

    def top(self, name: str, wanted: Collection[str] = ()) -> tuple[tuple[str, int], ...]:
        """The most frequent values of a column, counted exactly, and the wanted spellings of text however seldom.

        Of a column that is not counted in full, those that 0.1 % of the drawn rows hold.
        """
        if name in self.counts:
            return self.counts[name].top(wanted)
        is_text = self.sorts[name] == "text"
        likely = [*self._guesses[name].frequent.to_pylist(), *(sorted(wanted) if name in self._with_codes else ())]
        if not likely:
            return ()
        expr = self._part(name).expr
        value = plain(expr[name])
        if is_text:
            value = ibis.cases((_may_be_code(value, likely), value.strip()), else_=value)
        counted = self._counts_of(expr.select(value=value).filter(ibis._.value.isin(likely)), name)
        return counted.top(wanted) if counted is not None else ()

    def distinct(self, name: str) -> Distinct:
        """The sketch of the different values of a column that is not counted in full."""
        if name not in self._distinct:
            expr = self._part(name).expr
            limit = max(1, min(SPACE, math.ceil(SPACE * N_HASHED / max(1.0, self._guesses[name].n_distinct))))
            codes = expr.filter(expr[name].notnull()).select(code=hashed(expr, plain(expr[name])))
            rows = codes.filter(is_below(codes.code, limit)).group_by("code").aggregate(n=ibis._.count())
            found = self._rows(rows)
            self._distinct[name] = Distinct.of(
                unsigned(found["code"]), found["n"].to_numpy().astype(np.int64), limit, engine_of(expr)
            )
        return self._distinct[name]

    def _part(self, name: str) -> Table:
        return next(part for part, _ in lots(self.table, [name], 1))

    def _ask(self, part: Table, **asked: ir.Value) -> dict[str, Any]:
        self.n_queries += 1
        return part.ask(**asked)

    def _rows(self, expr: ir.Table) -> pa.Table:
        self.n_queries += 1
        return self.table.fetch(expr)

    def _draw(self, part: Table, names: Sequence[str], *, is_small: bool) -> None:
        """Read some rows, or all of them, and count or guess from them."""
        expr = part.expr if is_small else part.drawn(N_DRAWN)
        shown: dict[str, ir.Value] = {f"v{place}": key(expr, expr[name]) for place, name in enumerate(names)}
        for place, name in enumerate(names):
            if self.sorts[name] == "text":
                shown[f"l{place}"] = plain(expr[name]).length()
        rows = self._rows(in_order(expr.select(**_position(expr), **shown)))
        step = np.unique(np.linspace(0, max(0, rows.num_rows - 1), min(rows.num_rows, N_SAMPLE)).astype(np.int64))
        for place, name in enumerate(names):
            values = rows[f"v{place}"].combine_chunks()
            lengths = rows[f"l{place}"].combine_chunks() if self.sorts[name] == "text" else None
            counts = _count(self.sorts[name], values, lengths)
            self.sample[name] = values.take(pa.array(step))
            if is_small:
                self.counts[name] = counts
            else:
                self._guesses[name] = _guess(counts, part.n_rows)

    def _counted(self, name: str) -> Counts | None:
        """All different values of a column, counted by the engine; None if there are far too many."""
        expr = self._part(name).expr
        lengths = plain(expr[name]).length() if self.sorts[name] == "text" else ibis.literal(0)
        return self._counts_of(expr.select(value=key(expr, expr[name]), length=lengths), name)

    def _counts_of(self, values: ir.Table, name: str) -> Counts | None:
        is_text = "length" in values.columns and self.sorts[name] == "text"
        extra = {"length": values.length.max()} if is_text else {}
        most = 4 * MOST_COUNTED
        rows = self._rows(values.group_by("value").aggregate(n=values.count(), **extra).limit(most + 1))
        if rows.num_rows > most:
            return None
        found = rows["value"].combine_chunks()
        lengths = rows["length"].combine_chunks() if is_text else _no_lengths(found)
        return Counts.of(self.sorts[name], found, rows["n"].to_numpy().astype(np.int64), _whole(lengths))

    def _measure(self, part: Table, codes: Mapping[str, tuple[str, ...]]) -> None:
        """Find out all about columns that are not counted, in one query, and their extremes in another.

        The extremes of plain columns stand in the headers of a Parquet file, and cost nothing if nothing else is asked.
        """
        values = {name: self._value(part, name, given) for name, given in codes.items()}
        asked = {name: self._sums(name, value) for name, value in values.items()}
        for name in asked:
            if self.sorts[name] == "text":
                text = plain(part.expr[name])
                asked[name] |= {"n_stored": text.count(), "n_foreign": (n_bytes(text) != text.length()).sum()}
        sums = self._ask_each(part, asked)
        for name, own in sums.items():
            if self.sorts[name] == "fraction" and not math.isfinite(own["zzz"] or 0.0):
                number = values[name]
                values[name] = ibis.cases((number.abs() <= _LARGEST_SQUARED, number))
                n_there = {"n_there": number.count() - number.isnan().sum()}
                sums |= self._ask_each(part, {name: self._sums(name, values[name]) | n_there})
        numbers = [name for name in codes if self.sorts[name] in ("whole", "fraction", "moment")]
        ends = self._ask_each(part, {name: _extremes(values[name]) for name in numbers})
        for name, given in codes.items():
            self._measured[name, given] = self._figures(name, sums[name] | ends.get(name, {}), given)

    def _ask_each(self, part: Table, asked: Mapping[str, Mapping[str, ir.Value]]) -> dict[str, dict[str, Any]]:
        """Answers to several questions about each of several columns, by one query."""
        flat = {(name, what): each for name, own in asked.items() for what, each in own.items()}
        answer = self._ask(part, **{f"a{place}": each for place, each in enumerate(flat.values())}) if flat else {}
        found: dict[str, dict[str, Any]] = {name: {} for name in asked}
        for (name, what), each in zip(flat, answer.values(), strict=True):
            found[name][what] = each
        return found

    def _value(self, part: Table, name: str, codes: tuple[str, ...]) -> ir.Value:
        """A column with null where a value counts as missing; of text its length."""
        value, sort = plain(part.expr[name]), self.sorts[name]
        if sort == "text":
            is_code = ibis.cases((_may_be_code(value, codes), value.strip().isin(["", *codes])), else_=False)
            return ibis.cases((is_code, None), else_=value.length())
        return ibis.cases((_is_code(value, sort, codes), None), else_=value) if codes else value

    def _sums(self, name: str, value: ir.Value) -> dict[str, ir.Value]:
        """What is added up over the rows."""
        if self.sorts[name] == "boolean":
            return {"n": value.count()}
        if self.sorts[name] == "text":
            return {"n": value.count(), "length": value.sum(), "longest": value.max()}
        number, guess = _number(value), self._guesses[name]
        z = (number - guess.shift) * (1 / guess.scale)
        asked = {"n": value.count(), "z": z.sum(), "zz": (z * z).sum(), "zzz": (z * z * z).sum()}
        asked["n_zero"] = ibis.cases((number == 0, 1)).count()
        if self.sorts[name] == "fraction" and guess.is_whole:
            asked["n_whole"] = ibis.cases((number % 1 == 0, 1)).count()
        return asked

    def _figures(self, name: str, answer: Mapping[str, Any], codes: Collection[str]) -> Figures:
        """The figures of a column that is not counted."""
        n, n_infinite = int(answer["n"]), int(answer.get("n_there") or answer["n"]) - int(answer["n"])
        sketch = self.distinct(name)
        known = Figures(n + n_infinite, min(n + n_infinite, sketch.n), sketch.error, n_infinite=n_infinite)
        if self.sorts[name] == "text":
            if n < int(answer["n_stored"]):
                self._with_codes.add(name)
            length = float(answer["length"]) / n if n else None
            is_ascii = not answer["n_foreign"]
            longest = finite_or_none(answer["longest"])
            return replace(known, n_infinite=None, length_mean=length, length_max=longest, is_ascii=is_ascii)
        if self.sorts[name] == "boolean" or not n:
            return known
        guess, sums = self._guesses[name], (answer["z"], answer["zz"], answer["zzz"])
        ends = {"minimum": float(answer["minimum"]), "maximum": float(answer["maximum"])}
        found = Moments.of_sums(n, sums, guess.shift, guess.scale, **ends)
        drawn = guess.numbers[~np.isin(guess.numbers, [to_number(code) for code in codes])]
        return replace(
            known,
            minimum=found.minimum,
            maximum=found.maximum,
            mean=finite_or_none(found.mean),
            std=found.std,
            skewness=found.skewness,
            quantiles=weighted_quantiles(drawn, np.ones(len(drawn), np.int64)) if len(drawn) else (),
            quantile_error=rank_error(len(drawn)),
            n_zero=int(answer["n_zero"]),
            n_whole=answer.get("n_whole"),
        )


def lots(table: Table, names: Sequence[str], n_rows: int) -> Iterator[tuple[Table, Sequence[str]]]:
    """Names in lots that one query can take, each with a table that has not many more columns."""
    size = max(1, min(COLUMNS_A_QUERY, CELLS_A_QUERY // max(1, n_rows)))
    for start in range(0, len(names), size):
        lot = names[start : start + size]
        is_narrow = ROW not in table.expr.columns or len(table.columns) <= COLUMNS_A_QUERY
        yield (table if is_narrow else open_parquet(table.path, lot)), lot


def in_order(rows: ir.Table) -> ir.Table:
    """Rows in the order of the table, where they have one."""
    return rows.order_by(ROW) if ROW in rows.columns else rows


def _position(expr: ir.Table) -> dict[str, ir.Value]:
    return {ROW: expr[ROW]} if ROW in expr.columns else {}


def _count(sort: Sort, values: pa.Array, lengths: pa.Array | None) -> Counts:
    coded = values.dictionary_encode()
    places = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    there, n = places >= 0, len(coded.dictionary)
    longest = np.zeros(n, np.int64)
    if lengths is not None:
        longest[places[there]] = _whole(lengths)[there]
    return Counts.of(sort, coded.dictionary, np.bincount(places[there], minlength=n), longest)


def _guess(counts: Counts, n_rows: int) -> _Guess:
    """What drawn rows say; how many values there are by Chao's estimate, from those seen once and twice."""
    n, once, twice = (int(counts.counts.sum()), *(int((counts.counts == times).sum()) for times in (1, 2)))
    n_distinct = min(n_rows, len(counts.values) + once * (once - 1) / (2 * (twice + 1)))
    is_shown = (counts.counts >= max(5, FREQUENT_SHARE * n)) & (counts.lengths <= LONGEST_SHOWN)
    frequent = counts.values.filter(pa.array(is_shown))
    if counts.sort in ("text", "boolean"):
        return _Guess(n_distinct, frequent)
    numbers = np.repeat(counts.numbers, counts.counts)
    numbers = numbers[np.abs(numbers) <= _LARGEST_SQUARED]
    if not len(numbers):
        return _Guess(n_distinct, frequent)
    shift, scale = float(np.median(numbers)), float(numbers.std())
    return _Guess(n_distinct, frequent, shift, scale if 0 < scale < _LARGEST_SQUARED else 1.0, numbers)


def _number(value: ir.Value) -> ir.Value:
    """A number, or a moment in seconds since 1970."""
    is_moment = sort_of(value) == "moment"
    return (value.cast("timestamp").epoch_seconds() if is_moment else value).cast("float64")


def _extremes(value: ir.Value) -> dict[str, ir.Value]:
    return {"minimum": _number(value.min()), "maximum": _number(value.max())}


def _may_be_code(text: ir.Value, codes: Collection[str]) -> ir.Value:
    """Whether a text begins as a code does, or with white space: only then is it worth a closer look, which is slow."""
    initials, longest = sorted({ord(code[0]) for code in codes if code}), max([LONGEST_CODE, *map(len, codes)])
    first = text.ascii_str()
    return (first <= ord(" ")) | (first.isin(initials) & (text.length() <= longest))


def _is_code(value: ir.Value, sort: Sort, codes: Collection[str]) -> ir.Value:
    if sort in ("whole", "fraction"):
        numbers = [number for number in map(to_number, codes) if not math.isnan(number)]
        return value.isin(numbers) if numbers else ibis.literal(False)
    if not value.type().is_date():
        return value.cast("timestamp").strftime("%Y-%m-%dT%H:%M:%S").isin(list(codes))
    return value.cast("string").isin(list(codes))


def _no_lengths(values: pa.Array) -> pa.Array:
    return pc.fill_null(pc.utf8_length(values), 0) if pa.types.is_string(values.type) else pa.repeat(0, len(values))


def _whole(values: pa.Array) -> NDArray[np.int64]:
    return np.asarray(pc.fill_null(values, 0).to_numpy(zero_copy_only=False), dtype=np.int64)
