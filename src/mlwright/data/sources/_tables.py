"""Tables of a database: which there are, which one is meant, and the query that reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote

import sqlalchemy as sa
from sqlalchemy.sql.elements import quoted_name

from mlwright.core.errors import SourceEmpty, SourceMissing, SourceRefused, name_list, nearest
from mlwright.data.sources._address import Address
from mlwright.data.sources._database import explained


@dataclass(frozen=True)
class TableName:
    """A table or a view; no schema means the usual one."""

    schema: str | None
    name: str
    is_view: bool = False

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"


def find_table(connection: sa.Connection, address: Address, wanted: str | None) -> TableName:
    """The table of that name, or the only one.

    Raises
    ------
    SourceMissing
        If there is none of that name; the nearest are offered.
    SourceRefused
        If no name is given and there are several.
    SourceEmpty
        If there are no tables at all.
    """
    tables = explained(address, lambda: list_tables(connection))
    if not tables:
        raise SourceEmpty(f"{address.shown} holds no tables.", "Name another database, or check the right to read it.")
    if wanted is None:
        return _only(tables, address)
    unquoted = re.sub(r'"([^"]*)"', r"\1", wanted.strip())
    if (found := _named(tables, {wanted.strip(), unquoted}, connection.dialect.default_schema_name)) is None:
        raise SourceMissing(f"{address.shown} has no table {unquoted!r}.", offers_for(tables, unquoted))
    return found


def list_tables(connection: sa.Connection) -> list[TableName]:
    """All tables and views that are not the database's own, those of the usual schema first."""
    inspector = sa.inspect(connection)
    found = _in_schema(inspector, None)
    if connection.dialect.name != "sqlite":
        usual = inspector.default_schema_name
        for schema in inspector.get_schema_names():
            if schema != usual and schema != "information_schema" and not schema.startswith("pg_"):
                found += _in_schema(inspector, schema)
    return found


def select_all(connection: sa.Connection, address: Address, table: TableName) -> sa.Select[tuple[object, ...]]:
    """The query for all columns, in the order of the primary key: the same rows come in the same order."""
    keys: Sequence[str] = ()
    if not table.is_view:
        inspector = sa.inspect(connection)
        keys = explained(address, lambda: inspector.get_pk_constraint(table.name, table.schema))["constrained_columns"]
    order: list[sa.ColumnClause[object]] = [sa.column(quoted_name(key, quote=True)) for key in keys]
    return sa.select(sa.text("*")).select_from(_quoted(table)).order_by(*order)


def count_rows(connection: sa.Connection, table: TableName) -> int:
    """How many rows a table has."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(_quoted(table))).scalar_one())


def select_some(table: TableName, share: float) -> sa.Select[tuple[object, ...]]:
    """The query for a share of the rows, each drawn with the same chance; the same ones as long as nothing changes."""
    percent = sa.func.bernoulli(sa.text(f"{100 * share:.9f}"))
    return sa.select(sa.text("*")).select_from(sa.tablesample(_quoted(table), percent, seed=sa.text("0")))


def refuse_sample(address: Address, *, is_table: bool) -> None:
    """Refuse to draw rows where that cannot be done in the database.

    Raises
    ------
    SourceRefused
        If it is no PostgreSQL, or a select or a view in place of a table.
    """
    if address.url.get_backend_name() != "postgresql":
        raise SourceRefused(
            f"{address.shown} is no PostgreSQL, and only there and in Spark rows can be drawn (collect.sample_rows).",
            "Take collect.sample_rows out; or name a select that draws rows.",
        )
    if not is_table:
        raise SourceRefused(
            f"Rows can be drawn from a table only (collect.sample_rows), and collect.query is none in {address.shown}.",
            "Name a table, make the query a materialized view, or take collect.sample_rows out.",
        )


def _quoted(table: TableName) -> sa.TableClause:
    return sa.table(quoted_name(table.name, quote=True), schema=table.schema and quoted_name(table.schema, quote=True))


def offers_for(tables: Sequence[TableName], wanted: str) -> str:
    """A hint with the nearest names."""
    names = [str(table) for table in tables]
    near = nearest(wanted, names)
    return f"Did you mean: {', '.join(near)}?" if near else f"It holds: {name_list(names)}."


def _in_schema(inspector: sa.Inspector, schema: str | None) -> list[TableName]:
    views = [*inspector.get_view_names(schema), *_materialized_views(inspector, schema)]
    tables = [TableName(schema, name) for name in sorted(inspector.get_table_names(schema))]
    return tables + [TableName(schema, name, is_view=True) for name in sorted(views)]


def _materialized_views(inspector: sa.Inspector, schema: str | None) -> list[str]:
    try:
        return inspector.get_materialized_view_names(schema)
    except NotImplementedError:
        return []


def _only(tables: Sequence[TableName], address: Address) -> TableName:
    real = [table for table in tables if not table.is_view] or list(tables)
    if len(real) > 1:
        names = name_list((str(table) for table in real), limit=20)
        raise SourceRefused(
            f"{address.shown} holds {len(real)} tables: {names}.",
            f"Name one, or a select, with --query or as collect.query. For example: --query {quote(str(real[0]))}",
        )
    return real[0]


def _named(tables: Sequence[TableName], spellings: set[str], usual_schema: str | None) -> TableName | None:
    """The table that is spelled so, else the only one that is when upper and lower case do not matter."""
    for table in tables:
        if str(table) in spellings or (table.schema is None and f"{usual_schema}.{table.name}" in spellings):
            return table
    folded = {spelling.casefold() for spelling in spellings}
    alike = [table for table in tables if str(table).casefold() in folded]
    return alike[0] if len(alike) == 1 else None
