"""The figures of all columns of a table.

A small table is read once and every column is counted in full: all figures follow from the counts, exactly. Of a large
table some rows are drawn first. They tell which columns have few values, and these are counted by the engine: exact
again. The others are measured (see `measure`): how many values are there, their extremes, mean and spread are exact
too, how many *different* ones and the quantiles are estimated. Of a column of very many values, as its first ones show,
rows are drawn while it is measured: texts, which are dear to read, are read once for both. What is never asked for is a
sort or a table of all values of a column that has millions of them, so memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.data.compute.engine import LONGEST_SHOWN, key, plain
from mlwright.data.compute.figures import Counts, Figures
from mlwright.data.compute.measure import guess_of, may_be_code
from mlwright.data.compute.measuring import Measures
from mlwright.data.compute.questions import N_DRAWN, Questions, lots
from mlwright.data.compute.sketches import Distinct
from mlwright.data.compute.table import ROW, Table

EXACT_ROWS = 200_000
"""Tables of so many rows are read and counted in full."""
N_FIRST = 2_048


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
        self.counts: dict[str, Counts] = {}
        self._asked = Questions(table, list(codes))
        self._measures = Measures(self._asked, self.codes)
        self.sorts, self.sample = self._asked.sorts, self._asked.sample
        if table.n_rows <= EXACT_ROWS:
            self.counts |= self._asked.look_stored()
            for part, lot in lots(table, [name for name in codes if name not in self.counts], table.n_rows):
                self.counts |= self._asked.look(part.expr, lot)
        else:
            self._look_at_some()

    @property
    def n_queries(self) -> int:
        """How many queries it has taken so far."""
        return self._asked.n_queries

    def figures(self, codes: Mapping[str, Collection[str]]) -> dict[str, Figures]:
        """The figures of the columns that `codes` names; its spellings count as missing."""
        wanted = {name: tuple(sorted(given)) for name, given in codes.items()}
        measured = {name: own for name, own in wanted.items() if name not in self.counts}
        self._measures.measure({n: own for n, own in measured.items() if not self._measures.knows(n, own)})
        return {
            name: self.counts[name].figures(own) if name in self.counts else self._measures.figures(name, own)
            for name, own in wanted.items()
        }

    def moments(self, name: str) -> tuple[NDArray[np.float64], int | None]:
        """All different moments of a column, or those of some rows and how many these are; seconds since 1970."""
        if name in self.counts:
            return self.counts[name].numbers, None
        drawn = self._measures.guesses[name].numbers
        return drawn, len(drawn)

    def top(self, name: str, wanted: Collection[str] = ()) -> tuple[tuple[str, int], ...]:
        """The most frequent values of a column, counted exactly, and the wanted spellings of text however seldom.

        Of a column that is not counted in full, those that 0.1 % of the drawn rows hold.
        """
        if name in self.counts:
            return self.counts[name].top(wanted)
        is_text = self.sorts[name] == "text"
        seldom = sorted(wanted) if self._measures.has_codes(name) else []
        likely = self._measures.guesses[name].frequent.to_pylist() + seldom
        if not likely:
            return ()
        expr = self._asked.part(name).expr
        value = plain(expr[name])
        if is_text:
            value = ibis.cases((may_be_code(value, likely), value.strip()), else_=value)
        counted = self._asked.counted(expr.select(value=value).filter(ibis._.value.isin(likely)), name)
        return counted.top(wanted) if counted is not None else ()

    def distinct(self, name: str) -> Distinct:
        """The sketch of the different values of a column that is not counted in full."""
        return self._measures.distinct(name)

    def _look_at_some(self) -> None:
        """Draw rows, and count what has few values; a column that is sure to have many is measured meanwhile.

        The engine answers one question at a time. While one thread thinks about an answer, it answers the other.
        """
        varied = self._varied() if ROW in self.table.expr.columns else []
        with ThreadPoolExecutor(1) as beside:
            codes = {name: self.codes[name] for name in varied}
            measured = beside.submit(self._measures.measure, codes, with_rows=True)
            self._count_few([name for name in self.codes if name not in varied])
            measured.result()
        self._count([name for name in varied if self._asked.can_count(self._measures.guesses[name].n_distinct)])

    def _count_few(self, names: Sequence[str]) -> None:
        """Draw rows of some columns, and count those of which these show few values."""
        for part, lot in lots(self.table, names, N_DRAWN):
            found = self._asked.look(self._asked.draw(part), lot)
            self._measures.guesses |= {name: guess_of(counts, part.n_rows) for name, counts in found.items()}
        self._count([name for name in names if self._asked.can_count(self._measures.guesses[name].n_distinct)])

    def _count(self, names: Sequence[str]) -> None:
        self.counts |= {name: counted for name in names if (counted := self._counted(name)) is not None}

    def _varied(self) -> list[str]:
        """The columns of very many values, as their first ones show; what these say is kept as a guess."""
        for part, lot in lots(self.table, list(self.codes), N_FIRST):
            for name, counts in self._asked.look(part.expr.limit(N_FIRST), lot).items():
                guess = guess_of(counts, self.table.n_rows)
                if not self._asked.can_count(guess.n_distinct / 2):
                    self._measures.guesses[name] = guess._replace(n_distinct=self.table.n_rows, frequent=pa.array([]))
        return list(self._measures.guesses)

    def _counted(self, name: str) -> Counts | None:
        """All different values of a column, counted by the engine; None if there are far too many."""
        expr = self._asked.part(name).expr
        if self._measures.guesses[name].longest <= LONGEST_SHOWN:
            return self._asked.counted(expr.select(value=plain(expr[name])), name)
        lengths = plain(expr[name]).length()
        return self._asked.counted(expr.select(value=key(expr, expr[name]), length=lengths), name)
