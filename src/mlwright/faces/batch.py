"""Scores a file or a table of a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from mlwright.core.errors import SettingsError
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.data.snapshots import source_for
from mlwright.records.settings import CollectSettings

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle

WRITERS = (".csv", ".parquet")


def score_file(bundle: Bundle, source: str, query: str | None, output: Path) -> int:
    """Score every row of a source, batch by batch, and write the rows with their predictions.

    Added are ``prediction`` and, for classes, ``probability of CLASS`` for each class.

    Returns
    -------
    int
        How many rows were scored.
    """
    if output.suffix not in WRITERS:
        raise SettingsError(f"{output} ends in {output.suffix!r}.", f"Choose one of: {', '.join(WRITERS)}")
    wanted = CollectSettings(source=source, query=query)
    reading = source_for(wanted)[1](wanted).read()
    temporary = output.with_name(f".{output.name}.part")
    n_rows = 0
    try:
        with explain_disk_errors(output.parent):
            writer = None
            for batch in reading.batches:
                scored = scored_rows(bundle, pa.Table.from_batches([batch]))
                writer = writer or _writer(temporary, output.suffix, scored.schema)
                writer.write_table(scored)
                n_rows += len(scored)
            if writer is not None:
                writer.close()
                temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)
    return n_rows


def scored_rows(bundle: Bundle, rows: pa.Table) -> pa.Table:
    """The rows with their predictions beside them."""
    rows = rows.append_column("prediction", pa.array(bundle.predict(rows)))
    if bundle.classes is not None:
        for name, column in zip(bundle.classes, bundle.predict_proba(rows).T, strict=True):
            rows = rows.append_column(f"probability of {name}", pa.array(column))
    return rows


def _writer(path: Path, suffix: str, schema: pa.Schema) -> pa.parquet.ParquetWriter | pa.csv.CSVWriter:

    return pa.csv.CSVWriter(path, schema) if suffix == ".csv" else pa.parquet.ParquetWriter(path, schema)
