"""A snapshot, open for questions.

The rows stay in Parquet; questions are Ibis expressions that DuckDB answers. What needs arrays asks for a few
columns of a few rows. A table never shows the target of a row that is set aside for the test: `Table` has all
rows and no target, `Table.train` has the training rows and the target.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mlwright.core.run import Run
from mlwright.data.compute.borrowing import refuse_changed
from mlwright.data.compute.engine import hashed, is_below
from mlwright.data.compute.rows import n_rows_of, rows_at, whole_columns
from mlwright.data.compute.sketches import SPACE
from mlwright.records.data import CountedReference, Reference, Snapshot
from mlwright.records.profile import Profile
from mlwright.records.split import TEST, TRAIN, Split

ROW = "__row__"
ROWS_AT_ONCE = 500_000
_ENGINE = RLock()
"""One question at a time: a connection takes no second one, and each uses all processors."""


class Table:
    """Some rows and columns of a snapshot.

    Parameters
    ----------
    expr : ibis table, or callable
        The columns, of all rows; has the column ``__row__``, the position in the snapshot, besides. A callable makes it
        when the engine is first asked: to open a file of thousands of columns takes it a second, which whoever wants
        arrays alone need not wait for.
    path : Path
        The Parquet file.
    hidden : tuple of str
        Columns of the file that this table does not show.
    rows : array of int or None
        Positions of the rows of this table, rising; None for all.
    """

    def __init__(
        self,
        expr: ir.Table | Callable[[], ir.Table],
        path: Path,
        *,
        hidden: tuple[str, ...] = (),
        rows: NDArray[np.int64] | None = None,
    ) -> None:
        self._given = expr
        self.path = path
        self.hidden = hidden
        self.rows = rows

    @cached_property
    def whole(self) -> ir.Table:
        """The columns of all rows, also of those that are not of this table."""
        with _ENGINE:
            return self._given if isinstance(self._given, ir.Table) else self._given()

    @cached_property
    def expr(self) -> ir.Table:
        """The rows and columns, and the position of each row, as an Ibis expression."""
        if self.rows is None:
            return self.whole
        return self.whole.semi_join(ibis.memtable(pa.table({ROW: pa.array(self.rows)})), ROW)

    @property
    def is_file(self) -> bool:
        """Whether it is a file and nothing else, so that what is read from it as arrays is what the engine sees."""
        return not isinstance(self._given, ir.Table)

    def narrow(self, names: Sequence[str]) -> ir.Table:
        """The rows of some columns: as `expr`, which of a file of thousands of columns takes a second to open."""
        if self.rows is not None or not self.is_file or "whole" in self.__dict__:
            return self.expr
        return open_parquet(self.path, names).expr

    @cached_property
    def n_rows(self) -> int:
        """How many rows there are."""
        return n_rows_of(self.path) if self.rows is None else len(self.rows)

    @property
    def positions(self) -> NDArray[np.int64]:
        """Positions of all rows in the snapshot, rising."""
        return np.arange(self.n_rows) if self.rows is None else self.rows

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, without ``__row__``."""
        names = self.whole.columns if isinstance(self._given, ir.Table) else pq.read_schema(self.path).names
        return tuple(name for name in names if name != ROW and name not in self.hidden)

    def ask(self, **expressions: Any) -> dict[str, Any]:
        """Answer many aggregate expressions with one query; Python values by the same names.

        >>> table.ask(n=table.expr.count(), top=table.expr.price.max())    # doctest: +SKIP
        {'n': 1460, 'top': 755000}
        """
        if not expressions:
            return {}
        answer: dict[str, Any] = self.fetch(self.expr.aggregate(**expressions)).to_pylist()[0]
        return answer

    def rows_of(self, expr: ir.Table) -> list[dict[str, Any]]:
        """The rows of an Ibis expression as dicts; for small answers."""
        found: list[dict[str, Any]] = self.fetch(expr).to_pylist()
        return found

    def batches(self, expr: ir.Table) -> Iterator[pa.RecordBatch]:
        """The rows of an Ibis expression, so many at a time that a long answer is never in memory as a whole."""
        with _ENGINE, warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Ibis calls DuckDB by a name that is going away
            batches = expr.to_pyarrow_batches(chunk_size=ROWS_AT_ONCE)
            yield from batches

    def fetch(self, expr: ir.Table) -> pa.Table:
        """The rows of an Ibis expression, computed where the table is."""
        with _ENGINE:
            return expr.to_pyarrow()

    def drawn(self, n: int) -> ir.Table:
        """About `n` of all rows of the snapshot, chosen by a hash of their position: the same rows every time."""
        return self.expr if self.n_rows <= n else self.expr.filter(self.is_drawn(n))

    def is_drawn(self, n: int) -> ir.BooleanValue:
        """Whether a row is among about `n` of all rows; see `drawn`."""
        return is_below(hashed(self.expr, self.expr[ROW]), math.ceil(SPACE * min(1.0, n / self.n_rows)))

    def arrow(self, columns: Sequence[str], positions: NDArray[np.int64] | None = None) -> pa.Table:
        """Columns as an Arrow table, in the order of the snapshot.

        Parameters
        ----------
        columns : sequence of str
        positions : array of int, optional
            Places among the rows of *this* table; default: all of them.

        Raises
        ------
        KeyError
            If a column is hidden from whoever reads here, as the target is where test rows are in sight.
        """
        if forbidden := set(columns) & set(self.hidden):
            raise KeyError(f"{sorted(forbidden)} cannot be seen in this table")
        wanted = self.rows if positions is None else positions if self.rows is None else self.rows[positions]
        if wanted is None:
            return whole_columns(self.path, columns)
        return rows_at(self.path, columns, wanted)

    def scattered(self, columns: Sequence[str], positions: NDArray[np.int64]) -> pa.Table:
        """Columns of some rows from all over a large snapshot of which all rows are shown; quicker than `arrow`.

        Parameters
        ----------
        columns : sequence of str
        positions : array of int64
            Rising.
        """
        wanted = ibis.memtable(pa.table({ROW: pa.array(positions)}))
        return self.fetch(self.expr.semi_join(wanted, ROW).order_by(ROW).select(*columns))

    def sample(self, columns: Sequence[str], n: int, seed: int) -> pa.Table:
        """At most `n` random rows, in the order of the snapshot."""
        if self.n_rows <= n:
            return self.arrow(columns)
        rng = np.random.default_rng(seed)
        return self.arrow(columns, np.sort(rng.choice(self.n_rows, n, replace=False)))


