"""How much many columns together tell about the target, by a quick model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright.data.columns import TrainingRows
from mlwright.data.strength import Judge, strengths

MAX_ROWS, MAX_COLUMNS = 3_000, 200
MAX_TARGETS = 8
N_TRIED = 3
MAX_NAMES = 60
N_TREES = 60
PARAMETERS: dict[str, Any] = {
    "num_leaves": 15,
    "learning_rate": 0.15,
    "min_data_in_leaf": 10,
    "max_bin": 63,
    "feature_fraction": 0.8,
    "num_threads": 1,
    "deterministic": True,
    "verbosity": -1,
}


def strongest(rows: TrainingRows, names: Sequence[str]) -> list[str]:
    """Of thousands of columns the 200 that tell most about the target alone; fewer as they are."""
    if len(names) <= MAX_COLUMNS:
        return list(names)
    wanted = set(names)
    kept = set([name for name in strengths(rows) if name in wanted][:MAX_COLUMNS])
    return [name for name in names if name in kept]


def skill_together(rows: TrainingRows, names: Sequence[str]) -> float:
    """The share of the squared error that a quick boosted model of these columns takes away.

    On up to 3,000 training rows, learned on four fifths of them and tried on the last one, three times over; whole
    groups stay together. Of thousands of columns the `strongest` are enough. It compares with
    `strength.Strength.skill` of a single column: the error is that of class membership (of the eight largest classes),
    or of the target's ranks.
    """
    some = rows.sample(MAX_ROWS)
    return _skill(some, strongest(rows, names), np.arange(len(some)))


def shuffled_skill(rows: TrainingRows, names: Sequence[str]) -> float:
    """The same of answers that were dealt anew among the rows: what chance and repeated rows can do."""
    some = rows.sample(MAX_ROWS)
    return _skill(some, strongest(rows, names), np.random.default_rng(rows.seed).permutation(len(some)))


def _skill(rows: TrainingRows, names: Sequence[str], dealt: NDArray[np.int64]) -> float:
    X = np.column_stack([_numbers(rows, name) for name in names])
    judge = Judge(rows)
    targets = [target.values[dealt] for target in judge.targets[:MAX_TARGETS]]
    errors = [_error(X, target, judge.folds, is_number=judge.is_number) for target in targets]
    spread = sum(float(target[judge.folds < N_TRIED].var()) for target in targets)
    return max(0.0, 1 - sum(errors) / spread) if spread > 0 else 0.0


def _error(X: NDArray[np.float64], target: NDArray[np.float64], folds: NDArray[np.int64], *, is_number: bool) -> float:
    """The mean squared error on the folds that are tried."""
    import lightgbm

    goal = PARAMETERS | {"objective": "regression" if is_number else "binary"}
    wrong = []
    for fold in range(N_TRIED):
        learn, held = folds != fold, folds == fold
        if np.ptp(target[learn]) == 0:
            answers = np.full(int(held.sum()), target[learn][0])
        else:
            answers = lightgbm.train(goal, lightgbm.Dataset(X[learn], target[learn]), N_TREES).predict(X[held])
        wrong.append((np.asarray(answers) - target[held]) ** 2)
    return float(np.concatenate(wrong).mean())


def _numbers(rows: TrainingRows, name: str) -> NDArray[np.float64]:
    """A column as numbers for a tree: names by how frequent they are, rare ones as one."""
    if rows.is_ordered(name):
        return rows.numbers(name)
    places = rows.levels(name).places
    counts = np.bincount(places[places >= 0], minlength=1)
    rank = np.empty(len(counts))
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return np.where(places >= 0, np.minimum(rank[places], MAX_NAMES), np.nan)
