"""The figures of all columns of a table.

A small table is read once and every column is counted in full: all figures follow from the counts, exactly. Of a large
table some rows are drawn first. They tell which columns have few values, and these are counted by the engine: exact
again. The others are measured (see `measure`): how many values are there, their extremes, mean and spread are exact
too, how many *different* ones and the quantiles are estimated. Of a column of very many values, as its first ones show,
rows are drawn while it is measured: texts, which are dear to read, are read once for both. What is never asked for is a
sort or a table of all values of a column that has millions of them, so memory stays bounded.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from operator import or_
from threading import Lock
from typing import Any

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
    lists_slowly,
    plain,
    sort_of,
    unsigned,
)
from mlwright.data.compute.figures import Counts, Figures
from mlwright.data.compute.measure import (
    Guess,
    bounded,
    extremes,
    figures_of_sums,
    guess_of,
    has_hash_below,
    hashes_below,
    may_be_code,
    of_writing,
    sums_of,
    value_of,
)
from mlwright.data.compute.sketches import Distinct
from mlwright.data.compute.table import ROW, Table, open_parquet

EXACT_ROWS = 200_000
"""Tables of so many rows are read and counted in full."""
N_DRAWN = 65_536
"""About so many rows of larger tables are drawn."""
N_FIRST = 2_048
MOST_COUNTED = 150_000
"""Columns of about so many different values are counted in full."""
FAR = 100
"""In standard deviations: third powers around a point so far away are known to ten digits."""
COLUMNS_A_QUERY = 50
CELLS_A_QUERY = 1_500_000
CELLS_MEASURED = 30_000_000
"""Few long columns are measured by one query: what is computed of more does not stay in the processor's cache."""
N_SAMPLE = 5_000


