"""What is said where stored rows turn out to be damaged: a file that was copied is read here for the first time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from mlwright.core.errors import SourceUnreadable
from mlwright.records.data import Snapshot

_NOT_THE_FILE = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.InternalException,
    duckdb.InterruptException,
    duckdb.OutOfMemoryException,
    duckdb.ParserException,
)
_stored_as = re.compile(r'^.*Failed to read file "[^"]*": ')


@contextmanager
def explain_damage(snapshot: Snapshot) -> Iterator[None]:
    """Say that the source is damaged if its rows cannot be read within.

    Raises
    ------
    SourceUnreadable
        Names the source and what is wrong.
    """
    try:
        yield
    except (duckdb.Error, OSError) as error:
        if isinstance(error, _NOT_THE_FILE) or (isinstance(error, OSError) and error.errno is not None):
            raise
        reason = _stored_as.sub("", str(error).split("\n")[0]).rstrip(".")
        raise SourceUnreadable(
            f"{snapshot.lineage.location} is damaged ({reason}).", "Fetch or write it again."
        ) from None
