"""Scored rows as one CSV file, or as a new table of a database: there whole, or not at all.

The parts of the job (see `scoring_job`) lie in a folder beside the file until all are made; then they become the file
under another name, which is renamed, or the table in one transaction. A job that is killed before goes on where it
was; a kill in between is told by a mark in the folder, which says that the table, if it is there, is ours.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from mlwright.core.errors import SettingsError, StorageError
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.data.sources.sql import Sql
from mlwright.shipping.scored_table import NewTable
from mlwright.shipping.scoring_folder import parts_of
from mlwright.shipping.scoring_job import Job, Scored, score

PARTS: Final = ".parts"
MARK: Final = "part-table.begun"
"""Its name begins as those of parts do, so that the job knows it for its own."""


def score_into(job: Job, output: str, table: str | None = None) -> Scored:
    """Score every row of a source into a folder of Parquet files, a CSV file, or a table of a database.

    Parameters
    ----------
    job : Job
    output : str
        A folder; a file if its name ends in ``.csv``; the URL of a database.
    table : str, optional
        The name of the new table, for a database.

    Raises
    ------
    SettingsError
        If a database is named without a table, or a table without a database.
    StorageError
        If the file or the table is there already, or cannot be written.
    SourceError, TableError
        As in `scoring_job.score`.
    """
    is_database = Sql.accepts(output)
    if is_database != (table is not None):
        found = "--output names a database, but no table" if is_database else "--table is for databases only"
        raise SettingsError(f"{found}.", "Like this:  -o sqlite:///shop.db --table scored_customers")
    if not is_database and not output.endswith(".csv"):
        return score(job, Path(output))
    folder = Path(f"{output}{PARTS}" if table is None else f"{table}-{_short(output)}{PARTS}")
    deliver = _to_csv(Path(output), folder) if table is None else _to_table(NewTable(output, table), folder)
    done = score(job, folder)
    with explain_disk_errors(folder):
        deliver(done)
        shutil.rmtree(folder)
    return done.model_copy(update={"folder": output if table is None else f"table {table}"})


def _short(output: str) -> str:
    return hashlib.sha256(output.encode()).hexdigest()[:8]


def _to_csv(path: Path, folder: Path) -> Callable[[Scored], None]:
    """What turns the parts into a file; refuses one that is there, unless its parts are there too."""
    if path.exists() and not folder.exists():
        raise StorageError(f"{path} is there already.", "Name another file, or remove it to score again.")

    def deliver(done: Scored) -> None:
        draft = path.with_name(f".{path.name}.part")
        paths = parts_of(folder)
        style = pa_csv.WriteOptions(quoting_style="needed")
        with open(draft, "wb") as file:
            with pa_csv.CSVWriter(file, pq.read_schema(paths[0]), write_options=style) as writer:
                for each in paths:
                    writer.write_table(_without_nan(pq.read_table(each)))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    return deliver


def _without_nan(table: pa.Table) -> pa.Table:
    """A number that is none as an empty cell, which every reader of CSV takes for missing."""
    for place, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            values = table.column(place).combine_chunks()
            numbers = values.to_numpy(zero_copy_only=False)
            table = table.set_column(place, field, pa.array(numbers, field.type, from_pandas=True))
    return table


def _to_table(table: NewTable, folder: Path) -> Callable[[Scored], None]:
    """What turns the parts into a table; refuses one that is there, unless it was made of these parts."""
    mark = folder / MARK
    if not mark.exists() and table.n_rows() is not None:
        raise StorageError(f"{table} is there already.", "Name another table, or drop it to score again.")

    def deliver(done: Scored) -> None:
        mark.touch()
        if table.n_rows() is None:
            table.fill(parts_of(folder))
        if (there := table.n_rows()) != done.n_rows:
            raise StorageError(
                f"{table} has {there or 0:,} rows; {done.n_rows:,} were scored. Somebody else writes to it.",
                "Name another table.",
            )

    return deliver
