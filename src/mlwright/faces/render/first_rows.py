"""The first rows of the data as they are, for the exploration page."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mlwright.core.history import RunState
from mlwright.core.run import Clock, Run
from mlwright.data.compute.table import open_snapshot, train_rows
from mlwright.data.words import shortened
from mlwright.project import Project
from mlwright.records.data import Snapshot
from mlwright.records.split import Split

N_ROWS, N_COLUMNS, LONGEST = 8, 40, 40


class FirstRows(NamedTuple):
    """Some rows as text: None where a value is missing."""

    columns: list[str]
    rows: list[list[str | None]]


def first_rows(project: Project, state: RunState, snapshot: Snapshot, split: Split) -> FirstRows:
    """The first training rows and the first columns; no row of the test is shown."""
    run = Run(state.run_id, project.store, Clock(project.store.run_folder(state.run_id) / "cancel", None))
    names = [field.name for field in snapshot.fields[:N_COLUMNS]]
    positions = train_rows(split, run)[:N_ROWS].astype(np.int64)
    table = open_snapshot(snapshot, run).arrow(names, positions)
    return FirstRows(names, [[_told(value) for value in row.values()] for row in table.to_pylist()])


def _told(value: object) -> str | None:
    return None if value is None else shortened(str(value), LONGEST)
