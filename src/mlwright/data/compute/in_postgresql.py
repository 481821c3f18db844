"""A table that stays in PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import ibis
import ibis.expr.types as ir
import psycopg

from mlwright.core.errors import SourceUnreadable
from mlwright.data.compute.remote import RemoteTable
from mlwright.data.sources._address import Address, find_address
from mlwright.records.data import Snapshot
from mlwright.records.settings import CollectSettings


class PostgresqlTable(RemoteTable):
    """A table in PostgreSQL; `name` is how it stands in a query."""

    def __init__(self, expr: ir.Table, n_rows: int, name: str) -> None:
        super().__init__(expr, n_rows)
        self._name = name

    def _some(self, share: float) -> ir.Table:
        columns = ", ".join(map(_quoted, self.expr.columns))
        sampled = f"SELECT {columns} FROM {self._name} TABLESAMPLE BERNOULLI ({100 * share:.9f}) REPEATABLE (0)"  # noqa: S608  names are quoted
        return cast("ir.Table", self.expr.get_backend().sql(sampled, schema=self.expr.schema()))


@contextmanager
def open_postgresql(snapshot: Snapshot, settings: CollectSettings) -> Iterator[PostgresqlTable]:
    """The table that a snapshot is a sample of, as it is at one moment."""
    address = find_address(str(settings.source), os.environ)
    try:
        connection = _connect(address)
        try:
            connection.con.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            schema, _, name = snapshot.lineage.details["table"].rpartition(".")
            expr = connection.table(name, database=schema or None)
            quoted = ".".join(map(_quoted, filter(None, (schema, name))))
            n_rows = int(expr.count().to_pyarrow().as_py())
            yield PostgresqlTable(expr.select(*(field.name for field in snapshot.fields)), n_rows, quoted)
        finally:
            connection.disconnect()
    except (psycopg.Error, ibis.common.exceptions.IbisError) as error:
        told = address.redact(str(error).split("\n")[0]).rstrip(".")
        raise SourceUnreadable(f"{address.shown} cannot compute the figures: {told}.", "Try again.") from None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _connect(address: Address) -> Any:
    url = address.url
    given = url.translate_connect_args(username="user") | dict(url.query)
    given = {"host": None, "port": None, "database": None} | given
    options = f"{given.pop('options', '')} -c default_transaction_read_only=on -c timezone=UTC".strip()
    return ibis.postgres.connect(**{key: value for key, value in given.items() if value is not None}, options=options)
