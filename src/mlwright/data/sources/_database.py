"""A connection to a database that can only read, and errors that say what is wrong without any secret."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from mlwright.core.errors import (
    ExtraMissing,
    SourceError,
    SourceMissing,
    SourceRefused,
    SourceUnreadable,
)
from mlwright.data.sources._address import Address

T = TypeVar("T")

CONNECT_TIMEOUT_S = 10
_POSTGRESQL_SETTINGS = (
    "SET default_transaction_read_only = on",
    # else a large table may begin anywhere, and the same rows would be another snapshot
    "SELECT set_config(name, 'off', false) FROM pg_settings WHERE name = 'synchronize_seqscans'",
)
_DRIVER_HINTS = {
    "psycopg": "pip install 'mlwright[postgresql]'",
    "psycopg2": "Write postgresql://... without a driver, and: pip install 'mlwright[postgresql]'",
    "MySQLdb": "pip install pymysql   (and write mysql+pymysql://...)",
    "pyodbc": "pip install pyodbc",
    "oracledb": "pip install oracledb",
}

_BY_STATE: dict[str, tuple[type[SourceError], str]] = {
    "28": (SourceRefused, "Check the user and the password."),
    "3D000": (SourceMissing, "Check the name of the database."),
    "3F000": (SourceMissing, "Check the name of the schema."),
    "42P01": (SourceMissing, "Check the names in the query."),
    "42703": (SourceMissing, "Check the names in the query."),
    "42883": (SourceRefused, "Check the functions in the query."),
    "42501": (SourceRefused, "Ask the owner of the database for the right to read it."),
    "25006": (SourceRefused, "Only read."),
    "42": (SourceRefused, "Mend the query."),
    "22": (SourceUnreadable, "Mend the value, or cast it in a query."),
    "57014": (SourceUnreadable, "Ask for less, or raise the limit of the database."),
    "53": (SourceUnreadable, "Try again later."),
    "08": (SourceUnreadable, "Try again."),
    "57": (SourceUnreadable, "Try again."),
}
"""Kinds of errors by SQLSTATE or its first two characters."""

_BY_WORDS: tuple[tuple[str, type[SourceError], str], ...] = (
    (
        r"password authentication failed|no password supplied|fe_sendauth",
        SourceRefused,
        "Check the user and the password.",
    ),
    (r"role .* does not exist|Access denied|no pg_hba", SourceRefused, "Check the user and the password."),
    (r"database .* does not exist|Unknown database", SourceMissing, "Check the name of the database."),
    (r"translate host|resolve host|Name or service|nodename", SourceMissing, "Check the name of the host."),
    (
        r"refused|timeout|timed out|unreachable|No route|No such file",
        SourceMissing,
        "Check the host and the port, and whether the database runs.",
    ),
    (r"no such table|no such column|doesn't exist", SourceMissing, "Check the names in the query."),
    (r"syntax error|near \"|no such function|incomplete input", SourceRefused, "Mend the query."),
    (r"readonly database|read-only", SourceRefused, "Only read."),
    (r"not a database|malformed|disk image", SourceUnreadable, "Name an SQLite database, or fetch it again."),
    (r"is locked|is busy", SourceUnreadable, "Try again when the other program is done."),
    (r"unable to open", SourceRefused, "Check who may read the file and its folder."),
    (r"decode to UTF-8", SourceUnreadable, "Mend the text: its bytes are not UTF-8."),
    (r"too (large|small)|infinity|can't parse|year .* is out of range", SourceUnreadable, "Cast the value in a query."),
)


def connect(address: Address) -> sa.Connection:
    """Open a connection that can only read.

    Raises
    ------
    SourceError
        If the database is not there or refuses; the message holds no secret.
    ExtraMissing
        If the driver is not installed.
    """
    engine = _engine(address)
    connection = explained(address, engine.connect)
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        connection = connection.execution_options(**options)
        for statement in _POSTGRESQL_SETTINGS:
            explained(address, partial(connection.exec_driver_sql, statement))
    elif engine.dialect.name == "sqlite":
        explained(address, lambda: connection.exec_driver_sql("BEGIN"))
    return connection


def explained(address: Address, step: Callable[[], T]) -> T:
    """Do a step; what the database or its driver complain about becomes a `SourceError`.

    The original error is let go of altogether: it may hold the URL.
    """
    try:
        return step()
    except (SQLAlchemyError, sqlite3.Error) as error:
        failure = _explanation(address, error)
    raise failure


def _engine(address: Address) -> sa.Engine:
    if address.url.get_backend_name() == "sqlite":
        path = address.sqlite_file()
        return sa.create_engine("sqlite://", creator=lambda: _read_only_sqlite(path), poolclass=NullPool)
    arguments = {"connect_timeout": CONNECT_TIMEOUT_S} if "psycopg" in address.url.drivername else {}
    try:
        return sa.create_engine(address.url, poolclass=NullPool, connect_args=arguments, hide_parameters=True)
    except NoSuchModuleError:
        missing, hint = f"a dialect of SQLAlchemy for {address.url.drivername!r}", "Check the beginning of the URL."
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        missing, hint = f"the package {package!r}", _DRIVER_HINTS.get(package, f"pip install {package}")
    except (SQLAlchemyError, TypeError, ValueError):
        raise SourceRefused(f"{address.shown} is no URL that its driver understands.", "Check its options.") from None
    raise ExtraMissing(f"Reading {address.shown} needs {missing}, which is not installed.", hint)


def _read_only_sqlite(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, check_same_thread=False)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _explanation(address: Address, error: Exception) -> SourceError:
    original: Any = error.orig if isinstance(error, DBAPIError) else error
    state = str(getattr(original, "sqlstate", None) or "")
    said = address.redact(_one_line(str(original)))
    found = _BY_STATE.get(state) or _BY_STATE.get(state[:2]) or _by_words(said)
    kind, hint = found or (SourceUnreadable, "Check the address and the query.")
    return kind(f"{address.shown} cannot be read: {said}.", hint)


def _by_words(said: str) -> tuple[type[SourceError], str] | None:
    return next(((kind, hint) for words, kind, hint in _BY_WORDS if re.search(words, said, re.IGNORECASE)), None)


def _one_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [
        line for line in lines if not line.startswith(("LINE ", "^", "Multiple connection", "- host", "(Background"))
    ]
    return "; ".join(told[:2]).rstrip(".")
