"""The source family: where data can be read from."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, NamedTuple

import pyarrow as pa

from mlwright.core.errors import SettingsError, SourceRefused
from mlwright.core.family import Family
from mlwright.data.sources._columns import mend_names
from mlwright.records.data import CountedReference
from mlwright.records.settings import CollectSettings


class ForeignKey(NamedTuple):
    """What a database declares: the values of a column are there in the `key` of a `table`, as `query` lists them."""

    column: str
    table: str
    key: str
    query: str


@dataclass
class Reading:
    """A table that is being read.

    However a source names its columns, here all have a name, no two are alike, and stray blanks are gone; what had
    to be changed is in the notices.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of plain types only: ``int64``, ``double``, ``bool``, ``string``, ``date32`` and ``timestamp[us]``.
    batches : iterator of pyarrow.RecordBatch
        In the order of the source; read once.
    details : dict of str
        What was found out (delimiter, encoding, sheet, ...), for the lineage.
    notices : list of str
        Sentences about what had to be mended; may grow while batches are read.
    foreign_keys : list of ForeignKey
        What a database declares of the table.
    counted_references : list of CountedReference
        Foreign keys that were tested in the database.
    n_rows_there : int or None
        Rows of the table that these are a sample of.
    whole : Path or None
        A Parquet file that holds these rows already, in these types and under these names, so that it can be copied.
    """

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    details: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    counted_references: list[CountedReference] = field(default_factory=list)
    n_rows_there: int | None = None
    whole: Path | None = None

    def __post_init__(self) -> None:
        names, notices = mend_names(self.schema.names)
        self.whole = self.whole if names == self.schema.names else None
        schema = pa.schema([pa.field(*pair) for pair in zip(names, self.schema.types, strict=True)])
        given = self.batches
        self.schema, self.batches = schema, (pa.RecordBatch.from_arrays(b.columns, schema=schema) for b in given)
        self.notices.extend(notices)


Tick = Callable[[float], None]


class Source(ABC):
    """A kind of place that holds tables.

    Parameters
    ----------
    settings : CollectSettings
        `source` is set.
    tick : callable, optional
        Called again and again while reading with the share of the work that is done; raises to end the reading.
    """

    title: ClassVar[str]
    grows: ClassVar[bool] = False
    """Whether it may be written to while it is read, without harm to what was there."""

    def __init__(self, settings: CollectSettings, tick: Tick = lambda share: None) -> None:
        self.settings = settings
        self.tick = tick

    @classmethod
    @abstractmethod
    def accepts(cls, location: str) -> bool:
        """Whether this kind of source reads that location, by its looks."""

    @abstractmethod
    def read(self) -> Reading:
        """Open the source and begin to read; nothing is ever written to it.

        Raises
        ------
        SourceError
            If it is missing, empty, unreadable or refused.
        """

    def read_coded(self) -> Reading:
        """As `read`, but columns of text may come as dictionaries, where that spares work."""
        return self.read()

    def shown_location(self) -> str:
        """The location for people and lineage, without any secret."""
        return str(self.settings.source)


SOURCES: Family[Source] = Family("mlwright.data.sources", Source)


def source_for(settings: CollectSettings) -> tuple[str, type[Source]]:
    """The name and the class of the source that reads a location.

    Raises
    ------
    SourceError
        If none does.
    """
    if not settings.source:
        raise SettingsError("No source is set.", "Set collect.source in mlwright.toml, or: mlwright run sales.csv")
    for name, kind in SOURCES:
        if kind.accepts(settings.source):
            return name, kind
    shown = re.sub(r"//[^/@]*@", "//***@", settings.source)
    raise SourceRefused(
        f"No source reads {shown!r}.",
        "Download it and name the file, or name the URL of a database (postgresql://...).",
    )
