"""Scores a file or a table of a database: all of it into a file, or the first rows to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import pyarrow as pa

from mlwright.core.errors import SourceEmpty
from mlwright.data.sources import Reading, source_for
from mlwright.faces.writing import refuse_suffix, write_tables
from mlwright.records.settings import CollectSettings
from mlwright.scoring.unread import unread_values
from mlwright.shipping.scored import scored_rows

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle

N_SHOWN = 10


class FileScored(NamedTuple):
    """What was scored into a file.

    Parameters
    ----------
    n_rows : int
    unread : dict
        By input, how many values were there but could not be read.
    notices : list of str
        What was changed to read the source.
    """

    n_rows: int
    unread: dict[str, int]
    notices: list[str]


def score_file(bundle: Bundle, source: str, query: str | None, output: Path, level: float | None = None) -> FileScored:
    """Score every row of a source, batch by batch, and write the rows with their predictions.

    What is added to the rows: see `shipping.scored`. A file is there only when all of it is written.

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
    unread = Counter[str]()
    reading = _reading(source, query, bundle.manifest.lineage.decimal)

    def tables() -> Iterator[pa.Table]:
        for rows in _tables(reading, source):
            yield scored_rows(bundle, rows, level)
            unread.update(unread_values(bundle.model.encoder, rows))

    scored = tables()
    first = next(scored)
    n_rows = write_tables(chain([first], scored), first.schema, output)
    return FileScored(n_rows, dict(unread), reading.notices)


def unread_told(unread: Mapping[str, int], n_rows: int, source: str, model: str) -> str:
    """A line for each input of which values could not be read, and what to do; empty if there are none."""
    if not unread:
        return ""
    lines = [
        f"{name}: {n:,} of {n_rows:,} values could not be read and were taken as missing."
        for name, n in sorted(unread.items(), key=lambda item: -item[1])
    ]
    return "\n".join([*lines, f"  -> mlwright check {source} --against {model}   (what is wrong with it)"])


def first_scored(bundle: Bundle, source: str, query: str | None, level: float | None = None) -> pa.Table:
    """The first ten rows of a source with their predictions; raises what `score_file` raises."""
    return scored_rows(bundle, next(tables_of(bundle, source, query)).slice(0, N_SHOWN), level)


def tables_of(bundle: Bundle, source: str, query: str | None = None) -> Iterator[pa.Table]:
    """The rows of a source for a model, a table for every few thousand of them; never none.

    Raises
    ------
    SourceError
        If the rows cannot be had, or there are none.
    """
    return _tables(_reading(source, query, bundle.manifest.lineage.decimal), source)


def _reading(source: str, query: str | None, decimal: Literal[".", ","] | None) -> Reading:
    wanted = CollectSettings(source=source, query=query, decimal=decimal)
    return source_for(wanted)[1](wanted).read()


def _tables(reading: Reading, source: str) -> Iterator[pa.Table]:
    is_empty = True
    for batch in reading.batches:
        if len(batch):
            is_empty = False
            yield pa.Table.from_batches([batch])
    if is_empty:
        raise SourceEmpty(f"{source} holds no rows.", "Name a source with rows.")