class Aggregates:
    """Figures, frequent values and a sample of some columns of a table.

    Parameters
    ----------
    table : Table
    codes : mapping
        By column, the spellings that count as missing at first sight.
    """

    def __init__(self, table: Table, codes: Mapping[str, Collection[str]]) -> None:
        self.table = table
        self.codes = {name: tuple(sorted(given)) for name, given in codes.items()}
        self.sorts: dict[str, Sort] = {name: sort_of(table.expr[name]) for name in codes}
        self.n_queries = 0
        self._counting = Lock()
        self.counts: dict[str, Counts] = {}
        self.sample: dict[str, pa.Array] = {}
        self._guesses: dict[str, Guess] = {}
        self._distinct: dict[str, Distinct] = {}
        self._sums: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = {}
        if table.n_rows <= EXACT_ROWS:
            for part, lot in lots(table, list(codes), table.n_rows):
                self.counts |= self._look(lot, self._rows(in_order(part.expr.select(**self._shown(part.expr, lot)))))
        else:
            self._look_at_some()

    def figures(self, codes: Mapping[str, Collection[str]]) -> dict[str, Figures]:
        """The figures of the columns that `codes` names; its spellings count as missing."""
        wanted = {name: tuple(sorted(given)) for name, given in codes.items()}
        self._measure({n: own for n, own in wanted.items() if n not in self.counts and (n, own) not in self._sums})
        return {
            name: self.counts[name].figures(own) if name in self.counts else self._measured(name, own)
            for name, own in wanted.items()
        }

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
        likely = [*self._guesses[name].frequent.to_pylist(), *(sorted(wanted) if self._has_codes(name) else ())]
        if not likely:
            return ()
        expr = self._part(name).expr
        value = plain(expr[name])
        if is_text:
            value = ibis.cases((may_be_code(value, likely), value.strip()), else_=value)
        counted = self._counts_of(expr.select(value=value).filter(ibis._.value.isin(likely)), name)
        return counted.top(wanted) if counted is not None else ()

    def distinct(self, name: str) -> Distinct:
        """The sketch of the different values of a column that is not counted in full."""
        if name not in self._distinct:
            expr, limit = self._part(name).expr, self._guesses[name].limit
            codes = expr.filter(expr[name].notnull()).select(code=hashed(expr, plain(expr[name])))
            found = self._rows(codes.filter(is_below(codes.code, limit)).group_by("code").aggregate(n=ibis._.count()))
            counts = found["n"].to_numpy().astype(np.int64)
            self._distinct[name] = Distinct.of(unsigned(found["code"]), counts, limit, engine_of(expr))
        return self._distinct[name]

    def _look_at_some(self) -> None:
        """Draw rows, and count what has few values; a column that is sure to have many is measured meanwhile.

        The engine answers one question at a time. While one thread thinks about an answer, it answers the other.
        """
        varied = self._varied() if ROW in self.table.expr.columns else []
        with ThreadPoolExecutor(1) as beside:
            measured = beside.submit(self._measure, {name: self.codes[name] for name in varied}, with_rows=True)
            self._count_few([name for name in self.codes if name not in varied])
            measured.result()
        self._count([name for name in varied if self._guesses[name].n_distinct <= MOST_COUNTED])

    def _count_few(self, names: Sequence[str]) -> None:
        """Draw rows of some columns, and count those of which these show few values."""
        for part, lot in lots(self.table, names, N_DRAWN):
            drawn = part.drawn(N_DRAWN)
            found = self._look(lot, self._rows(in_order(drawn.select(**self._shown(drawn, lot)))))
            self._guesses |= {name: guess_of(counts, part.n_rows) for name, counts in found.items()}
        self._count([name for name in names if self._guesses[name].n_distinct <= MOST_COUNTED])

    def _count(self, names: Sequence[str]) -> None:
        self.counts |= {name: counted for name in names if (counted := self._counted(name)) is not None}

    def _varied(self) -> list[str]:
        """The columns of very many values, as their first ones show; what these say is kept as a guess."""
        for part, lot in lots(self.table, list(self.codes), N_FIRST):
            first = part.expr.limit(N_FIRST)
            for name, counts in self._look(lot, self._rows(first.select(**self._shown(first, lot)))).items():
                guess = guess_of(counts, self.table.n_rows)
                if guess.n_distinct > 2 * MOST_COUNTED:
                    self._guesses[name] = guess._replace(n_distinct=self.table.n_rows, frequent=pa.array([]))
        return list(self._guesses)

    def _look(self, names: Sequence[str], rows: pa.Table) -> dict[str, Counts]:
        """The counts of values that were fetched; some of them are kept as the sample."""
        step = np.unique(np.linspace(0, max(0, rows.num_rows - 1), min(rows.num_rows, N_SAMPLE)).astype(np.int64))
        found = {}
        for place, name in enumerate(names):
            values = rows[f"v{place}"].combine_chunks()
            lengths = rows[f"l{place}"].combine_chunks() if self.sorts[name] == "text" else None
            self.sample[name] = values.take(pa.array(step))
            found[name] = _count(self.sorts[name], values, lengths)
        return found

    def _shown(self, expr: ir.Table, names: Sequence[str]) -> dict[str, ir.Value]:
        """What is fetched of a row: its place, the values, and the lengths of texts."""
        shown = {ROW: expr[ROW]} if ROW in expr.columns else {}
        for place, name in enumerate(names):
            shown[f"v{place}"] = key(expr, expr[name])
            if self.sorts[name] == "text":
                shown[f"l{place}"] = plain(expr[name]).length()
        return shown

    def _counted(self, name: str) -> Counts | None:
        """All different values of a column, counted by the engine; None if there are far too many."""
        expr = self._part(name).expr
        if self._guesses[name].longest <= LONGEST_SHOWN:
            return self._counts_of(expr.select(value=plain(expr[name])), name)
        lengths = plain(expr[name]).length()
        return self._counts_of(expr.select(value=key(expr, expr[name]), length=lengths), name)

    def _counts_of(self, values: ir.Table, name: str) -> Counts | None:
        extra = {"length": values.length.max()} if "length" in values.columns else {}
        most = 4 * MOST_COUNTED
        rows = self._rows(values.group_by("value").aggregate(n=values.count(), **extra).limit(most + 1))
        if rows.num_rows > most:
            return None
        found = rows["value"].combine_chunks()
        lengths = rows["length"].combine_chunks() if extra else _lengths(found)
        return Counts.of(self.sorts[name], found, rows["n"].to_numpy().astype(np.int64), _whole(lengths))

    def _measure(self, codes: Mapping[str, tuple[str, ...]], *, with_rows: bool = False) -> None:
        """Add up all columns that are not counted, and draw rows of them meanwhile where asked to."""
        n_rows, most = N_DRAWN if with_rows else 1, CELLS_MEASURED // self.table.n_rows
        texts = [name for name in codes if self.sorts[name] == "text"]
        for names in ([name for name in codes if name not in texts], texts):
            for part, lot in lots(self.table, names, n_rows, most=most):
                rows = self._measure_lot(part, {name: codes[name] for name in lot}, with_rows=with_rows)
                if rows is not None:
                    for name, counts in self._look(lot, rows.sort_by(ROW)).items():
                        self._guess_again(name, guess_of(counts, part.n_rows))

    def _measure_lot(self, part: Table, codes: Mapping[str, tuple[str, ...]], *, with_rows: bool) -> pa.Table | None:
        """Find out all about some columns, of texts or of anything else: extremes, sums and hashes; the rows drawn.

        The extremes of plain columns stand in the headers of a Parquet file, and cost nothing if nothing else is asked.
        """
        values = {name: value_of(part.expr[name], own) for name, own in codes.items()}
        numbers = [name for name in codes if self.sorts[name] in ("whole", "fraction", "moment")]
        ends = self._ask_each(part, {name: extremes(values[name]) for name in numbers})
        asked = {name: self._summed(part, name, value, ends.get(name)) for name, value in values.items()}
        is_sifted = lists_slowly(part.expr) and not any(self.sorts[name] == "text" for name in codes)
        rows = self._sift(part, list(codes), with_rows=with_rows) if is_sifted else None
        listed = {} if is_sifted else self._listed(part, list(codes), with_rows=with_rows)
        sums = self._ask_each(part, {name: own | listed.get(name, {}) for name, own in (asked | {ROW: {}}).items()})
        if (drawn := sums.pop(ROW).get("rows")) is not None:
            rows = pa.Table.from_struct_array(drawn)
        for name, own in sums.items():
            if "hashes" in own:
                self._keep_hashes(name, own.pop("hashes"))
            if self.sorts[name] == "fraction" and not math.isfinite(own["zzz"] or 0.0):
                number, there = bounded(values[name]), values[name].count() - values[name].isnan().sum()
                ends |= self._ask_each(part, {name: extremes(number)})
                again = sums_of(number, "fraction", self._guesses[name], ends[name]) | {"n_there": there}
                own |= self._ask_each(part, {name: again})[name]
            self._sums[name, codes[name]] = own | ends.get(name, {})
        return rows

    def _summed(self, part: Table, name: str, value: ir.Value, ends: Mapping[str, Any] | None) -> dict[str, ir.Value]:
        sort = self.sorts[name]
        return sums_of(value, sort, self._guesses[name], ends) | (of_writing(part.expr[name]) if sort == "text" else {})

    def _listed(self, part: Table, names: Sequence[str], *, with_rows: bool) -> dict[str, dict[str, ir.Value]]:
        """What lists rows among the sums of a lot: small hashes, and drawn rows."""
        found = {
            name: {"hashes": hashes_below(part.expr, part.expr[name], self._guesses[name].limit)}
            for name in self._to_sketch(part, names)
        }
        if with_rows:
            row = ibis.struct(self._shown(part.expr, names))
            found[ROW] = {"rows": row.collect(where=part.is_drawn(N_DRAWN), include_null=True)}
        return found

    def _sift(self, part: Table, names: Sequence[str], *, with_rows: bool) -> pa.Table | None:
        """Keep the small hashes of columns, and give the drawn rows: by a query that does nothing else."""
        expr, to_sketch = part.expr, self._to_sketch(part, names)
        below = {name: has_hash_below(expr, expr[name], self._guesses[name].limit) for name in to_sketch}
        is_drawn = part.is_drawn(N_DRAWN) if with_rows else ibis.literal(value=False)
        if not below and not with_rows:
            return None
        codes = {f"h{names.index(name)}": hashed(expr, plain(expr[name])) for name in to_sketch}
        wanted = expr.filter(reduce(or_, below.values(), is_drawn))
        rows = self._rows(wanted.select(**self._shown(expr, names), **codes, is_drawn=is_drawn))
        for name in to_sketch:
            place = names.index(name)
            self._keep_hashes(name, rows[f"h{place}"].filter(rows[f"v{place}"].is_valid()))
        return rows.filter(rows["is_drawn"]) if with_rows else None

    def _to_sketch(self, part: Table, names: Sequence[str]) -> list[str]:
        """The columns whose small hashes are not known and few."""
        return [n for n in names if n not in self._distinct and self._guesses[n].has_few_below(part.n_rows)]

    def _ask_each(self, part: Table, asked: Mapping[str, Mapping[str, ir.Value]]) -> dict[str, dict[str, Any]]:
        """Answers to several questions about each of several columns, by one query; lists as arrays."""
        flat = {(name, what): each for name, own in asked.items() for what, each in own.items()}
        found: dict[str, dict[str, Any]] = {name: {} for name in asked}
        if flat:
            answer = self._rows(part.expr.aggregate(**{f"a{place}": each for place, each in enumerate(flat.values())}))
            for (name, what), column in zip(flat, answer.columns, strict=True):
                found[name][what] = _answered(column[0])
        return found

    def _keep_hashes(self, name: str, hashes: pa.Array | None) -> None:
        codes = np.empty(0, np.uint64) if hashes is None else unsigned(hashes)
        limit, family = self._guesses[name].limit, engine_of(self.table.expr)
        self._distinct[name] = Distinct.of(codes[codes <= np.uint64(limit - 1)], None, limit, family)

    def _guess_again(self, name: str, guess: Guess) -> None:
        """What drawn rows say in place of the first ones; sums around a point that is far away are made again."""
        first = self._guesses[name]
        if guess.n_distinct < self.table.n_rows / 4:
            self._distinct.pop(name, None)
        if abs(guess.shift - first.shift) > FAR * guess.scale:
            del self._sums[name, self.codes[name]]
            self._guesses[name] = guess
        else:
            self._guesses[name] = guess._replace(shift=first.shift, scale=first.scale)

    def _measured(self, name: str, codes: tuple[str, ...]) -> Figures:
        return figures_of_sums(
            self.sorts[name], self._sums[name, codes], codes, self._guesses[name], self.distinct(name)
        )

    def _has_codes(self, name: str) -> bool:
        """Whether some texts were found that count as missing."""
        own = [sums for (other, _), sums in self._sums.items() if other == name]
        return any(int(sums["n"]) < int(sums["n_stored"]) for sums in own if "n_stored" in sums)

    def _part(self, name: str) -> Table:
        return next(part for part, _ in lots(self.table, [name], 1))

    def _rows(self, expr: ir.Table) -> pa.Table:
        with self._counting:
            self.n_queries += 1
        return self.table.fetch(expr)


