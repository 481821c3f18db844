"""True outcomes from a file, added to the log of a service."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.core.errors import StorageError, TableError, name_list
from mlwright.data.sources import Reading, source_for
from mlwright.data.sources.prediction_log import answered_ids, facts_of
from mlwright.records.served import AT, ID, OUTCOME, OUTCOMES, SEALED
from mlwright.records.settings import CollectSettings
from mlwright.scoring.outcomes import is_answerable
from mlwright.scoring.spelling import canonical_array


class Reported(NamedTuple):
    """How many outcomes were added, and what became of them.

    Parameters
    ----------
    n_outcomes : int
        Rows with an id.
    n_known : int
        Those of answers that the log holds.
    n_odd : int
        Those that no model could have answered: they are kept, and no model is measured on them.
    odd : tuple of str
        The different ones among these.
    classes : tuple of str
        What the model answers; empty for numbers.
    """

    n_outcomes: int
    n_known: int
    n_odd: int
    odd: tuple[str, ...]
    classes: tuple[str, ...]


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
    facts, known = facts_of(log), answered_ids(log)
    _, kind = source_for(CollectSettings(source=location))
    ids, outcomes = _pairs(kind(CollectSettings(source=location)).read(), id_column, outcome_column)
    if not ids:
        raise TableError(f"{location} holds no row with an id.", f"Fill the column {id_column!r}.")
    moments = pa.array([round(time.time() * 1e6)] * len(ids), pa.timestamp("us", tz="UTC"))
    table = pa.table({ID: pa.array(ids, pa.string()), AT: moments, OUTCOME: pa.array(outcomes, pa.string())})
    _write(table, log / OUTCOMES)
    odd = [outcome for outcome in outcomes if outcome is not None and not is_answerable(outcome, facts.classes)]
    n_known = sum(one in known for one in ids)
    return Reported(len(ids), n_known, len(odd), tuple(dict.fromkeys(odd)), facts.classes)


def _pairs(reading: Reading, id_column: str, outcome_column: str) -> tuple[list[str], list[str | None]]:
    wanted = [id_column, outcome_column]
    if lacking := [name for name in wanted if name not in reading.schema.names]:
        raise TableError(
            f"The table has no column {name_list([repr(name) for name in lacking])}; it has "
            f"{name_list(reading.schema.names)}.",
            "Say which columns hold the ids and the outcomes: --id COLUMN --outcome COLUMN",
        )
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
