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

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle


def score_file(bundle: Bundle, source: str, query: str | None, output: Path, level: float | None = None) -> int:
    """Score every row of a source, batch by batch, and write the rows with their predictions.

    Added are ``prediction`` and, for classes, ``probability of CLASS`` for each class; columns that have these names
    already are replaced. With a `level` also ``prediction low`` and ``prediction high``, or for classes ``possible``,
    which names those that cannot be ruled out; and ``unlike anything seen``, which says why if a row is. A file is
    there only when all of it is written.

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


def scored_rows(bundle: Bundle, rows: pa.Table, level: float | None = None) -> pa.Table:
    """The rows with their predictions beside them."""
    added = {"prediction": pa.array(bundle.predict(rows))}
    if bundle.classes is not None:
        for name, column in zip(bundle.classes, bundle.predict_proba(rows).T, strict=True):
            added[f"probability of {name}"] = pa.array(column)
    if level is not None:
        added |= _around(bundle, rows, level)
    kept = rows.drop_columns([name for name in added if name in rows.column_names])
    for name, values in added.items():
        kept = kept.append_column(name, values)
    return kept


def _around(bundle: Bundle, rows: pa.Table, level: float) -> dict[str, pa.Array]:
    """What surrounds each answer."""
    unlike = {"unlike anything seen": pa.array(bundle.unlike(rows))}
    if bundle.classes is None:
        low, high = bundle.predict_interval(rows, level).T
        return {"prediction low": pa.array(low), "prediction high": pa.array(high), **unlike}
    possible = [" or ".join(map(str, names)) for names in bundle.predict_set(rows, level)]
    return {"possible": pa.array(possible), **unlike}
