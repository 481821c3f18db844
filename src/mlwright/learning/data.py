"""The training rows, loaded and encoded once for all fits."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.run import Run
from mlwright.data.compute.table import Table, open_snapshot, roles_of, train_rows
from mlwright.data.keys import split_keys
from mlwright.data.splitters import SplitKeys
from mlwright.learning.features.cleaning import cleaned_inputs, learn_input_cleaning, profile_after, with_cleaning
from mlwright.learning.features.plan import learn_plan
from mlwright.learning.memory import check_memory
from mlwright.learning.models import Rows
from mlwright.learning.tasks import TASKS
from mlwright.learning.workers import workers
from mlwright.records.data import Snapshot
from mlwright.records.model import EncodingPlan
from mlwright.records.profile import Profile
from mlwright.records.settings import CleanSettings
from mlwright.records.split import LEFT_OUT, Split
from mlwright.scoring.blocks import BlockNames
from mlwright.scoring.encoder import names
from mlwright.scoring.model import load_encoder


@dataclass(frozen=True)
class TrainingData:
    """What fits learn from.

    Parameters
    ----------
    plan : EncodingPlan
    names : BlockNames
    rows : Rows
        Encoded, in the order of the snapshot.
    keys : SplitKeys
        Classes, groups and times of the same rows.
    row_s : float
        Seconds to encode one row.
    """

    plan: EncodingPlan
    names: BlockNames
    rows: Rows
    keys: SplitKeys
    row_s: float

    def class_counts(self, n_classes: int) -> NDArray[np.int64]:
        """Rows of each class, in the order of the classes."""
        return np.bincount(self.rows.target.astype(np.int64), minlength=n_classes)


@dataclass(frozen=True)
class Said:
    """What a person said about the inputs.

    Parameters
    ----------
    clean : CleanSettings
    kinds : collection of str
        Columns of which the kind was said.
    """

    clean: CleanSettings
    kinds: Collection[str]


def load_training(snapshot: Snapshot, profile: Profile, split: Split, said: Said, run: Run) -> TrainingData:
    """Read the training rows, learn the plan from them and encode them.

    Raises
    ------
    MemoryShort
        If the encoded rows and the fits on them would not fit into memory.
    """
    table, positions = open_snapshot(snapshot, run), train_rows(split, run)
    inputs = table.arrow(profile.roles.inputs, positions)
    plan = _plan(inputs, profile, split, said, run)
    check_memory(len(positions), names(plan), workers(len(positions), run.n_jobs).n_fits)
    return _encoded(table, positions, inputs, plan, profile, run)


def load_with_test(snapshot: Snapshot, profile: Profile, split: Split, plan: EncodingPlan, run: Run) -> TrainingData:
    """The training rows and those of the test, encoded by a plan that is there.

    Raises
    ------
    MemoryShort
        If the encoded rows and the fits on them would not fit into memory.
    """
    table, positions = open_snapshot(snapshot, run), np.flatnonzero(roles_of(split, run) != LEFT_OUT)
    check_memory(len(positions), names(plan), workers(len(positions), run.n_jobs).n_fits)
    return _encoded(table, positions, table.arrow(profile.roles.inputs, positions), plan, profile, run)


def _encoded(
    table: Table, positions: NDArray[np.int64], inputs: pa.Table, plan: EncodingPlan, profile: Profile, run: Run
) -> TrainingData:
    began = time.monotonic()
    blocks = load_encoder(plan, run.get).encode(inputs)
    row_s = (time.monotonic() - began) / max(len(positions), 1)
    target = TASKS.get(profile.roles.task)().target(
        table.arrow([profile.roles.target], positions)[profile.roles.target],
        profile.roles.classes,
        profile.target.missing_codes,
    )
    return TrainingData(plan, names(plan), Rows(blocks, target), split_keys(table, profile).take(positions), row_s)


def _plan(inputs: pa.Table, profile: Profile, split: Split, said: Said, run: Run) -> EncodingPlan:
    def learn(seed: int) -> EncodingPlan:
        cleaning = learn_input_cleaning(inputs, profile, said.clean, said.kinds, seed)
        cleaned, known = cleaned_inputs(inputs, cleaning), profile_after(profile, cleaning)
        plan, arrays = learn_plan(cleaned, known, seed)
        if plan.arrays is not None:
            run.put(arrays)
        encoding = with_cleaning(plan, cleaning)
        for step in encoding.cleaning.steps if encoding.cleaning else ():
            run.note(f"Cleaned, here and in every request: {step.column}. {step.reason}")
        return encoding

    seed = run.seed_for("plan")
    kept = run.each([seed], learn, kind=EncodingPlan, key=lambda _: "plan", label=lambda _: "how rows become numbers")
    assert kept[0] is not None
    return kept[0]
