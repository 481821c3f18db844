"""Any two tables are compared, column by column, in little memory.

Cells are chosen from random rows, any of them as likely as any other. Then every row of both tables is counted, of
texts as many random ones. One column is read at a time, a stretch of its rows after the other, so that a table may be
of any size: with 50 columns of numbers and names the peak of memory is 0.4 GB for 1 million rows and for 10 million.

Whether the counts differ beyond chance is told by Pearson's chi-square of two samples, which knows that both are
samples; cells that are too small for it are joined. Pairs of columns that go together are counted too, so that a
relation that has turned round is seen though neither column has moved.

The chances of all columns are corrected together (Holm): of like tables with independent rows at most a share `alarms`
are said to differ. Rows that hang together (of one customer, of one day) differ more than chance allows for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import filterfalse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mlwright.core.errors import SourceEmpty, TableError, name_list
from mlwright.data.cells import Counted, plain_cells_of
from mlwright.data.cells.joining import parts_of
from mlwright.data.cells.pairs import pair_of
from mlwright.data.cells.telling import cell_words, moved_words
from mlwright.data.compute.stretches import Parquet, drawn, some_of
from mlwright.data.compute.table import open_parquet
from mlwright.data.drifts._shares import chance, distance
from mlwright.data.kinds.describe import Described, describe
from mlwright.data.pairs import associations_of
from mlwright.data.two_tables.counting import counts_of, pair_counts
from mlwright.data.two_tables.new_names import NewNames, names_in, new_names, words_in
from mlwright.data.two_tables.schemas import renamed, retyped
from mlwright.data.two_tables.told_besides import keys_beside, moved_on, numbers_beside
from mlwright.records.data import Field
from mlwright.records.drift import ColumnDrift, Drift
from mlwright.records.looks import Aspect, Cells, Column
from mlwright.records.settings import ProfileSettings
from mlwright.statistics.several import holm

Array = NDArray[np.float64]

N_DRAWN = 30_000
"""Rows from which cells are chosen."""
LEAST_EXPECTED = 5.0
LEAST_CHANCE = 0.01
"""What cannot come out so unlikely, whatever the rows hold, is not asked."""
MOST_PAIRS = 10
CERTAIN, MOST = 0.01, 0.6
"""An aspect of such a chance that holds so much of a difference stands for the whole of it."""


class Watched(NamedTuple):
    """What is looked at, and the values of some rows of either table."""

    counted: Counted
    drawn: tuple[pa.ChunkedArray, pa.ChunkedArray]


class _Drawn(NamedTuple):
    """Some rows of both tables, their common columns, and what these are."""

    then: pa.Table
    now: pa.Table
    described: Described

    def both(self, name: str) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
        return self.then.column(name), self.now.column(name)


def drift(then: Parquet, now: Parquet, alarms: float = 0.05, least: float = 0.02) -> Drift:
    """Compare two tables.

    Parameters
    ----------
    then, now : Parquet
    alarms : float
        The share of like pairs of tables in which something is said to have moved.
    least : float
        Share of the rows from which a difference is no small one.

    Raises
    ------
    TableError
        If they have no column in common.
    SourceEmpty
        If one of them has no rows.
    """
    for table in (then, now):
        if not table.n_rows:
            raise SourceEmpty(f"{table.location} holds no rows.", "Name a table with rows.")
    names, own = then.names, now.names
    common = list(filter(set(own).__contains__, names))
    if not common:
        raise TableError(
            f"{now.location} has none of the {len(names)} columns of {then.location}; it has {name_list(own)}.",
            "Give two tables with columns of the same names.",
        )
    lost, new = (tuple(filterfalse(set(common).__contains__, each)) for each in (names, own))
    rows = _drawn(then, now, common)
    watched, others = _watched(rows)
    cells = [each.counted.cells for each in watched.values()]
    before, after = (counts_of(table, cells) for table in (then, now))
    found = [_compared(each, before[name], after[name]) for name, each in watched.items()]
    pairs = _compared_pairs(_together(rows.described, watched), watched, then, now)
    dates = [name for name, each in watched.items() if each.counted.cells.sort == "weekday"]
    return _corrected(Drift(
        then=then.location, now=now.location, n_then=then.n_rows, n_now=now.n_rows, columns=(*found, *others, *pairs),
        lost=lost, new=new, renamed=_renamed(then, now, lost, new),
        retyped=retyped(rows.then.schema, rows.now.schema, _without_values(rows)),
        notes=tuple(filter(None, (moved_on(name, *rows.both(name)) for name in dates))),
        alarms=alarms, least=least,
    ))  # fmt: skip


def _drawn(then: Parquet, now: Parquet, names: Sequence[str]) -> _Drawn:
    """Some rows; what holds nothing in the first table is described as the second one has it."""
    sample, others = (drawn(table.path, names, N_DRAWN) for table in (then, now))
    described = _described(sample)
    empty = [column.name for column in described.columns if column.kind == "empty"]
    if empty:
        there = {column.name: column for column in _described(others.select(empty)).columns}
        columns = tuple(there.get(column.name, column) for column in described.columns)
        described = replace(described, columns=columns)
    return _Drawn(sample, others, described)


def _watched(rows: _Drawn) -> tuple[dict[str, Watched], list[ColumnDrift]]:
    """What is looked at of each column, with the cells of the drawn rows; and what cannot be, or is told already.

    Names and words with cells of their own are chosen by rows of both tables, so that the choice favours neither.
    """
    found: dict[str, Watched] = {}
    others = []
    n = min(len(rows.then), len(rows.now))
    for column in rows.described.columns:
        both = rows.both(column.name)
        if column.kind == "empty":
            others.append(ColumnDrift(name=column.name, untested="it holds nothing"))
        elif column.kind == "id":
            others.append(keys_beside(column.name, *(some_of(values, n) for values in both)))
        else:
            is_in_order = column.kind in ("number", "date") and both[0].null_count < len(both[0])
            own = both[0] if is_in_order else _one_after_the_other(*both)
            found |= {each.cells.name: Watched(each, both) for each in plain_cells_of(column, own)}
    return found, others


def _together(described: Described, watched: Mapping[str, Watched]) -> list[tuple[str, str]]:
    pairs = [each.columns for each in associations_of(described.columns, described.sample, None)]
    return [pair for pair in pairs if set(pair) <= set(watched)][:MOST_PAIRS]


def _without_values(rows: _Drawn) -> set[str]:
    return {
        name for table in (rows.then, rows.now) for name in table.column_names if table[name].null_count == len(table)
    }


def _renamed(then: Parquet, now: Parquet, lost: Sequence[str], new: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if not lost or not new:
        return ()
    gone = drawn(then.path, lost, N_DRAWN)
    return renamed(gone, drawn(now.path, new, N_DRAWN), _described(gone).columns)


def _one_after_the_other(then: pa.ChunkedArray, now: pa.ChunkedArray) -> pa.ChunkedArray:
    """The values of both tables, as text where their types differ."""
    if then.type != now.type:
        then, now = (values.cast(pa.string()) for values in (then, now))
    return pa.chunked_array([*then.chunks, *now.chunks], then.type)


def _described(sample: pa.Table) -> Described:
    with TemporaryDirectory(prefix="mlwright-") as folder:
        path = Path(folder) / "sample.parquet"
        pq.write_table(sample, path)
        fields = [Field(name=field.name, type=str(field.type)) for field in sample.schema]
        return describe(open_parquet(path), fields, ProfileSettings(), None)


def _compared(watched: Watched, before: Array, after: Array) -> ColumnDrift:
    cells = watched.counted.cells
    if cells.sort not in ("names", "words"):
        found = _told(cells, before, after)
        return numbers_beside(found, *watched.drawn) if cells.sort == "number" and not found.untested else found
    named = words_in if cells.sort == "words" else names_in
    new = new_names(*map(named, watched.drawn))
    return _told(cells, before, after, [new] if new.least <= LEAST_CHANCE else [])


def _told(cells: Cells, before: Array, after: Array, new: Sequence[NewNames] = ()) -> ColumnDrift:
    """The least chance of all aspects, corrected for how many there are, and the plainest that says most of it."""
    found: list[tuple[float, float, Aspect]] = []
    for aspect, part in parts_of(cells, before):
        joined = [np.bincount(part, counts).astype(np.float64) for counts in (before, after)]
        kept = _large_enough(*joined)
        if kept is not None and not (cells.sort in ("names", "words") and aspect == "new"):
            found.append((chance(*kept), distance(*kept), aspect))
    found += [(each.chance, each.share, "new") for each in new]
    if not found:
        return ColumnDrift(name=cells.name, sort=cells.sort, untested="there are too few rows, or one value alone")
    p_values = holm(np.array([p_value for p_value, _, _ in found]))
    at = _plainest(p_values, np.array([size for _, size, _ in found]))
    column = Column(cells=cells, counts=tuple(before.astype(int).tolist()), given=())
    shown = np.flatnonzero(before + after)
    return ColumnDrift(
        name=cells.name,
        sort=cells.sort,
        aspect=found[at][2],
        size=max(size for _, size, _ in found),
        p_value=float(p_values.min()),
        sentence=new[0].words(cells) if new and found[at][2] == "new" else moved_words(column, after, found[at][2]),
        labels=tuple(cell_words(cells, place) for place in shown.tolist()),
        then=tuple((before[shown] / before.sum()).tolist()),
        now=tuple((after[shown] / after.sum()).tolist()),
    )


def _plainest(p_values: Array, sizes: Array) -> int:
    """The last of the aspects that are beyond chance and hold most of the difference: coarse ones come last."""
    telling = np.flatnonzero((p_values <= CERTAIN) & (sizes >= MOST * sizes.max()))
    return int(telling[-1]) if len(telling) else int(p_values.argmin())


def _large_enough(before: Array, after: Array) -> tuple[Array, Array] | None:
    """Cells that are expected to hold enough rows on both sides, the others as one; None if there is one alone."""
    share = min(before.sum(), after.sum()) / (before.sum() + after.sum())
    large = (before + after) * share >= LEAST_EXPECTED
    both = [np.append(counts[large], counts[~large].sum()) for counts in (before, after)]
    if (both[0][-1] + both[1][-1]) * share < LEAST_EXPECTED:
        both = [counts[:-1] for counts in both]
    return (both[0], both[1]) if len(both[0]) > 1 else None


def _compared_pairs(
    together: Sequence[tuple[str, str]], watched: Mapping[str, Watched], then: Parquet, now: Parquet
) -> list[ColumnDrift]:
    pairs = [_pair(*(watched[name].counted for name in names)) for names in together]
    both = [pair_counts(table.path, pairs) for table in (then, now)]
    return [_told(pair, before, after) for (pair, _, _), before, after in zip(pairs, *both, strict=True)]


def _pair(one: Counted, other: Counted) -> tuple[Cells, Cells, Cells]:
    counts = [np.bincount(each.places, minlength=each.cells.n).astype(np.float64) for each in (one, other)]
    return pair_of(one.cells, other.cells, (counts[0], counts[1])), one.cells, other.cells


def _corrected(found: Drift) -> Drift:
    """With the chances of all columns corrected together; the largest difference first."""
    tested = [column for column in found.columns if not column.untested]
    corrected = holm(np.array([column.p_value for column in tested])).tolist()
    done = [column.model_copy(update={"corrected": value}) for column, value in zip(tested, corrected, strict=True)]
    moved = {column.name for column in done if column.sort != "pair" and column.corrected <= found.alarms}
    done.sort(key=lambda column: (column.corrected > found.alarms, -column.size))
    rest = [column for column in found.columns if column.untested]
    kept = [column for column in done if column.sort != "pair" or not any(repr(name) in column.name for name in moved)]
    return found.model_copy(update={"columns": (*kept, *rest)})
