"""Writes tables as the files that people ask for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from mlwright.core.errors import SettingsError
from mlwright.core.store.blobs import explain_disk_errors

WRITERS = (".csv", ".parquet")


def refuse_suffix(output: Path) -> None:
    """See that a table can be written under this name.

    Raises
    ------
    SettingsError
        If the name does not say how.
    """
    if output.suffix not in WRITERS:
        raise SettingsError(f"{output} ends in {output.suffix!r}.", f"Choose one of: {', '.join(WRITERS)}")


def write_tables(tables: Iterable[pa.Table], schema: pa.Schema, output: Path) -> int:
    """Write tables one after the other into one file and return the number of rows.

    The file is there only when all of it is written.
    """
    temporary = output.with_name(f".{output.name}.part")
    n_rows = 0
    try:
        with explain_disk_errors(output.parent):
            output.parent.mkdir(parents=True, exist_ok=True)
            with table_writer(temporary, output.suffix, schema) as writer:
                for table in tables:
                    writer.write_table(table)
                    n_rows += len(table)
            temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)
    return n_rows


def table_writer(path: Path, suffix: str, schema: pa.Schema) -> Any:
    """What writes tables of a schema into a file, as its suffix says; Arrow's own writer."""
    from pyarrow import csv, parquet

    return csv.CSVWriter(path, schema) if suffix == ".csv" else parquet.ParquetWriter(path, schema)
