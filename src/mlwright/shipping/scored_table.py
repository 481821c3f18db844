"""A new table of a database, filled with Parquet files in one transaction: there whole, or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import sqlalchemy as sa

from mlwright.core.errors import StorageError
from mlwright.data.sources._address import find_address

ROWS_AT_ONCE = 50_000
KINDS: dict[pa.DataType, Any] = {
    pa.int64(): sa.BigInteger(),
    pa.float64(): sa.Double(),
    pa.bool_(): sa.Boolean(),
    pa.date32(): sa.Date(),
    pa.timestamp("us"): sa.DateTime(),
}


class NewTable:
    """A table that is to be made; PostgreSQL and SQLite, which undo a table that was begun.

    Parameters
    ----------
    location : str
        As a source: the URL of a database, with ``env:NAME`` for a password.
    name : str

    Raises
    ------
    StorageError
        If it is another database.
    SourceRefused
        If the location holds a secret, or is no URL.
    """

    def __init__(self, location: str, name: str) -> None:
        self._address = find_address(location, os.environ)
        self._name = name
        if self._address.url.get_backend_name() not in ("postgresql", "sqlite"):
            raise StorageError(
                f"{self._address.shown} is no database that scored rows can be written to.",
                "Write to PostgreSQL or SQLite, or to a folder of Parquet files that your database loads.",
            )

    def __str__(self) -> str:
        return f"The table {self._name} of {self._address.shown}"

    def n_rows(self) -> int | None:
        """Rows of the table; None if there is no such table."""
        with self._connected() as connection:
            if not sa.inspect(connection).has_table(self._name):
                return None
            return int(connection.execute(sa.select(sa.func.count()).select_from(sa.table(self._name))).scalar_one())

    def fill(self, paths: Sequence[Path]) -> None:
        """Make the table, with the rows of files of one schema."""
        schema = pq.read_schema(paths[0])
        columns = [sa.Column(field.name, KINDS.get(field.type, sa.Text())) for field in schema]
        table = sa.Table(self._name, sa.MetaData(), *columns)
        with self._connected() as connection:
            table.create(connection)
            put = _copy if connection.dialect.name == "postgresql" else _insert
            for path in paths:
                with pq.ParquetFile(path) as file:
                    for batch in file.iter_batches(ROWS_AT_ONCE):
                        put(connection, table, batch)

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        """One transaction, which ends well or has never been."""
        try:
            engine = sa.create_engine(self._address.url, poolclass=sa.NullPool)
            if engine.dialect.name == "sqlite":
                sa.event.listen(engine, "connect", _leave_transactions)
                sa.event.listen(engine, "begin", _begin)
            with engine.begin() as connection:
                yield connection
        except (sa.exc.SQLAlchemyError, ImportError) as error:
            reason = self._address.redact(str(getattr(error, "orig", None) or error)).strip().split("\n")[0]
            raise StorageError(
                f"{self} cannot be written ({reason}).", "See that the database is there and lets you make tables."
            ) from None


def _leave_transactions(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # else SQLite's driver ends the transaction where it likes


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _copy(connection: sa.Connection, table: sa.Table, batch: pa.RecordBatch) -> None:
    """By PostgreSQL's own way to load many rows."""
    text = io.BytesIO()
    style = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")
    pa_csv.write_csv(pa.Table.from_batches([batch]), text, style)
    name = connection.dialect.identifier_preparer.format_table(table)
    driver: Any = connection.connection  # psycopg's own, which SQLAlchemy's types do not know
    with driver.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy:
        copy.write(text.getvalue())


def _insert(connection: sa.Connection, table: sa.Table, batch: pa.RecordBatch) -> None:
    names = batch.schema.names
    rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
    connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])
