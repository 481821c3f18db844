"""A table of rows before, or what is known of it, and a table of new rows."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.core.run import Run
from mlwright.data.compute.lots import each_column
from mlwright.data.compute.table import Table, open_snapshot
from mlwright.data.drifts import Reference
from mlwright.data.two_tables.arrived import Arrived, arrived
from mlwright.data.two_tables.reference import reference_of
from mlwright.records.contract import Clause
from mlwright.records.data import Snapshot
from mlwright.records.delivery import Promise
from mlwright.statistics.several import holm

STRONG = 0.1
"""An input is strong from this share of the strongest input's importance on; all are where that is not known."""


class Move(NamedTuple):
    """How far a column drifted, by the test that says most.

    Parameters
    ----------
    chance : float
        Of a shift like this if nothing has changed, over all columns and tests together (Holm).
    size : float
        The share of the rows that would have to change their value to undo it.
    sentence : str
    """

    chance: float
    size: float
    sentence: str


class Earlier(NamedTuple):
    """New data that was looked at before, and the file that holds it."""

    snapshot: Snapshot
    path: Path


class TwoTables:
    """What a delivery check may know.

    Parameters
    ----------
    promise : Promise
    snapshot : Snapshot
        The new rows.
    now : Table
        The new rows, open for questions.
    then : Table or None
        The rows before, where they are at hand.
    seed : int
        What random choices start from.
    earlier : tuple of Earlier
        Deliveries before this one, oldest first.
    """

    def __init__(
        self,
        promise: Promise,
        snapshot: Snapshot,
        now: Table,
        then: Table | None,
        *,
        seed: int = 0,
        earlier: tuple[Earlier, ...] = (),
    ) -> None:
        self.promise = promise
        self.contract = promise.contract
        self.snapshot = snapshot
        self.now = now
        self._then = then
        self.seed = seed
        self.earlier = earlier
        self._profiles = {column.name: column for column in promise.columns}

    @property
    def n_then(self) -> int:
        """Rows that the contract was learned from."""
        return self.contract.n_rows

    @property
    def n_now(self) -> int:
        """New rows."""
        return self.snapshot.n_rows

    @property
    def then(self) -> Table:
        """The rows before; `NotApplicable` where there are only figures of them."""
        if self._then is None:
            raise NotApplicable("a bundle holds figures of the rows that it learned from, not the rows")
        return self._then

    @cached_property
    def common(self) -> tuple[Clause, ...]:
        """The clauses of the columns that both tables have."""
        names = set(self.snapshot.column_names)
        return tuple(clause for clause in self.contract.columns if clause.name in names)

    @cached_property
    def lost(self) -> tuple[Clause, ...]:
        """The clauses of the columns that the new table lacks."""
        names = set(self.snapshot.column_names)
        return tuple(clause for clause in self.contract.columns if clause.name not in names)

    @cached_property
    def new(self) -> tuple[str, ...]:
        """The columns that only the new table has."""
        names = set(self.contract.names)
        return tuple(name for name in self.snapshot.column_names if name not in names)

    @cached_property
    def type_now(self) -> dict[str, str]:
        """How each column of the new table is stored."""
        return {field.name: field.type for field in self.snapshot.fields}

    def column(self, clause: Clause) -> Arrived:
        """A column of the new table; all are looked at once, for all who ask."""
        return self._arrived[clause.name]

    @cached_property
    def _arrived(self) -> dict[str, Arrived]:
        clauses = {clause.name: clause for clause in self.common}
        return {
            name: arrived(values, clauses[name], self.reference(clauses[name]))
            for name, values in each_column(self.now, list(clauses))
        }

    def reference(self, clause: Clause) -> Reference | None:
        """What is known of a column of the rows before."""
        profile = self._profiles.get(clause.name)
        return None if profile is None else reference_of(profile, clause, self.n_then)

    def is_strong(self, name: str) -> bool:
        """Whether the model makes much of a column."""
        importance = self.promise.importance
        return not importance or importance.get(name, 0.0) >= STRONG * max(importance.values())

    @cached_property
    def moves(self) -> dict[str, Move]:
        """How far each input and the target drifted, missing values left out; chances are corrected over all."""
        clauses = [clause for clause in self.common if clause.part != "other"]
        found = [
            (clause.name, shift)
            for clause in clauses
            for test, shift in self.column(clause).shifts.items()
            if test != "missing_share"
        ]
        chances = holm(np.array([shift.p_value for _, shift in found]))
        return {
            name: Move(float(chance), shift.size, shift.sentence)
            for (name, shift), chance in zip(found, chances, strict=True)
        }


def open_two(promise: Promise, snapshot: Snapshot, run: Run) -> TwoTables:
    """The two tables, open for questions."""
    then = None if promise.snapshot is None else open_snapshot(promise.snapshot, run)
    earlier = tuple(Earlier(each, run.path(each.blob)) for each in promise.earlier)
    seed = run.seed_for("two tables")
    return TwoTables(promise, snapshot, open_snapshot(snapshot, run), then, seed=seed, earlier=earlier)
