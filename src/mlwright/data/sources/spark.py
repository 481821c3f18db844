"""Spark: files that it reads, tables of its catalog, or a Spark Connect server; only a sample is fetched."""

from __future__ import annotations

import os
from typing import ClassVar

import pyarrow as pa

from mlwright.core.errors import SourceEmpty
from mlwright.data.sources import Reading, Source
from mlwright.data.sources._plain import plain_type, to_plain
from mlwright.data.sources._spark import explained, is_spark, open_session, read_frame, shown_location
from mlwright.data.sources._spark_columns import plain_frame, some_rows

SAMPLE_ROWS = 200_000
"""Of larger tables about so many rows are fetched, unless ``collect.sample_rows`` says otherwise."""


class Spark(Source):
    """A table that Spark reads and computes; PySpark is imported where it is used."""

    title: ClassVar[str] = "Spark (files, catalog, Spark Connect)"

    @classmethod
    def accepts(cls, location: str) -> bool:
        """Whether it begins with ``spark:`` or ``sc://``."""
        return is_spark(location)

    def read(self) -> Reading:
        """Count the rows in Spark, and fetch them or, of a large table, a sample of them."""
        where = str(self.settings.source)
        session = open_session(where, os.environ)
        frame, notices = plain_frame(read_frame(session, where, self.settings.query), self.shown_location())
        wanted = self.settings.sample_rows or SAMPLE_ROWS
        self.tick(0.0)
        with explained(where):
            n_rows = frame.count()
            if not n_rows:
                raise SourceEmpty(f"{self.shown_location()} holds no rows.", "Name a table with rows.")
            is_large = n_rows > wanted
            self.tick(0.0)
            table = (some_rows(frame, wanted / n_rows) if is_large else frame).toArrow()
        schema = pa.schema([pa.field(field.name, plain_type(field.type)) for field in table.schema])
        batches = (
            pa.RecordBatch.from_arrays(
                [to_plain(column, kind) for column, kind in zip(batch.columns, schema.types, strict=True)],
                schema=schema,
            )
            for batch in table.to_batches()
        )
        details = {"engine": f"Spark {session.version}"}
        return Reading(schema, batches, details, notices, n_rows_there=n_rows if is_large else None)

    def shown_location(self) -> str:
        """The location without any secret."""
        return shown_location(str(self.settings.source))
