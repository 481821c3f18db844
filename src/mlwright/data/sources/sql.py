"""Databases: one table, or whatever one select gives; read with a cursor on the server, and never written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa

from mlwright.core.errors import SourceUnreadable, name_list
from mlwright.data.sources import Reading, Source
from mlwright.data.sources._columns import refuse_width
from mlwright.data.sources._formats import format_of
from mlwright.data.sources._types import PLAIN, Spelled, in_utc_notice
from mlwright.data.sources._values import array_of, seen_in

if TYPE_CHECKING:
    from mlwright.data.sources._cursor import Cursor, Declared

NOT_DATABASES = {
    "http",
    "https",
    "ftp",
    "sftp",
    "s3",
    "gs",
    "gcs",
    "abfs",
    "abfss",
    "az",
    "hdfs",
    "file",
    "kafka",
    "sc",
}


class Sql(Source):
    """A database that SQLAlchemy has a dialect for; PostgreSQL and SQLite are at home."""

    title: ClassVar[str] = "Database (PostgreSQL, SQLite, ...)"

    @classmethod
    def accepts(cls, location: str) -> bool:
        """Whether it is the URL of a database, a variable that holds one, or an SQLite file."""
        scheme, mark, _ = location.partition("://")
        if mark:
            return scheme.lower() not in NOT_DATABASES and not location.startswith("spark:")
        return location.startswith("env:") or format_of(location) == "sql"

    def read(self) -> Reading:
        """Connect, find out what the columns are, and begin to read."""
        from mlwright.data.sources._address import find_address
        from mlwright.data.sources._cursor import Cursor

        address = find_address(str(self.settings.source), os.environ)
        cursor = Cursor(address, self.settings.query, self.settings.sample_rows)
        try:
            refuse_width(len(cursor.names), self.shown_location())
            declared = cursor.declared()
            kinds, n_rows = self._survey(cursor) if declared is None else (declared, None)
        except BaseException:
            cursor.close()
            raise
        kept = {place: kind for place, kind in enumerate(kinds) if kind != "bytes"}
        names = [cursor.names[place] for place in kept]
        dropped = [name for name, kind in zip(cursor.names, kinds, strict=True) if kind == "bytes"]
        schema = pa.schema([pa.field(name, PLAIN[kind]) for name, kind in zip(names, kept.values(), strict=True)])
        notices = [f"Columns of raw bytes were left out: {name_list(dropped)}."] if dropped else []
        details = {"table": str(cursor.table)} if cursor.table else {}
        batches = self._typed_batches(cursor, kept, schema, n_rows, notices)
        foreign = [foreign for foreign in cursor.foreign_keys() if foreign.column in names]
        counted = cursor.counted_references(notices)
        notices += in_utc_notice(names, kept.values())
        return Reading(schema, batches, details, notices, foreign, counted, cursor.n_rows_there)

    def shown_location(self) -> str:
        """The location without any secret."""
        from mlwright.data.sources._address import shown_address

        return shown_address(str(self.settings.source))

    def _survey(self, cursor: Cursor) -> tuple[list[Declared | None], int]:
        """What the columns hold, where only the values can tell."""
        seen, n_rows = seen_in(cursor.batches(), len(cursor.names), self.tick)
        return ["bytes" if column.holds_bytes() else column.kind() for column in seen], n_rows

    def _typed_batches(
        self, cursor: Cursor, kept: dict[int, Spelled | None], schema: pa.Schema, n_rows: int | None, notices: list[str]
    ) -> Iterator[pa.RecordBatch]:
        done = 0
        with closing(cursor):
            for columns in cursor.batches():
                arrays = [array_of(columns[place], kind) for place, kind in kept.items()]
                if any(array is None for array in arrays):
                    raise SourceUnreadable(
                        f"{self.shown_location()} gave values that do not fit the types of their columns.",
                        "Cast these columns in a query.",
                    )
                done += len(columns[0])
                self.tick(0.5 + min(0.5, done / n_rows / 2) if n_rows else 0.0)
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)
        if n_lost := cursor.lost_dates.n:
            notices.append(f"Dates that are infinite, before the year 1 or after 9999 became missing: {n_lost:,}.")