def connect() -> Any:
    """A DuckDB behind Ibis, in memory, that reads nothing from the network and is modest with threads."""
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false;")
    connection.raw_sql("SET parquet_metadata_cache = true;")
    connection.raw_sql("SET preserve_insertion_order = true; SET TimeZone = 'UTC';")
    return connection


def open_snapshot(snapshot: Snapshot, run: Run) -> Table:
    """All rows and all columns: for those who may see everything (profile, split).

    Raises
    ------
    SourceUnreadable
        If it is a file that is read in place, and it has changed.
    """
    refuse_changed(snapshot)
    return open_parquet(run.path(snapshot.blob))


def open_parquet(path: Path, columns: Sequence[str] | None = None) -> Table:
    """A Parquet file as a table; of a very wide file only `columns`, which makes every question cheaper."""
    wanted = "*" if columns is None else ", ".join(_quoted(name, '"') for name in columns)
    query = f"SELECT {wanted}, file_row_number AS {ROW} FROM read_parquet({_quoted(path)}, file_row_number = true)"  # noqa: S608

    def opened() -> ir.Table:
        expr = connect().sql(query)
        return expr.drop("file_row_number") if "file_row_number" in expr.columns else expr

    return Table(opened if columns is None else opened(), path)


class SplitTable(Table):
    """All rows without the target, the training rows with it, and the test rows without it.

    `seed` is what random choices start from; `as_of` is when the rows were collected, in seconds since 1970.
    `train_by_class` says how many training rows each class has, in the order of the profile's classes; `tests_newest`,
    whether the test rows are later than all others, and `untested`, which classes none of them is of.
    `references` says what columns refer to, each with the file that holds the keys, `counted_references` which foreign
    keys the database has tested, and `unique` which columns together should name each row.
    """

    train: Table
    test: Table
    seed: int
    as_of: float
    train_by_class: tuple[int, ...] = ()
    tests_newest: bool = False
    untested: tuple[str, ...] = ()
    references: tuple[tuple[Reference, Path | None], ...] = ()
    counted_references: tuple[CountedReference, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()


def open_split(snapshot: Snapshot, split: Split, profile: Profile, run: Run) -> SplitTable:
    """The snapshot as checks and views see it: the target, if there is one, is there for training rows only."""
    whole = open_snapshot(snapshot, run)
    roles = roles_of(split, run)
    hidden = () if profile.roles.asked is None else (profile.roles.target,)
    table = SplitTable(lambda: whole.expr.drop(*hidden), whole.path, hidden=hidden)
    table.train = _some_rows(whole, np.flatnonzero(roles == TRAIN))
    table.test = _some_rows(table, np.flatnonzero(roles == TEST))
    table.seed = run.seed_for("open_split")
    table.as_of = datetime.fromisoformat(snapshot.lineage.read_at).timestamp()
    table.train_by_class, table.untested = split.train_by_class, split.untested
    table.tests_newest = split.method == "by_time"
    table.counted_references = snapshot.counted_references
    table.unique = snapshot.unique
    table.references = tuple((each, run.path(each.blob) if each.blob else None) for each in snapshot.references)
    return table


def _some_rows(table: Table, rows: NDArray[np.int64]) -> Table:
    return Table(lambda: table.expr, table.path, hidden=table.hidden, rows=rows)


def roles_of(split: Split, run: Run) -> NDArray[np.uint8]:
    """What each row of the snapshot is for; see `records.split`."""
    return np.frombuffer(run.get(split.roles), dtype=np.uint8)


def train_rows(split: Split, run: Run) -> NDArray[np.int64]:
    """Positions of the training rows, rising."""
    return np.flatnonzero(roles_of(split, run) == TRAIN)


def _quoted(name: Path | str, mark: str = "'") -> str:
    return mark + str(name).replace(mark, mark * 2) + mark
