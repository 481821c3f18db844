"""True outcomes from a file, added to the log of a service."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.core.errors import StorageError, TableError
from mlwright.data.sources import Reading, source_for
from mlwright.data.sources.prediction_log import answered_ids
from mlwright.records.served import AT, ID, OUTCOME, OUTCOMES, SEALED
from mlwright.records.settings import CollectSettings
from mlwright.scoring.columns import missing_columns
from mlwright.scoring.spelling import canonical_array


class Reported(NamedTuple):
    """How many outcomes were added, and how many of them belong to answers that the log holds."""

    n_outcomes: int
    n_known: int


def report_outcomes(log: Path, location: str, *, id_column: str = "id", outcome_column: str = "outcome") -> Reported:
    """Add the outcomes of a table to a log; the last report of an answer counts.

    Parameters
    ----------
    log : Path
        The folder of the log.
    location : str
        Where the table is: a file or a database.
    id_column, outcome_column : str
        Its columns.

    Raises
    ------
    SourceError
        If the table or the log cannot be read.
    TableError
        If the table lacks a column.
    StorageError
        If the log cannot be written.
    """
    known = answered_ids(log)
    _, kind = source_for(CollectSettings(source=location))
    ids, outcomes = _pairs(kind(CollectSettings(source=location)).read(), id_column, outcome_column)
    if not ids:
        raise TableError(f"{location} holds no row with an id.", f"Fill the column {id_column!r}.")
    moments = pa.array([round(time.time() * 1e6)] * len(ids), pa.timestamp("us", tz="UTC"))
    table = pa.table({ID: pa.array(ids, pa.string()), AT: moments, OUTCOME: pa.array(outcomes, pa.string())})
    _write(table, log / OUTCOMES)
    return Reported(len(ids), sum(one in known for one in ids))


def _pairs(reading: Reading, id_column: str, outcome_column: str) -> tuple[list[str], list[str | None]]:
    wanted = [id_column, outcome_column]
    if not set(wanted) <= set(reading.schema.names):
        raise missing_columns(wanted, reading.schema.names)
    ids: list[str] = []
    outcomes: list[str | None] = []
    for batch in reading.batches:
        pairs = zip(*(canonical_array(batch.column(name)).tolist() for name in wanted), strict=True)
        for one, outcome in pairs:
            if one is not None:
                ids.append(one)
                outcomes.append(outcome)
    return ids, outcomes


def _write(table: pa.Table, folder: Path) -> None:
    name = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{uuid.uuid4().hex[:12]}"
    draft = folder / f"{name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, draft, compression="zstd")
        os.replace(draft, folder / f"{name}{SEALED}")
    except OSError as error:
        raise StorageError(f"{folder} cannot be written ({error.strerror}).", "Mend that, and report again.") from None
