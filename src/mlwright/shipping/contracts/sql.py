"""The contract as SQL, for databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, get_args

from mlwright.core.errors import SettingsError, offers
from mlwright.data.words import counted
from mlwright.records.contract import Clause, Contract
from mlwright.shipping.contracts import (
    NUMBER,
    ContractForm,
    Value,
    allowed,
    codes,
    is_moment,
    is_number,
    is_text,
    keys_of,
    moment,
    must_be_there,
)

if TYPE_CHECKING:
    from sqlglot import exp

Dialect = Literal["duckdb", "postgres", "sqlite"]
BROKEN = "broken_clauses"


class Sql(ContractForm):
    """Two statements: a table that refuses rows which break the contract, and a query for such rows of any table.

    The query gives every row that breaks a clause, with what it breaks in the column ``broken_clauses``. SQLite knows
    no regular expressions and no types of dates, so patterns are left out there, and dates are compared as text.

    Parameters
    ----------
    dialect : str, default="duckdb"
        ``duckdb``, ``postgres`` or ``sqlite``.

    Raises
    ------
    SettingsError
        If the dialect is none of these.
    """

    title = "SQL"

    def __init__(self, dialect: str = "duckdb") -> None:
        if dialect not in get_args(Dialect):
            raise SettingsError(
                f"{dialect!r} is no dialect of SQL that is known.", f"Choose: {offers(dialect, get_args(Dialect))}"
            )
        self.dialect = dialect

    def write(self, contract: Contract, name: str) -> str:
        """Both statements, each with a line that says what it is."""
        table, query = (self._text(made(contract, name)) for made in (self._table, self._query))
        return (
            f"-- Learned from {counted(contract.n_rows, 'row')}. A table that takes only rows that keep the contract:\n"
            f"{table};\n\n-- Rows that break it, of a table of the same columns:\n{query};\n"
        )

    def _text(self, statement: Any) -> str:
        text: str = statement.sql(dialect=self.dialect, pretty=True, identify=True)
        return text

    def _table(self, contract: Contract, name: str) -> Any:
        from sqlglot import exp

        columns: list[exp.Expression] = []
        for clause in contract.columns:
            constraints = [exp.ColumnConstraint(kind=exp.NotNullColumnConstraint())] if must_be_there(clause) else []
            constraints += [exp.ColumnConstraint(kind=exp.UniqueColumnConstraint())] if clause.unique else []
            constraints += [
                exp.ColumnConstraint(kind=exp.CheckColumnConstraint(this=kept)) for _, kept in self._clauses(clause)
            ]
            kind = exp.DataType.build(_type(clause), dialect="postgres")
            columns.append(exp.ColumnDef(this=_name(clause), kind=kind, constraints=constraints))
        columns += [exp.UniqueColumnConstraint(this=_columns(names)) for names in keys_of(contract)]
        schema = exp.Schema(this=exp.Table(this=exp.to_identifier(name, quoted=True)), expressions=columns)
        return exp.Create(this=schema, kind="TABLE")

    def _query(self, contract: Contract, name: str) -> Any:
        from sqlglot import exp

        table = exp.Table(this=exp.to_identifier(name, quoted=True))
        broken: list[tuple[str, Any]] = [
            (told, exp.not_(exp.paren(kept))) for c in contract.columns for told, kept in self._clauses(c)
        ]
        broken += [(f"{c.name}: missing", exp.column(_name(c)).is_(exp.null())) for c in _never_missing(contract)]
        broken += [(f"{c.name}: twice", _twice(c, table)) for c in contract.columns if c.unique]
        broken += [(f"{', '.join(names)}: twice", _together(names, table)) for names in keys_of(contract)]
        told = [
            exp.Case().when(condition.copy(), exp.Literal.string(f"{text}; ")).else_(exp.Literal.string(""))
            for text, condition in broken
        ]
        reasons: Any = told[0] if told else exp.Literal.string("")
        for part in told[1:]:
            reasons = exp.DPipe(this=reasons, expression=part)
        where = exp.or_(*(condition for _, condition in broken)) if broken else exp.false()
        return exp.select("*", exp.alias_(reasons, BROKEN, quoted=True)).from_(table).where(where)

    def _clauses(self, clause: Clause) -> Iterator[tuple[str, Any]]:
        """What is broken in words, and the condition that a value keeps; true for null by the rules of SQL."""
        from sqlglot import exp

        column = exp.column(_name(clause))
        if values := allowed(clause):
            yield f"{clause.name}: no known name", self._or_code(clause, column.isin(*map(_literal, values)))
        for word, bound, compared in (("less", clause.least, exp.GTE), ("more", clause.most, exp.LTE)):
            if bound is not None and (clause.kind == "number" or is_moment(clause)):
                limit = self._limit(clause, bound)
                told = f"{clause.name}: {word} than {limit.name or bound}"
                yield told, self._or_code(clause, compared(this=self._ordered(clause), expression=limit))
        if clause.pattern and self.dialect != "sqlite" and is_text(clause):
            like = exp.RegexpLike(this=column.copy(), expression=exp.Literal.string(f"^(?:{clause.pattern})$"))
            yield f"{clause.name}: unlike the pattern", like

    def _ordered(self, clause: Clause) -> Any:
        """A column as what can be compared; text that is no number as null."""
        from sqlglot import exp

        column = exp.column(_name(clause))
        if not (clause.kind == "number" and is_text(clause)):
            return column
        if self.dialect == "sqlite":
            return exp.cast(exp.func("NULLIF", exp.func("TRIM", column), exp.Literal.string("")), "REAL")
        is_one = exp.RegexpLike(this=column, expression=exp.Literal.string(NUMBER))
        return exp.Case().when(is_one, exp.cast(column.copy(), "DOUBLE"))

    def _limit(self, clause: Clause, bound: float) -> Any:
        from sqlglot import exp

        if not is_moment(clause):
            return _literal(int(bound) if clause.whole else bound)
        is_day = clause.type.startswith("date")
        text = exp.Literal.string(moment(bound, day=is_day))
        return text if self.dialect == "sqlite" else exp.cast(text, "DATE" if is_day else "TIMESTAMP")

    def _or_code(self, clause: Clause, kept: Any) -> Any:
        """The condition, or a value that stands for "missing"; NaN does, and is larger than all numbers."""
        from sqlglot import exp

        column, missing = exp.column(_name(clause)), codes(clause)
        other: list[Any] = [column.isin(*map(_literal, missing))] if missing else []
        if clause.optional and clause.type in ("double", "float") and self.dialect != "sqlite":
            other.append(column.eq(exp.cast(exp.Literal.string("NaN"), "DOUBLE")))
        return exp.or_(kept, *other)


def _never_missing(contract: Contract) -> list[Clause]:
    return [clause for clause in contract.columns if must_be_there(clause)]


def _name(clause: Clause) -> exp.Identifier:
    from sqlglot import exp

    return exp.to_identifier(clause.name, quoted=True)


def _literal(value: Value) -> Any:
    from sqlglot import exp

    return exp.convert(value)


def _twice(clause: Clause, table: exp.Table) -> Any:
    from sqlglot import exp

    column = exp.column(_name(clause))
    count = exp.Count(this=exp.Star())
    again = exp.select(column).from_(table.copy()).group_by(column).having(count > 1)
    return column.copy().isin(query=again)


def _columns(names: tuple[str, ...]) -> Any:
    from sqlglot import exp

    return exp.Schema(expressions=[exp.to_identifier(name, quoted=True) for name in names])


def _together(names: tuple[str, ...], table: Any) -> Any:
    """Rows whose values of several columns stand in another row, too; a value that is missing is like no other."""
    from sqlglot import exp

    columns = [exp.column(exp.to_identifier(name, quoted=True)) for name in names]
    count = exp.Count(this=exp.Star())
    again = exp.select(*columns).from_(table.copy()).group_by(*(c.copy() for c in columns)).having(count > 1)
    return exp.In(this=exp.Tuple(expressions=[c.copy() for c in columns]), query=exp.Subquery(this=again))


def _type(clause: Clause) -> str:
    if clause.type == "bool":
        return "BOOLEAN"
    if is_moment(clause):
        return "DATE" if clause.type.startswith("date") else "TIMESTAMP"
    if is_number(clause):
        return "BIGINT" if clause.type.startswith(("int", "uint")) else "DOUBLE PRECISION"
    return "TEXT"
