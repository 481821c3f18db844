"""A Spark session, and what it reads as one table of plain columns.

``spark:PATH`` is what the session of this machine, or the cluster that it is set up for, reads from a path;
``spark:`` alone is its catalog; ``sc://host:port`` is a Spark Connect server.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mlwright.core.errors import ExtraMissing, SourceError, SourceMissing, SourceRefused, SourceUnreadable
from mlwright.data.sources._formats import ENDINGS, PACKED_ENDINGS
from mlwright.data.sources._query import checked_query, is_statement

LOCAL = "spark:"
CONNECT = "sc://"
CONNECT_PORT = 15002
CONNECT_TIMEOUT_S = 10
EXAMPLE = "sc://host:15002/;use_ssl=true;token=env:SPARK_TOKEN"
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    "spark.sql.session.timeZone": "UTC",
}
_FORMATS = {**ENDINGS, ".orc": "orc", ".avro": "avro"}
_OPTIONS: dict[str, dict[str, Any]] = {
    "csv": {"header": True, "inferSchema": True, "escape": '"', "multiLine": True},
    "json": {},
    "orc": {},
    "parquet": {"mergeSchema": True},
    "avro": {},
}
_BY_CONDITION: tuple[tuple[str, type[SourceError], str], ...] = (
    ("TABLE_OR_VIEW_NOT_FOUND|SCHEMA_NOT_FOUND|CATALOG_NOT_FOUND", SourceMissing, "Check the names in the query."),
    ("UNRESOLVED", SourceMissing, "Check the names in the query."),
    ("PATH_NOT_FOUND", SourceMissing, "Check the path, as Spark sees it."),
    ("UNABLE_TO_INFER_SCHEMA", SourceMissing, "Name a folder that holds files, with an ending that says which kind."),
    ("PARSE_SYNTAX_ERROR|AMBIGUOUS|DATATYPE_MISMATCH", SourceRefused, "Mend the query."),
    ("PERMISSION|UNAUTHENTICATED|ACCESS", SourceRefused, "Check the token and the right to read."),
    ("JAVA_GATEWAY_EXITED", SourceRefused, "Install Java 17 or later, or: export JAVA_HOME=..."),
    ("UNAVAILABLE|Connection refused", SourceUnreadable, "Try again: Spark was there and went away."),
)


def is_spark(location: str) -> bool:
    """Whether Spark is to read that location."""
    return location.startswith((LOCAL, CONNECT))


@contextmanager
def explained(location: str) -> Iterator[None]:
    """What Spark complains about becomes a `SourceError` of one sentence."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, ConnectionError) as error:
        failure = _explanation(location, error)
    else:
        return
    raise failure


def open_session(location: str, environment: Mapping[str, str]) -> Any:
    """A Spark session of its own, whose settings and temporary views are nobody else's.

    Raises
    ------
    ExtraMissing
        If PySpark is not installed.
    SourceRefused
        If a secret is written into the location, a variable is not set, or Spark does not start.
    """
    try:
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as missing:
        raise ExtraMissing(
            f"Reading {location} needs the package {missing.name!r}, which is not installed.",
            "pip install 'mlwright[spark]'",
        ) from None
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)  # it would tell every error again
    with explained(location):
        if location.startswith(CONNECT):
            address = _with_secrets(location, environment)
            _refuse_silence(location)
            return SparkSession.builder.remote(address).create()
        if (active := SparkSession.getActiveSession()) is None:
            with _quiet_start():
                active = _started(SparkSession.builder)
        return active.newSession()


