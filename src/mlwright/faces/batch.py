"""Scores a file or a table of a database: all of it into a file, or the first rows to look at."""

from __future__ import annotations

from collections.abc import Iterator
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

N_SHOWN = 10


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
    tables = (scored_rows(bundle, rows, level) for rows in tables_of(source, query))
    first = next(tables)
    return write_tables(chain([first], tables), first.schema, output)


def first_scored(bundle: Bundle, source: str, query: str | None, level: float | None = None) -> pa.Table:
    """The first ten rows of a source with their predictions; raises what `score_file` raises."""
    return scored_rows(bundle, next(tables_of(source, query)).slice(0, N_SHOWN), level)


def tables_of(source: str, query: str | None = None) -> Iterator[pa.Table]:
    """The rows of a source, a table for every few thousand of them; never none.

    Raises
    ------
    SourceError
        If the rows cannot be had, or there are none.
    """
    wanted = CollectSettings(source=source, query=query)
    is_empty = True
    for batch in source_for(wanted)[1](wanted).read().batches:
        if len(batch):
            is_empty = False
            yield pa.Table.from_batches([batch])
    if is_empty:
        raise SourceEmpty(f"{source} holds no rows.", "Name a source with rows.")
