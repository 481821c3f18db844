"""Scores a file or a table of a database."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from mlwright.core.errors import SourceEmpty
from mlwright.data.sources import source_for
from mlwright.faces.writing import refuse_suffix, write_tables
from mlwright.records.settings import CollectSettings
from mlwright.shipping.scored import scored_rows

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle


def score_file(bundle: Bundle, source: str, query: str | None, output: Path, level: float | None = None) -> int:
    """Score every row of a source, batch by batch, and write the rows with their predictions.

    What is added to the rows: see `shipping.scored`. A file is there only when all of it is written.

    Returns
    -------
    int
        How many rows were scored.

    Raises
    ------
    SettingsError
        If the name of the output does not say how it is to be written.
    SourceError
        If the rows cannot be had.
    TableError
        If columns are missing.
    """
    refuse_suffix(output)
    wanted = CollectSettings(source=source, query=query)
    reading = source_for(wanted)[1](wanted).read()
    tables = (scored_rows(bundle, pa.Table.from_batches([batch]), level) for batch in reading.batches)
    first = next(tables, None)
    if first is None:
        raise SourceEmpty(f"{source} holds no rows.", "Name a source with rows.")
    return write_tables(chain([first], tables), first.schema, output)
