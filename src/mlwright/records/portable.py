"""A profile that is kept in a file of its own and merges with those of other parts of a table."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.profile import ColumnProfile

SCHEMA_VERSION = 1
"""Raised when a sketch or a figure changes its meaning; files of another version are refused by name."""

Reads = Literal["number", "moment", "boolean", "text"]


class ColumnSketch(Record):
    """What of a column has to be remembered so that parts can be merged.

    Parameters
    ----------
    reads : str
        As what the values were read and hashed.
    hashes : str
        The smallest hashes of the different values, as little-endian ``uint64`` in base64; see `Distinct`.
    limit : int
        All hashes below it are there, from 1 to 2^64.
    codes, values : str
        Random numbers and values of rows drawn at random, as ``uint64`` and ``float64``; see `RowSample`.
    n_sampled : int
        Of so many rows they are a sample.
    top_at_most : int
        No value that is not among the most frequent ones is there more often.
    top_short : int
        How many rows the counts of the most frequent values may be short of.
    """

    reads: Reads
    hashes: str
    limit: int
    codes: str = ""
    values: str = ""
    n_sampled: int = 0
    top_at_most: int = 0
    top_short: int = 0


class PortableProfile(Record):
    """The columns of one or several parts of a table, with what it takes to add another part.

    Parameters
    ----------
    schema_version : int
    parts : tuple of str
        Where the rows came from.
    n_rows : int
    columns : tuple of ColumnProfile
    sketches : tuple of ColumnSketch
        One a column.
    """

    schema_version: int = SCHEMA_VERSION
    parts: tuple[str, ...]
    n_rows: int
    columns: tuple[ColumnProfile, ...]
    sketches: tuple[ColumnSketch, ...]
