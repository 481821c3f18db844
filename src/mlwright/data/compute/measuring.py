"""Finds out about columns of very many values: sums and extremes over all rows, small hashes, and drawn rows.

Texts are dear to read, so one query adds up, lists the hashes and draws rows. Numbers are cheap to read twice, and
DuckDB adds up twice as fast where nothing is listed: their rows come by a query of their own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from mlwright.data.compute.engine import engine_of, hashed, is_below, lists_slowly, plain, unsigned
from mlwright.data.compute.figures import Figures
from mlwright.data.compute.measure import (
    Guess,
    bounded,
    extremes,
    figures_of_sums,
    guess_of,
    has_hash_below,
    hashes_below,
    of_writing,
    sums_of,
    value_of,
)
from mlwright.data.compute.questions import N_DRAWN, Questions, lots
from mlwright.data.compute.sketches import Distinct
from mlwright.data.compute.table import ROW, Table

FAR = 100
"""In standard deviations: third powers around a point so far away are known to ten digits."""
CELLS_MEASURED = 30_000_000
"""Few long columns are measured by one query: what is computed of more does not stay in the processor's cache."""

Codes = tuple[str, ...]
"""The spellings that count as missing in one column."""


class Measures:
    """What is known of columns that are not counted in full.

    Parameters
    ----------
    asked : Questions
    codes : mapping
        By column, the spellings that count as missing at first sight.
    """

    def __init__(self, asked: Questions, codes: Mapping[str, Codes]) -> None:
        self.asked = asked
        self.codes = codes
        self.guesses: dict[str, Guess] = {}
        self._distinct: dict[str, Distinct] = {}
        self._sums: dict[tuple[str, Codes], dict[str, Any]] = {}

    def knows(self, name: str, codes: Codes) -> bool:
        """Whether a column was measured with these spellings as missing."""
        return (name, codes) in self._sums

    def figures(self, name: str, codes: Codes) -> Figures:
        """The figures of a column that was measured."""
        sums, sort = self._sums[name, codes], self.asked.sorts[name]
        return figures_of_sums(sort, sums, codes, self.guesses[name], self.distinct(name))

    def has_codes(self, name: str) -> bool:
        """Whether some texts were found that count as missing."""
        own = [sums for (other, _), sums in self._sums.items() if other == name]
        return any(int(sums["n"]) < int(sums["n_stored"]) for sums in own if "n_stored" in sums)

    def distinct(self, name: str) -> Distinct:
        """The sketch of the different values of a column."""
        if name not in self._distinct:
            expr, limit = self.asked.part(name).expr, self.guesses[name].limit
            codes = expr.filter(expr[name].notnull()).select(code=hashed(expr, plain(expr[name])))
            small = codes.filter(is_below(codes.code, limit))
            found = self.asked.rows(small.group_by("code").aggregate(n=ibis._.count()))
            counts = found["n"].to_numpy().astype(np.int64)
            self._distinct[name] = Distinct.of(unsigned(found["code"]), counts, limit, engine_of(expr))
        return self._distinct[name]

    def measure(self, codes: Mapping[str, Codes], *, with_rows: bool = False) -> None:
        """Add up columns, and draw rows of them meanwhile where asked to."""
        n_rows, most = N_DRAWN if with_rows else 1, CELLS_MEASURED // self.asked.table.n_rows
        texts = [name for name in codes if self.asked.sorts[name] == "text"]
        for names in ([name for name in codes if name not in texts], texts):
            for part, lot in lots(self.asked.table, names, n_rows, most=most):
                rows = self._measure_lot(part, {name: codes[name] for name in lot}, with_rows=with_rows)
                if rows is not None:
                    for name, counts in self.asked.counts(lot, rows.sort_by(ROW)).items():
                        self._guess_again(name, guess_of(counts, part.n_rows))

    def _measure_lot(self, part: Table, codes: Mapping[str, Codes], *, with_rows: bool) -> pa.Table | None:
        """Find out all about some columns, of texts or of anything else: extremes, sums and hashes; the rows drawn.

        The extremes of plain columns stand in the headers of a Parquet file, and cost nothing if nothing else is asked.
        """
        values = {name: value_of(part.expr[name], own) for name, own in codes.items()}
        numbers = [name for name in codes if self.asked.sorts[name] in ("whole", "fraction", "moment")]
        ends = self.asked.each(part, {name: extremes(values[name]) for name in numbers})
        asked = {name: self._summed(part, name, value, ends.get(name)) for name, value in values.items()}
        is_sifted = lists_slowly(part.expr) and not any(self.asked.sorts[name] == "text" for name in codes)
        rows = self._sift(part, list(codes), with_rows=with_rows) if is_sifted else None
        listed = {} if is_sifted else self._listed(part, list(codes), with_rows=with_rows)
        sums = self.asked.each(part, {name: own | listed.get(name, {}) for name, own in (asked | {ROW: {}}).items()})
        if (drawn := sums.pop(ROW).get("rows")) is not None:
            rows = pa.Table.from_struct_array(drawn)
        for name, own in sums.items():
            if "hashes" in own:
                self._keep_hashes(name, own.pop("hashes"))
            if self.asked.sorts[name] == "fraction" and not math.isfinite(own["zzz"] or 0.0):
                number, there = bounded(values[name]), values[name].count() - values[name].isnan().sum()
                ends |= self.asked.each(part, {name: extremes(number)})
                again = sums_of(number, "fraction", self.guesses[name], ends[name]) | {"n_there": there}
                own |= self.asked.each(part, {name: again})[name]
            self._sums[name, codes[name]] = own | ends.get(name, {})
        return rows

    def _summed(self, part: Table, name: str, value: ir.Value, ends: Mapping[str, Any] | None) -> dict[str, ir.Value]:
        sort = self.asked.sorts[name]
        return sums_of(value, sort, self.guesses[name], ends) | (of_writing(part.expr[name]) if sort == "text" else {})

    def _listed(self, part: Table, names: Sequence[str], *, with_rows: bool) -> dict[str, dict[str, ir.Value]]:
        """What lists rows among the sums of a lot: small hashes, and drawn rows."""
        found = {
            name: {"hashes": hashes_below(part.expr, part.expr[name], self.guesses[name].limit)}
            for name in self._to_sketch(part, names)
        }
        if with_rows:
            row = ibis.struct(self.asked.shown(part.expr, names))
            found[ROW] = {"rows": row.collect(where=self.asked.is_drawn(part), include_null=True)}
        return found

    def _sift(self, part: Table, names: Sequence[str], *, with_rows: bool) -> pa.Table | None:
        """Keep the small hashes of columns, and give the drawn rows: by a query that does nothing else."""
        expr, to_sketch = part.expr, self._to_sketch(part, names)
        below = {name: has_hash_below(expr, expr[name], self.guesses[name].limit) for name in to_sketch}
        is_drawn = self.asked.is_drawn(part) if with_rows else ibis.literal(value=False)
        if not below and not with_rows:
            return None
        codes = {f"h{names.index(name)}": hashed(expr, plain(expr[name])) for name in to_sketch}
        wanted = expr.filter(reduce(or_, below.values(), is_drawn))
        rows = self.asked.rows(wanted.select(**self.asked.shown(expr, names), **codes, is_drawn=is_drawn))
        for name in to_sketch:
            place = names.index(name)
            self._keep_hashes(name, rows[f"h{place}"].filter(rows[f"v{place}"].is_valid()))
        return rows.filter(rows["is_drawn"]) if with_rows else None

    def _to_sketch(self, part: Table, names: Sequence[str]) -> list[str]:
        """The columns whose small hashes are not known and few."""
        return [n for n in names if n not in self._distinct and self.guesses[n].has_few_below(part.n_rows)]

    def _keep_hashes(self, name: str, hashes: pa.Array | None) -> None:
        codes = np.empty(0, np.uint64) if hashes is None else unsigned(hashes)
        limit, family = self.guesses[name].limit, engine_of(self.asked.table.expr)
        self._distinct[name] = Distinct.of(codes[codes <= np.uint64(limit - 1)], None, limit, family)

    def _guess_again(self, name: str, guess: Guess) -> None:
        """What drawn rows say in place of the first ones; sums around a point that is far away are made again."""
        first = self.guesses[name]
        if guess.n_distinct < self.asked.table.n_rows / 4:
            self._distinct.pop(name, None)
        if abs(guess.shift - first.shift) > FAR * guess.scale:
            del self._sums[name, self.codes[name]]
            self.guesses[name] = guess
        else:
            self.guesses[name] = guess._replace(shift=first.shift, scale=first.scale)