def lots(
    table: Table, names: Sequence[str], n_rows: int, *, most: int = COLUMNS_A_QUERY
) -> Iterator[tuple[Table, Sequence[str]]]:
    """Names in lots that one query can take, each with a table that has not many more columns."""
    size = max(1, min(COLUMNS_A_QUERY, max(3, most), CELLS_A_QUERY // max(1, n_rows)))
    for start in range(0, len(names), size):
        lot = names[start : start + size]
        is_narrow = ROW not in table.expr.columns or len(table.columns) <= COLUMNS_A_QUERY
        yield (table if is_narrow else open_parquet(table.path, lot)), lot


def in_order(rows: ir.Table) -> ir.Table:
    """Rows in the order of the table, where they have one."""
    return rows.order_by(ROW) if ROW in rows.columns else rows


def _count(sort: Sort, values: pa.Array, lengths: pa.Array | None) -> Counts:
    coded = values.dictionary_encode()
    places = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    there, n = places >= 0, len(coded.dictionary)
    longest = np.zeros(n, np.int64)
    if lengths is not None:
        longest[places[there]] = _whole(lengths)[there]
    return Counts.of(sort, coded.dictionary, np.bincount(places[there], minlength=n), longest)


def _answered(value: pa.Scalar) -> Any:
    """An answer as a Python value; a list as an array."""
    return value.values if pa.types.is_list(value.type) else value.as_py()


def _lengths(values: pa.Array) -> pa.Array:
    return pc.utf8_length(values) if pa.types.is_string(values.type) else pa.repeat(0, len(values))


def _whole(values: pa.Array) -> NDArray[np.int64]:
    return np.asarray(pc.fill_null(values, 0).to_numpy(zero_copy_only=False), dtype=np.int64)
