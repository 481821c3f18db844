"""The training rows, loaded and encoded once for all fits."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.run import Run
from mlwright.data.compute.table import Table, open_snapshot, roles_of, train_rows
from mlwright.data.keys import split_keys
from mlwright.data.splitters import SplitKeys
from mlwright.learning.features.cleaning import cleaned_inputs, learn_input_cleaning, profile_after, with_cleaning
from mlwright.learning.features.plan import learn_plan
from mlwright.learning.features.text_time import TextTime
from mlwright.learning.load import load_of
from mlwright.learning.memory import check_memory
from mlwright.learning.models import Rows
from mlwright.learning.tasks import TASKS
from mlwright.learning.workers import workers
from mlwright.records.data import Snapshot
from mlwright.records.model import EncodingPlan
from mlwright.records.profile import Profile
from mlwright.records.settings import CleanSettings
from mlwright.records.split import LEFT_OUT, Split
from mlwright.scoring.blocks import BlockNames, Blocks
from mlwright.scoring.encoder import Encoder, names
from mlwright.scoring.model import load_encoder

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

TEXT_SHARE, LEAST_TEXT_SHARE = 0.4, 0.03
"""Of what the later stages can spare, and of the budget: what may go into texts, until all rows are read."""
ROWS_FOR_A_PLAN, ROWS_AT_ONCE = 1_000_000, 250_000


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
    plan = _plan(table.arrow(profile.roles.inputs, _some(positions, run)), profile, split, said, run)
    check_memory(len(positions), names(plan), workers(len(positions), run.n_jobs).n_fits)
    return _encoded(table, positions, plan, profile, run)


def load_with_test(snapshot: Snapshot, profile: Profile, split: Split, plan: EncodingPlan, run: Run) -> TrainingData:
    """The training rows and those of the test, encoded by a plan that is there.

    Raises
    ------
    MemoryShort
        If the encoded rows and the fits on them would not fit into memory.
    """
    table, positions = open_snapshot(snapshot, run), np.flatnonzero(roles_of(split, run) != LEFT_OUT)
    check_memory(len(positions), names(plan), workers(len(positions), run.n_jobs).n_fits)
    return _encoded(table, positions, plan, profile, run)


def encoded_in_parts(encoder: Encoder, parts: Iterable[pa.Table], n_rows: int) -> tuple[Blocks, float]:
    """The blocks of tables that follow each other, of so many rows in all, and the seconds that encoding them took.

    Never more than one part is there as it was read, in double precision.
    """
    outputs, seconds, done = encoder.names, 0.0, 0
    numbers = np.empty((n_rows, len(outputs.numbers)), dtype=np.float32)
    codes = np.empty((n_rows, len(outputs.codes)), dtype=np.int32)
    texts = []
    for part in parts:
        began = time.monotonic()
        blocks = encoder.encode(part)
        seconds += time.monotonic() - began
        numbers[done : done + len(blocks)], codes[done : done + len(blocks)] = blocks.numbers, blocks.codes
        texts += [blocks.text] if blocks.text is not None else []
        done += len(blocks)
    return Blocks(numbers, codes, _stacked(texts)), seconds


def _stacked(texts: list[csr_matrix]) -> csr_matrix | None:
    if len(texts) < 2:
        return texts[0] if texts else None
    from scipy.sparse import vstack

    return vstack(texts, format="csr")


def _some(positions: NDArray[np.int64], run: Run) -> NDArray[np.int64]:
    """The rows that the plan is learned from: all, or some where there are very many."""
    if len(positions) <= ROWS_FOR_A_PLAN:
        return positions
    rng = np.random.default_rng(run.seed_for("plan rows"))
    return positions[np.sort(rng.choice(len(positions), ROWS_FOR_A_PLAN, replace=False))]


def _encoded(
    table: Table, positions: NDArray[np.int64], plan: EncodingPlan, profile: Profile, run: Run
) -> TrainingData:
    n_rows = len(positions)
    parts = (
        table.arrow(profile.roles.inputs, positions[start : start + ROWS_AT_ONCE])
        for start in range(0, n_rows, ROWS_AT_ONCE)
    )
    blocks, seconds = encoded_in_parts(load_encoder(plan, run.get), parts, n_rows)
    row_s = seconds / max(n_rows, 1)
    target = TASKS.get(profile.roles.task)().target(
        table.arrow([profile.roles.target], positions)[profile.roles.target],
        profile.roles.classes,
        profile.target.missing_codes,
    )
    return TrainingData(plan, names(plan), Rows(blocks, target), split_keys(table, profile).take(positions), row_s)


def _text_time(inputs: pa.Table, profile: Profile, split: Split, run: Run) -> TextTime:
    """Texts get a share of what the later stages can spare, and a little whatever the time."""
    if run.clock.budget_s is None:
        return TextTime()
    spare_s = run.ahead.spare_s(load_of(0.0, profile.roles, split))
    seconds = max(TEXT_SHARE * spare_s, LEAST_TEXT_SHARE * run.clock.budget_s)
    return TextTime(seconds, paced=run.ahead.paced, rows_for_one=split.n_train / max(len(inputs), 1))


def _plan(inputs: pa.Table, profile: Profile, split: Split, said: Said, run: Run) -> EncodingPlan:
    def learn(seed: int) -> EncodingPlan:
        cleaning = learn_input_cleaning(inputs, profile, said.clean, said.kinds, seed)
        cleaned, known = cleaned_inputs(inputs, cleaning), profile_after(profile, cleaning)
        text_time = _text_time(inputs, known, split, run)
        plan, arrays = learn_plan(cleaned, known, seed, text_time)
        for sentence in text_time.sentences():
            run.note(sentence)
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