def read_frame(session: Any, location: str, query: str | None) -> Any:
    """What is to be read, as a Spark DataFrame: a path, a table of the catalog, or a select.

    Raises
    ------
    SourceError
        If it is not there, or the query would write.
    """
    path = location.removeprefix(LOCAL) if location.startswith(LOCAL) else ""
    with explained(location):
        if path:
            if query is not None:
                raise SourceRefused(
                    f"{location} is read as a whole, and collect.query is for the tables of Spark's catalog.",
                    f"Take the query out, or name the path in it: {LOCAL} with --query 'select ... from parquet.`...`'",  # noqa: S608
                )
            kind = _kind_of(path)
            return session.read.options(**_OPTIONS[kind]).format(kind).load(path)
        if query is None:
            raise SourceRefused(
                f"{location} names no table.", "Give --query a table or a select, or write spark:PATH to read files."
            )
        return session.sql(checked_query(query, "spark")) if is_statement(query) else session.table(query)


def _kind_of(path: str) -> str:
    """The format of a file, or of the files in a folder, by their endings; Parquet where nothing tells."""
    names = [path]
    if (folder := Path(path)).is_dir():
        names += sorted(file.name for file in folder.rglob("*") if file.is_file() and file.name[0] not in "._")
    for name in names:
        endings = [ending.lower() for ending in Path(name).suffixes if ending.lower() not in PACKED_ENDINGS]
        if endings and (kind := _FORMATS.get(endings[-1])) in _OPTIONS:
            return str(kind)
    return "parquet"


def _refuse_silence(location: str) -> None:
    """Refuse a server that nobody answers for: PySpark would ask it again for minutes."""
    place = urlsplit(location.partition(";")[0])
    try:
        socket.create_connection((place.hostname or "localhost", place.port or CONNECT_PORT), CONNECT_TIMEOUT_S).close()
    except (OSError, ValueError) as error:
        raise SourceMissing(
            f"{shown_location(location)} does not answer: {error}.",
            "Check the host and the port, and whether Spark Connect runs there.",
        ) from None


def _with_secrets(location: str, environment: Mapping[str, str]) -> str:
    """The address of a server with its token, which stands in a variable."""
    if re.search(r"(token|password|secret)=(?!env:)", location, re.IGNORECASE):
        raise SourceRefused(
            f"collect.source has a secret written into it: {shown_location(location)}.",
            f"Name an environment variable that holds it: {EXAMPLE}",
        )

    def value(found: re.Match[str]) -> str:
        if not (secret := environment.get(found[1])):
            raise SourceRefused(
                f"The environment variable {found[1]}, which collect.source names, is not set.",
                f"export {found[1]}=...",
            )
        return f"={secret}"

    return re.sub(r"=env:(\w+)", value, location)


def shown_location(location: str) -> str:
    """The location without any secret.

    >>> shown_location("sc://host:443/;token=abc;user_id=ann")
    'sc://host:443/;token=***;user_id=ann'
    """
    return re.sub(r"((?:token|password|secret)=)(?!env:)[^;]*", r"\1***", location, flags=re.IGNORECASE)


def _started(builder: Any) -> Any:
    for key, value in _SETTINGS.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


@contextmanager
def _quiet_start() -> Iterator[None]:
    """Keep what Java says when it starts away from the terminal: what goes wrong comes as an exception, too."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _explanation(location: str, error: Exception) -> SourceError:
    condition = str(getattr(error, "getCondition", lambda: None)() or "")
    said = _one_sentence(str(error))
    for words, kind, hint in _BY_CONDITION:
        if re.search(words, f"{condition} {said}"):
            return kind(f"{shown_location(location)} cannot be read: {said}.", hint)
    return SourceUnreadable(f"{shown_location(location)} cannot be read: {said}.", "Check the data and the query.")


def _one_sentence(text: str) -> str:
    """What an error says at last, without its codes and traces."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    told = [line for line in lines if not line.startswith(("An error occurred while calling", "at ", "== SQL"))]
    said = causes[-1] if causes and re.search("Job aborted|awaitResult", told[0]) else (told or [text])[0]
    said = re.sub(r"^(: )?(\w+\.)+\w*(Exception|Error): ", "", said)
    return re.sub(r"^\[[\w.]+\] |;? *line \d+ pos \d+|SQLSTATE: \w+;?|JVM stacktrace:", "", said).strip().rstrip(".;")
