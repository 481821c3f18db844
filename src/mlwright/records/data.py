"""What was collected."""

from __future__ import annotations

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


class Field(Record):
    """One column as it is stored: its name and its Arrow type."""

    name: str
    type: str


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
    """

    blob: str
    n_rows: int
    fields: tuple[Field, ...]
    lineage: Lineage
    size_bytes: int
    notices: tuple[str, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in their order."""
        return tuple(field.name for field in self.fields)

    def digest(self) -> str:
        """Depends on the content and not on when it was read: the same data is the same snapshot."""
        return Record.digest(self.model_copy(update={"lineage": self.lineage.model_copy(update={"read_at": ""})}))
