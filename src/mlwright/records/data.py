"""What was collected."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record


class Lineage(Record):
    """Where data came from.

    Parameters
    ----------
    source : str
        The source family's member, e.g. ``csv`` or ``sql``.
    location : str
        The path or URL as the user gave it, without any secret.
    query : str or None
        The query or table name, for databases.
    read_at : str
        When, in ISO 8601 UTC.
    details : dict
        What was found out on the way (delimiter, encoding, sheet, ...), in the reader's own words.
    """

    source: str
    location: str
    query: str | None = None
    read_at: str
    details: dict[str, str] = {}

    @property
    def decimal(self) -> Literal[".", ","] | None:
        """The decimal mark of its numbers, if it was a text table."""
        return {".": ".", ",": ","}.get(self.details.get("decimal", ""))  # type: ignore[return-value]


class Field(Record):
    """One column as it is stored: its name and its Arrow type."""

    name: str
    type: str


class Reference(Record):
    """Columns whose values, of all of them together, must be there in the columns of a key.

    Parameters
    ----------
    columns : tuple of str
        The columns of the snapshot.
    table : str or None
        The table that holds the key; None for the snapshot itself.
    keys : tuple of str
        The key's columns there.
    blob : str or None
        A Parquet file with the different values of the key, in columns ``key_0``, ``key_1``, ...; None for the snapshot
        itself.
    n_rows, n_keys : int or None
        Rows of that table that have a key, and how many of these are different.
    is_declared : bool
        Whether the database says so, and not the settings.
    """

    columns: tuple[str, ...]
    table: str | None = None
    keys: tuple[str, ...]
    blob: str | None = None
    n_rows: int | None = None
    n_keys: int | None = None
    is_declared: bool = False


class CountedReference(Record):
    """A foreign key that a database declares, tested there over all rows.

    Parameters
    ----------
    columns : tuple of str
        The columns of the snapshot, in the order of `keys`.
    table : str
        The table that they refer to.
    keys : tuple of str
        Its columns.
    n_rows : int
        Rows that have a value in all columns; the others refer to nothing and are all right.
    n_lost : int
        Those of them whose values are not there.
    examples : tuple of str
        The values of some of these.
    """

    columns: tuple[str, ...]
    table: str
    keys: tuple[str, ...]
    n_rows: int
    n_lost: int
    examples: tuple[str, ...] = ()


class Borrowed(Record):
    """A file that belongs to the user and is read where it lies.

    Parameters
    ----------
    path : str
        Absolute.
    size_bytes : int
    written_ns : int
        When it was written, in nanoseconds since 1970: with its size it tells of changes.
    """

    path: str
    size_bytes: int
    written_ns: int


class Snapshot(Record):
    """An immutable Parquet file of what was collected.

    Rows are known by their position in the file, from 0.

    Parameters
    ----------
    blob : str
        The Parquet file; its name is the hash of its content.
    n_rows : int
    fields : tuple of Field
    lineage : Lineage
    size_bytes : int
    notices : tuple of str
        Sentences about what the reader had to mend (rows that were too long, a repeated column name, ...).
    references : tuple of Reference
        What its columns refer to.
    counted_references : tuple of CountedReference
        Foreign keys of several columns, and those of a table of which a sample was fetched.
    unique : tuple of tuple of str
        Columns whose values together come once, as a person says.
    n_rows_there : int or None
        Rows of the table that these are a sample of; None where they are all.
    borrowed : Borrowed or None
        The file that is read where it lies; None where the project has a copy.
    """

    blob: str
    n_rows: int
    fields: tuple[Field, ...]
    lineage: Lineage
    size_bytes: int
    notices: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    counted_references: tuple[CountedReference, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    n_rows_there: int | None = None
    borrowed: Borrowed | None = None

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in their order."""
        return tuple(field.name for field in self.fields)

    def digest(self) -> str:
        """Depends on the content and not on when it was read: the same data is the same snapshot."""
        return Record.digest(self.model_copy(update={"lineage": self.lineage.model_copy(update={"read_at": ""})}))
