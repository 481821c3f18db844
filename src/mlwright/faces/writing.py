"""Writes tables as the files that people ask for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from mlwright.core.errors import SettingsError
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.data.sources._style import TextStyle

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


def write_tables(tables: Iterable[pa.Table], schema: pa.Schema, output: Path, style: TextStyle | None = None) -> int:
    """Write tables one after the other into one file and return the number of rows.

    The file is there only when all of it is written. A table of text may be written in the style of another file.
    """
    temporary = output.with_name(f".{output.name}.part")
    n_rows = 0
    try:
        with explain_disk_errors(output.parent):
            output.parent.mkdir(parents=True, exist_ok=True)
            with table_writer(temporary, output.suffix, schema, style) as writer:
                for table in tables:
                    writer.write_table(table)
                    n_rows += len(table)
            temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)
    return n_rows


def table_writer(path: Path, suffix: str, schema: pa.Schema, style: TextStyle | None = None) -> Any:
    """What writes tables of a schema into a file, as its suffix says."""
    from pyarrow import csv, parquet

    if suffix == ".csv":
        return csv.CSVWriter(path, schema) if style is None else _StyledWriter(path, style)
    return parquet.ParquetWriter(path, schema)


class _StyledWriter:
    """Writes rows of text in the style of another file."""

    def __init__(self, path: Path, style: TextStyle) -> None:
        self._file = open(path, "wb")
        self._style = style
        self._file.write(style.head.encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._style.is_ended:
            self._file.truncate(self._file.tell() - len(self._style.newline))
        self._file.close()

    def write_table(self, table: pa.Table) -> None:
        """Write some rows."""
        self._file.write(self._style.rows(table))
