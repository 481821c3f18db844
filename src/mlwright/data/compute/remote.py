"""A table that stays in its database: the figures of all of its rows are computed there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.errors import SourceUnreadable
from mlwright.data.compute.table import Table
from mlwright.data.sources._address import Address, find_address
from mlwright.records.data import Snapshot
from mlwright.records.settings import CollectSettings


class RemoteTable(Table):
    """All rows of a table in PostgreSQL, of which only answers are fetched.

    Parameters
    ----------
    expr : ibis table
        Without positions of rows: a table in a database has no order.
    n_rows : int
    name : str
        As it stands in a query.
    """

    def __init__(self, expr: ir.Table, n_rows: int, name: str) -> None:
        super().__init__(expr, Path())
        self._n_rows, self._name = n_rows, name

    @cached_property
    def n_rows(self) -> int:
        """How many rows there are."""
        return self._n_rows

    def drawn(self, n: int) -> ir.Table:
        """About `n` of all rows, drawn by the database: the same rows as long as nothing is written."""
        if self.n_rows <= n:
            return self.expr
        columns = ", ".join(map(_quoted, self.expr.columns))
        sampled = (
            f"SELECT {columns} FROM {self._name} TABLESAMPLE BERNOULLI ({100 * n / self.n_rows:.9f}) REPEATABLE (0)"  # noqa: S608  names are quoted
        )
        return cast("ir.Table", self.expr.get_backend().sql(sampled, schema=self.expr.schema()))

    def arrow(self, columns: Sequence[str], positions: NDArray[np.int64] | None = None) -> pa.Table:
        """Columns of all rows; asked for only where a column of text has to be read as numbers or dates."""
        if positions is not None:
            raise KeyError("rows of a table in a database have no positions")
        return self.expr.select(*columns).to_pyarrow()


@contextmanager
def open_remote(snapshot: Snapshot, settings: CollectSettings) -> Iterator[RemoteTable]:
    """The table that a snapshot is a sample of, where it is; nothing is ever written there.

    Raises
    ------
    SourceUnreadable
        If the database does not answer as it did when the sample was drawn.
    """
    import psycopg

    address = find_address(str(settings.source), os.environ)
    try:
        connection = _connect(address)
        try:
            schema, _, name = snapshot.lineage.details["table"].rpartition(".")
            expr = connection.table(name, database=schema or None)
            quoted = ".".join(map(_quoted, filter(None, (schema, name))))
            yield RemoteTable(
                expr.select(*(field.name for field in snapshot.fields)), int(expr.count().to_pyarrow().as_py()), quoted
            )
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
