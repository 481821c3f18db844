"""Foreign keys that a database declares, of one column or several, and how many rows break them.

A database may declare what it does not keep: SQLite tests foreign keys only where it is told to, PostgreSQL not those
that are ``NOT VALID`` or whose triggers were switched off while data was loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import sqlalchemy as sa

from mlwright.core.errors import SourceError
from mlwright.data.sources import ForeignKey
from mlwright.data.sources._address import Address
from mlwright.data.sources._database import connect, explained
from mlwright.data.sources._tables import TableName
from mlwright.records.data import CountedReference

N_EXAMPLES = 5


class DeclaredKey(NamedTuple):
    """What a database declares: the values of some columns are there in the `keys` of another table.

    `child` and `parent` are both tables as they stand in a query, `shown` is the other table for people.
    """

    columns: tuple[str, ...]
    keys: tuple[str, ...]
    child: str
    parent: str
    shown: str
    quoted_columns: tuple[str, ...]
    quoted_keys: tuple[str, ...]

    def single(self) -> ForeignKey:
        """The same with the select that lists the keys, for a key of one column."""
        query = f"select {self.quoted_keys[0]} from {self.parent}"  # noqa: S608  names are quoted by the dialect
        return ForeignKey(self.columns[0], self.shown, self.keys[0], query)

    @property
    def rows(self) -> str:
        """The rows that have a value in all columns, as the end of a select."""
        there = " and ".join(f"c.{name} is not null" for name in self.quoted_columns)
        return f"from {self.child} c where {there}"

    @property
    def lost(self) -> str:
        """Those of them that refer to nothing."""
        pairs = zip(self.quoted_keys, self.quoted_columns, strict=True)
        same = " and ".join(f"p.{key} = c.{name}" for key, name in pairs)
        return f"{self.rows} and not exists (select 1 from {self.parent} p where {same})"  # noqa: S608  names are quoted


def declared_keys(connection: sa.Connection, address: Address, table: TableName) -> list[DeclaredKey]:
    """The foreign keys of a table."""
    inspector = sa.inspect(connection)
    found = explained(address, lambda: inspector.get_foreign_keys(table.name, table.schema))
    quote = connection.dialect.identifier_preparer.quote_identifier
    keys = []
    for declared in found:
        columns = declared["constrained_columns"]
        parts = [part for part in (declared["referred_schema"], declared["referred_table"]) if part]
        referred = declared["referred_columns"]
        if not referred:  # SQLite lets the primary key go without saying
            primary = inspector.get_pk_constraint(declared["referred_table"], declared["referred_schema"])
            referred = list(primary["constrained_columns"])
        if len(columns) == len(referred):
            keys.append(
                DeclaredKey(
                    columns=tuple(columns),
                    keys=tuple(referred),
                    child=".".join(map(quote, filter(None, (table.schema, table.name)))),
                    parent=".".join(map(quote, parts)),
                    shown=".".join(parts),
                    quoted_columns=tuple(map(quote, columns)),
                    quoted_keys=tuple(map(quote, referred)),
                )
            )
    return keys


def counted_reference(address: Address, key: DeclaredKey, notices: list[str]) -> CountedReference | None:
    """How many rows break a foreign key, counted by the database; None where it may not be asked.

    On a connection of its own: what is refused must not end the transaction that reads the rows.
    """
    listed = ", ".join(f"c.{name}" for name in key.quoted_columns)
    few = f"select distinct {listed} {key.lost} limit {N_EXAMPLES}"
    try:
        with opened(address) as ask:
            (n_rows,), (n_lost,) = (ask(f"select count(*) {end}")[0] for end in (key.rows, key.lost))
            shown = ask(few) if n_lost else ()
    except SourceError as refused:
        notices.append(f"Whether all {', '.join(key.columns)} are in {key.shown!r} was not tested: {refused.message}")
        return None
    examples = tuple(", ".join(map(str, row)) for row in shown)
    return CountedReference(
        columns=key.columns, table=key.shown, keys=key.keys, n_rows=n_rows, n_lost=n_lost, examples=examples
    )


@contextmanager
def opened(address: Address) -> Iterator[Callable[[str], Sequence[Any]]]:
    """A connection of its own to ask a few small questions."""
    connection = connect(address).execution_options(no_parameters=True)
    try:
        yield lambda query: explained(address, lambda: connection.exec_driver_sql(query).all())
    finally:
        connection.close()
        connection.engine.dispose()
