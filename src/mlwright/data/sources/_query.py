"""Queries that only read: anything else is refused before it is sent."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from mlwright.core.errors import SourceRefused

_COMMENTS = re.compile(r"(\s+|--[^\n]*(\n|$)|/\*.*?\*/)*", re.DOTALL)
_VERBS = {
    *("insert", "update", "delete", "merge", "replace", "upsert", "create", "drop", "alter", "truncate", "rename"),
    *("grant", "revoke", "call", "exec", "execute", "do", "begin", "start", "commit", "rollback", "savepoint", "set"),
    *("use", "vacuum", "analyze", "pragma", "attach", "detach", "copy", "load", "explain", "show", "describe", "lock"),
    *("values", "table", "reindex", "comment", "refresh", "listen", "notify", "import", "export", "install", "reset"),
}
_CHANGING = (exp.DML, exp.DDL, exp.Into, exp.Lock, exp.Command)
_CHANGING_FUNCTIONS = re.compile(
    r"(nextval|setval|set_config|load_extension|writefile|pg_terminate_backend|pg_cancel_backend|pg_reload_conf"
    r"|pg_rotate_logfile|pg_switch_wal|pg_create_.*|pg_drop_.*|pg_.*advisory.*lock.*|pg_notify|lo_.*|dblink.*"
    r"|xp_.*)",
    re.IGNORECASE,
)
_SQLGLOT_NAMES = {"postgresql": "postgres", "mariadb": "mysql", "mssql": "tsql"}


def is_statement(query: str) -> bool:
    """Whether the words are SQL and not the name of a table.

    >>> is_statement("select * from t"), is_statement("Order Details"), is_statement('"Update Log"')
    (True, False, False)
    """
    text = query[_COMMENTS.match(query).end() :]  # type: ignore[union-attr]  # matches nothing, too
    words = text.split(None, 1)
    if not words or text.startswith('"'):
        return False
    first = re.split(r"[(*;\"']", words[0].lower())[0]
    return text.startswith("(") or ";" in text or (first in {"select", "with", *_VERBS} and text.lower() != first)


def checked_query(query: str, dialect: str) -> str:
    """The query, if it is one ``select`` that changes nothing.

    Parameters
    ----------
    query : str
    dialect : str
        SQLAlchemy's name of the database's language.

    Raises
    ------
    SourceRefused
        If it is anything else; says what.
    """
    text = query[_COMMENTS.match(query).end() :].strip()  # type: ignore[union-attr]
    if not re.match(r"(select|with)\b|\(", text, re.IGNORECASE):
        word = re.match(r"\w*", text)[0].upper()  # type: ignore[index]  # matches nothing, too
        quoted = f' If it is the name of a table, put it in double quotes: "{text}"' if ";" not in text else ""
        raise SourceRefused(
            f"The query begins with {word}; only SELECT and WITH are sent, which change nothing.",
            f"Write a select.{quoted}",
        )
    statements = _parsed(text, dialect)
    if len(statements) != 1:
        raise SourceRefused(
            f"The query holds {len(statements)} statements; only one select is sent.", "Leave out the others."
        )
    for node in statements[0].walk():
        if (what := _what_changes(node)) is not None:
            raise SourceRefused(f"The query would change the database or lock it: it holds {what}.", "Only read.")
    return text.rstrip().rstrip(";").rstrip()


def _parsed(text: str, dialect: str) -> list[exp.Expr]:
    try:
        parsed = sqlglot.parse(text, dialect=_known(dialect))
    except SqlglotError as error:
        raise SourceRefused(
            f"The query cannot be understood: {_first_error(error)}.",
            "Mend it; or make a view of it in the database, and set collect.query to the view's name.",
        ) from None
    return [statement for statement in parsed if statement is not None]


def _known(dialect: str) -> str | None:
    name = _SQLGLOT_NAMES.get(dialect, dialect)
    return name if sqlglot.Dialect.get(name) is not None else None


def _first_error(error: SqlglotError) -> str:
    found = getattr(error, "errors", None) or [{}]
    what = str(found[0].get("description") or str(error).split("\n")[0])
    what = re.sub(r"<Token [^>]*>", "something else", what).rstrip(".")
    return f"{what} (line {found[0]['line']}, column {found[0]['col']})" if "line" in found[0] else what


def _what_changes(node: exp.Expr) -> str | None:
    if isinstance(node, _CHANGING):
        return "FOR UPDATE" if isinstance(node, exp.Lock) else node.key.upper()
    if isinstance(node, exp.Func):
        name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
        return f"{name}()" if _CHANGING_FUNCTIONS.fullmatch(name) else None
    return None
