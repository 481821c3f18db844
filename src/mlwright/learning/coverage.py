"""Intervals and sets on the test rows: learned from out-of-fold answers, and how often they hold there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.run import Run
from mlwright.data.compute.table import open_snapshot, train_rows
from mlwright.data.words import shortened
from mlwright.learning.segments import parts_of
from mlwright.learning.tasks import TASKS
from mlwright.learning.uncertainty import FEWEST_ROWS, learn_familiar, learn_intervals, learn_sets, often_new, passing
from mlwright.learning.unseen import Unseen
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import Coverage
from mlwright.records.model import ModelSpec
from mlwright.records.profile import Profile
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.records.uncertainty import Uncertainty
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.model import load_encoder
from mlwright.scoring.uncertain import Uncertain
from mlwright.statistics.means import share_estimate
from mlwright.statistics.sampling import Draws

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

FEWEST_LEARNED, MOST_LEARNED = 2_000, 50_000
"""Training rows from which it is learned how far off answers are."""
ROWS_OF_A_PART = 30


class _Part(NamedTuple):
    """Some rows, and what they have in common."""

    name: str
    rows: Mask


class Learned(NamedTuple):
    """What was learned, what it is worth by level, and the share of test rows that are unlike anything seen."""

    uncertainty: Uncertainty | None = None
    coverage: tuple[Coverage, ...] = ()
    unlike_share: float | None = None


def learn_uncertainty(
    snapshot: Snapshot,
    profile: Profile,
    split: Split,
    training: Training,
    run: Run,
    most_rows: int = MOST_LEARNED,
) -> Uncertainty | None:
    """Intervals or sets from the out-of-fold answers to the training rows, `most_rows` of them at most.

    None where fewer than 50 rows were answered.
    """
    if not training.out_of_fold:
        return None
    positions, roles = train_rows(split, run), profile.roles
    said = np.frombuffer(run.get(training.out_of_fold), dtype=np.float32).reshape(len(positions), -1)
    rows = np.flatnonzero(np.isfinite(said).all(axis=1))
    if len(rows) < FEWEST_ROWS:
        return None
    rng = np.random.default_rng(run.seed_for("uncertainty", "rows"))
    rows = np.sort(rng.permutation(rows)[:most_rows])
    table = open_snapshot(snapshot, run).arrow([*roles.inputs, roles.target], positions[rows])
    target = TASKS.get(roles.task)().target(table[roles.target], roles.classes, profile.target.missing_codes)
    blocks = load_encoder(training.model.plan, run.get).encode(table)
    seed, answers = run.seed_for("uncertainty"), said[rows].astype(np.float64)
    if roles.task == "regression":
        found = learn_intervals(target, answers[:, 0], blocks, seed)
    else:
        found = learn_sets(target, spread(answers), blocks)
    plan = training.model.plan
    familiar = learn_familiar(blocks, seed, passing(plan)).model_copy(update={"often_new": often_new(plan, blocks)})
    return found.model_copy(update={"familiar": familiar})


def rows_in(seconds: float, row_s: float) -> int:
    """How many rows there is time to learn from, beyond the fewest.

    >>> rows_in(2.0, 1e-4), rows_in(-1.0, 1e-4), rows_in(float("inf"), 1e-4), rows_in(9.0, 0.0)
    (22000, 2000, 50000, 50000)
    """
    if seconds >= (MOST_LEARNED - FEWEST_LEARNED) * row_s:
        return MOST_LEARNED
    return FEWEST_LEARNED + int(max(seconds, 0.0) / row_s)


def spread(scores: Array) -> Array:
    """Probabilities of all classes; of two the first is what the second is not."""
    return np.hstack([1.0 - scores, scores]) if scores.shape[1] == 1 else scores


def measured(
    found: Uncertainty | None, spec: ModelSpec, unseen: Unseen, target: Array, scores: Array, draws: Draws, run: Run
) -> Learned:
    """What intervals and sets are worth on the test rows.

    Parameters
    ----------
    found : Uncertainty or None
    spec : ModelSpec
    unseen : Unseen
        The test rows.
    target, scores : array
        Their truth, and what the model said.
    draws : Draws
    run : Run
    """
    if found is None:
        return Learned()
    blocks = load_encoder(spec.plan, run.get).encode(unseen.table)
    uncertain = Uncertain(found, spec.plan)
    unlike = float(np.mean([bool(why) for why in uncertain.unlike(blocks)]))
    seed = run.seed_for("coverage")
    coverage = [_coverage(level, uncertain, blocks, unseen, target, scores, draws, seed) for level in found.levels]
    return Learned(found, tuple(coverage), unlike)


def _coverage(
    level: float,
    uncertain: Uncertain,
    blocks: Blocks,
    unseen: Unseen,
    target: Array,
    scores: Array,
    draws: Draws,
    seed: int,
) -> Coverage:
    held, sizes = held_and_sizes(level, uncertain, blocks, target, scores)
    found = Coverage(level=level, held=share_estimate(held, draws), size=float(sizes.mean()))
    if len(held) < 2 * ROWS_OF_A_PART:
        return found
    chosen = np.random.default_rng(seed).random(len(held)) < 0.5
    parts = [
        part for part in _parts(unseen, target) if min(part[1][chosen].sum(), part[1][~chosen].sum()) >= ROWS_OF_A_PART
    ]
    if not parts:
        return found
    name, rows = min(parts, key=lambda part: float(held[part[1] & chosen].mean()))
    return found.model_copy(update={"worst": name, "worst_held": share_estimate(held, draws, part=rows & ~chosen)})


def held_and_sizes(
    level: float, uncertain: Uncertain, blocks: Blocks, target: Array, scores: Array
) -> tuple[Array, Array]:
    """Whether each row's interval or set holds the truth, and how wide it is; both of shape (n_rows,)."""
    if not uncertain.spec.limits:
        ends = uncertain.intervals(blocks, scores, level)
        held = (ends[:, 0] <= target) & (target <= ends[:, 1])
        return held.astype(np.float64), ends[:, 1] - ends[:, 0]
    inside = uncertain.sets(blocks, spread(scores), level)
    held = inside[np.arange(len(target)), target.astype(np.int64)]
    return held.astype(np.float64), inside.sum(axis=1).astype(np.float64)


def _parts(unseen: Unseen, target: Array) -> Iterator[_Part]:
    """Parts of the rows by their class, and by one input: values, quintiles, gaps."""
    rows, roles = unseen.rows, unseen.profile.roles
    for place, name in enumerate(roles.classes):
        yield _Part(f"{roles.target} is '{shortened(name)}'", target == place)
    for name in unseen.profile.roles.inputs:
        yield from (_Part(*part) for part in parts_of(rows, name))
