"""The rows that were set aside: their inputs, how they hang together, and what models said of them.

Nothing here reads the target; that is for `evaluate` alone, which keeps it in a blob for the stages that judge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.run import Run
from mlwright.data.columns import Rows
from mlwright.data.compute.table import open_snapshot, roles_of
from mlwright.data.date_parts import moment_parts, ranks
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import Evaluation
from mlwright.records.profile import Profile
from mlwright.records.split import TEST, TRAIN, Split
from mlwright.statistics.sampling import Sampling, Strata, block_length

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Unseen:
    """Rows that were set aside, without their target.

    Parameters
    ----------
    positions : array of int, shape (n_rows,)
        Places in the snapshot, rising.
    table : pyarrow.Table
        The inputs, and the columns of time and group.
    profile : Profile
    split : Split
    """

    positions: Places
    table: pa.Table
    profile: Profile
    split: Split

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def rows(self) -> Rows:
        """The same rows, column by column."""
        return Rows(self.profile, self.positions, self.table, seed=0)

    def take(self, places: Places) -> Unseen:
        """Some of these rows."""
        return Unseen(self.positions[places], self.table.take(pa.array(places)), self.profile, self.split)

    def sampling(self, loss: Array, target: Array | None = None) -> Sampling:
        """How these rows were drawn: one by one, class by class, in groups, or in stretches of time.

        Parameters
        ----------
        loss : array, shape (n_rows,)
            Of the model: where neighbours in time lose alike, they are drawn as one.
        target : array, shape (n_rows,), optional
            Class places, where these are all rows of a test that may have been drawn class by class.
        """
        roles = self.profile.roles
        if roles.time is None and self.split.method == "by_time":
            parts = moment_parts(self.profile)
            order = np.argsort(ranks(self.rows, parts), kind="stable") if parts else np.arange(len(self))
            return Sampling(len(self), order=order, block=block_length(loss[order]))
        if roles.time is not None and (self.split.method == "by_time" or roles.group is None):
            moments = self.rows.numbers(roles.time)
            order = np.argsort(np.where(np.isnan(moments), -np.inf, moments), kind="stable")
            return Sampling(len(self), order=order, block=block_length(loss[order]))
        if roles.group is not None:
            return Sampling(len(self), groups=_own_group_where_missing(self.rows.levels(roles.group).places))
        return Sampling(len(self), strata=None if target is None else self._strata(target))

    def _strata(self, target: Array) -> Strata | None:
        if self.split.method != "stratified" or len(self) != self.split.n_test:
            return None
        places, learned = target.astype(np.int64), np.array(self.split.train_by_class, dtype=np.float64)
        return Strata(places, learned + np.bincount(places, minlength=len(learned)))


def open_unseen(
    snapshot: Snapshot, profile: Profile, split: Split, run: Run, evaluation: Evaluation | None = None
) -> Unseen:
    """The rows that were set aside; where none was, the training rows, or those of them that were evaluated."""
    positions = np.flatnonzero(roles_of(split, run) == (TEST if split.n_test else TRAIN))
    if evaluation is not None and evaluation.positions:
        positions = np.frombuffer(run.get(evaluation.positions), dtype=np.int64)
    roles = profile.roles
    keys = [name for name in (roles.time, roles.group) if name is not None]
    columns = list(dict.fromkeys([*roles.inputs, *keys]))
    return Unseen(positions, open_snapshot(snapshot, run).arrow(columns, positions), profile, split)


def keep_scores(scores: Array, run: Run) -> str:
    """Keep what a model said, shape (n_rows, n_outputs), and return the blob's name."""
    return run.put(scores.astype(np.float32).tobytes())


def kept_scores(blob: str, n_rows: int, run: Run) -> Array:
    """What `keep_scores` kept, shape (n_rows, n_outputs)."""
    return np.frombuffer(run.get(blob), dtype=np.float32).reshape(n_rows, -1).astype(np.float64)


def kept_target(blob: str, run: Run) -> Array:
    """The target that `evaluate` kept, shape (n_rows,)."""
    return np.frombuffer(run.get(blob), dtype=np.float64)


def _own_group_where_missing(places: Places) -> Places:
    return np.where(places < 0, -1 - np.arange(len(places)), places)
