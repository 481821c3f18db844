"""The rows of one query, streamed from the database; asked twice where only the values tell the types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import sqlalchemy as sa

from mlwright.core.errors import SourceMissing
from mlwright.data.sources import ForeignKey
from mlwright.data.sources._address import Address
from mlwright.data.sources._database import connect, explained
from mlwright.data.sources._dates import LostDates, keep_dates
from mlwright.data.sources._foreign import DeclaredKey, counted_reference, declared_keys
from mlwright.data.sources._query import checked_query, is_statement
from mlwright.data.sources._tables import (
    TableName,
    count_rows,
    find_table,
    list_tables,
    offers_for,
    refuse_sample,
    select_all,
    select_some,
)
from mlwright.data.sources._types import Spelled
from mlwright.records.data import CountedReference

BATCH_CELLS = 200_000
MAX_BATCH_ROWS = 10_000

Declared = Spelled | Literal["bytes"]

POSTGRESQL_KINDS: dict[str, Spelled] = {
    **dict.fromkeys(("int2", "int4", "int8", "oid"), "int64"),
    **dict.fromkeys(("float4", "float8", "numeric", "interval"), "double"),
    "bool": "bool",
    "date": "date",
    "timestamp": "timestamp",
    "timestamptz": "instant",
}


def type_name(types: Any, code: Any) -> str:
    """The name of a type of PostgreSQL; empty for arrays and types that its users have made."""
    info = types.get(code)
    return "" if info is None or info.oid != code else str(info.name)


class Cursor:
    """One query on one connection that only reads.

    Parameters
    ----------
    address : Address
    query : str or None
        The name of a table, a select, or None for the only table.
    sample_rows : int or None
        About so many rows of the table are drawn at random, the same every time; None for all.

    Attributes
    ----------
    names : list of str
        Of the columns.
    table : TableName or None
        None for a select.
    n_rows_there : int or None
        Rows of the table, where only some of them are drawn.
    lost_dates : LostDates
        Dates that became missing.
    """

    def __init__(self, address: Address, query: str | None, sample_rows: int | None = None) -> None:
        self.address = address
        self.n_rows_there: int | None = None
        self.table: TableName | None = None
        checked = None
        if query is not None and is_statement(query):
            checked = checked_query(query, address.url.get_backend_name())
        if sample_rows is not None:
            refuse_sample(address, is_table=checked is None)
        self._connection = connect(address)
        self.lost_dates = keep_dates(self._connection) if self._connection.dialect.driver == "psycopg" else LostDates()
        try:
            self._asked = self._select_table(query, sample_rows) if checked is None else checked
            self._result: sa.CursorResult[Any] | None = self._execute()
            described = self._result.cursor.description
            self.names = [str(column[0]) for column in described]
            self._codes = [column[1] for column in described]
        except BaseException:
            self.close()
            raise

    def batches(self) -> Iterator[list[tuple[Any, ...]]]:
        """The values, a list of columns for every few thousand rows; may be read again from the beginning."""
        result = self._result or self._execute()
        self._result = None
        size = max(100, min(MAX_BATCH_ROWS, BATCH_CELLS // len(self.names)))
        partitions = result.partitions(size)
        while rows := explained(self.address, lambda: next(partitions, [])):
            yield list(zip(*rows, strict=True))

    def declared(self) -> list[Declared] | None:
        """What the database says the columns are; None where it says nothing that can be relied on."""
        if self._connection.dialect.driver != "psycopg":
            return None
        types = self._connection.connection.driver_connection.adapters.types  # type: ignore[union-attr]
        names = [type_name(types, code) for code in self._codes]
        return ["bytes" if name == "bytea" else POSTGRESQL_KINDS.get(name, "string") for name in names]

    def foreign_keys(self) -> list[ForeignKey]:
        """The foreign keys of one column whose keys are to be fetched; none for a select, a view or a sample."""
        if self.n_rows_there is not None:
            return []
        return [each.single() for each in self._declared_keys() if len(each.columns) == 1]

    def counted_references(self, notices: list[str]) -> list[CountedReference]:
        """The other foreign keys, tested by the database; what it refuses is told in the notices."""
        is_sample = self.n_rows_there is not None
        asked = [each for each in self._declared_keys() if is_sample or len(each.columns) > 1]
        found = (counted_reference(self.address, each, notices) for each in asked)
        return [each for each in found if each is not None]

    def _declared_keys(self) -> list[DeclaredKey]:
        if self.table is None or self.table.is_view:
            return []
        return declared_keys(self._connection, self.address, self.table)

    def close(self) -> None:
        """Let go of the database; nothing was changed."""
        self._connection.close()
        self._connection.engine.dispose()

    def _select_table(self, query: str | None, sample_rows: int | None) -> sa.Select[Any]:
        table = self.table = find_table(self._connection, self.address, query)
        if sample_rows is not None:
            refuse_sample(self.address, is_table=not table.is_view)
            n_rows = explained(self.address, lambda: count_rows(self._connection, table))
            if n_rows > sample_rows:
                self.n_rows_there = n_rows
                return select_some(table, sample_rows / n_rows)
        return select_all(self._connection, self.address, table)

    def _execute(self) -> sa.CursorResult[Any]:
        options = {"stream_results": True, "max_row_buffer": MAX_BATCH_ROWS, "no_parameters": True}
        connection, asked = self._connection.execution_options(**options), self._asked
        try:
            if isinstance(asked, str):
                return explained(self.address, lambda: connection.exec_driver_sql(asked))
            return explained(self.address, lambda: connection.execute(asked))
        except SourceMissing as missing:
            raise self._with_offers(missing) from None

    def _with_offers(self, missing: SourceMissing) -> SourceMissing:
        """The error with the names that are most like a table that is not there."""
        found = re.search(r'relation "([^"]+)" does not exist|no such table: (\S+)', missing.message)
        if found is None:
            return missing
        self._connection.rollback()
        tables = explained(self.address, lambda: list_tables(self._connection))
        return SourceMissing(missing.message, offers_for(tables, found[1] or found[2]))
