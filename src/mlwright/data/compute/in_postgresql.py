"""A table that stays in PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import ibis
import ibis.expr.types as ir
import psycopg

from mlwright.core.errors import SourceUnreadable
from mlwright.data.compute.remote import RemoteTable
from mlwright.data.sources._address import Address, find_address
from mlwright.data.sources._cursor import POSTGRESQL_KINDS, type_name
from mlwright.records.data import Snapshot
from mlwright.records.settings import CollectSettings

_IBIS = {
    "int64": "int64",
    "double": "float64",
    "bool": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "instant": "timestamp",
    "string": "string",
}


class PostgresqlTable(RemoteTable):
    """A table in PostgreSQL.

    Parameters
    ----------
    connection : ibis backend
    name : str
        As it stands in a query.
    columns : mapping of str to (str, str)
        By the name that a column has here, how it is selected in a plain type, and Ibis' name of that type.
    n_rows : int
    """

    def __init__(self, connection: Any, name: str, columns: Mapping[str, tuple[str, str]], n_rows: int) -> None:
        listed = ", ".join(f"{selected} AS {quoted(own)}" for own, (selected, _) in columns.items())
        self._query = f"SELECT {listed} FROM {name}"  # noqa: S608  names are quoted
        self._schema = ibis.schema({own: kind for own, (_, kind) in columns.items()})
        super().__init__(connection.sql(self._query, schema=self._schema), n_rows)

    def _some(self, share: float) -> ir.Table:
        sampled = f"{self._query} TABLESAMPLE BERNOULLI ({100 * share:.9f}) REPEATABLE (0)"
        return cast("ir.Table", self.expr.get_backend().sql(sampled, schema=self._schema))


@contextmanager
def open_postgresql(snapshot: Snapshot, settings: CollectSettings) -> Iterator[PostgresqlTable]:
    """The table that a snapshot is a sample of, as it is at one moment.

    Raises
    ------
    SourceUnreadable
        If the server fails, also while the block lasts; secrets of its address are not told.
    """
    address = find_address(str(settings.source), os.environ)
    try:
        connection = _connect(address)
        try:
            connection.con.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            schema, _, name = snapshot.lineage.details["table"].rpartition(".")
            table = ".".join(map(quoted, filter(None, (schema, name))))
            columns = plain_columns(connection.con, table, [field.name for field in snapshot.fields])
            (n_rows,) = connection.con.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  names are quoted
            yield PostgresqlTable(connection, table, columns, n_rows)
        finally:
            connection.disconnect()
    except (psycopg.Error, ibis.common.exceptions.IbisError) as error:
        told = address.redact(str(error).split("\n")[0]).rstrip(".")
        raise SourceUnreadable(f"{address.shown} cannot compute the figures: {told}.", "Try again.") from None


def plain_columns(connection: psycopg.Connection, table: str, names: list[str]) -> dict[str, tuple[str, str]]:
    """How each column of a table is selected in a plain type, as the snapshot has it, and Ibis' name of that type.

    `names` are those of the snapshot, in the order of the table and without columns of raw bytes.

    Raises
    ------
    SourceUnreadable
        If the table has got other columns since its rows were drawn.
    """
    described = connection.execute(f"SELECT * FROM {table} LIMIT 0").description or ()  # noqa: S608  names are quoted
    types = connection.adapters.types
    kinds = [(column.name, type_name(types, column.type_code)) for column in described]
    kept = [(name, kind) for name, kind in kinds if kind != "bytea"]
    if len(kept) != len(names):
        raise SourceUnreadable(
            f"The table {table} has {len(kept)} columns now and had {len(names)} when its rows were drawn.",
            "Type the command again.",
        )
    return {own: _selected(quoted(name), kind) for own, (name, kind) in zip(names, kept, strict=True)}


def _selected(column: str, kind: str) -> tuple[str, str]:
    plain = POSTGRESQL_KINDS.get(kind, "string")
    if kind == "interval":
        return f"extract(epoch FROM {column})::float8", "float64"
    if plain == "instant":
        column = f"({column} AT TIME ZONE 'UTC')"
    if plain in ("date", "timestamp", "instant"):
        return f"CASE WHEN isfinite({column}) THEN {column} END", _IBIS[plain]
    if kind == "":
        column = f"(to_json({column}) #>> '{{}}')"
    cast_to = {"int64": "int8", "double": "float8", "bool": "bool"}.get(plain, "text")
    return f"{column}::{cast_to}", _IBIS[plain]


def quoted(name: str) -> str:
    """A name as it stands in a query."""
    return '"' + name.replace('"', '""') + '"'


def _connect(address: Address) -> Any:
    url = address.url
    given = url.translate_connect_args(username="user") | dict(url.query)
    given = {"host": None, "port": None, "database": None} | given
    options = f"{given.pop('options', '')} -c default_transaction_read_only=on -c timezone=UTC".strip()
    return ibis.postgres.connect(**{key: value for key, value in given.items() if value is not None}, options=options)
