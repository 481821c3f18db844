"""One small model, fitted in a second: for questions that need many fits and no best one.

Which rows to learn from, or whether learning again would pay, shows itself in a modest model as in a good one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.learning.aim import MEAN, Aim
from mlwright.learning.features.plan import learn_plan
from mlwright.learning.models import MODELS, Facts, FitContext, ModelFamily, Rows
from mlwright.learning.models._lightgbm import rounds_for
from mlwright.learning.tasks import TASKS
from mlwright.records.model import Candidate
from mlwright.records.profile import Profile
from mlwright.scoring.cores import Core
from mlwright.scoring.encoder import Encoder, names
from mlwright.scoring.model import load_encoder

FAMILY = "lightgbm"
PARAMS = {"learning_rate": 0.15, "num_leaves": 24, "min_data_in_leaf": 20, "max_bin": 63}
MOST_ROUNDS = 80.0
HELD = 0.2
"""Share of the rows, the last ones, that tell once how many trees are enough."""
FEWEST_ROWS = 60

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """What is asked: which columns are inputs and what is predicted.

    Parameters
    ----------
    profile : Profile
    seed : int
    n_threads : int
    aim : Aim
        Numbers: which answer is rewarded.
    """

    profile: Profile
    seed: int = 0
    n_threads: int = 1
    aim: Aim = MEAN

    def target(self, table: pa.Table) -> Array:
        """The target as numbers, NaN where it is not known; shape (n_rows,)."""
        roles = self.profile.roles
        return TASKS.get(roles.task)().target(table[roles.target], roles.classes, self.profile.target.missing_codes)

    def losses(self, target: Array, scores: Array) -> Array:
        """Loss of each row, shape (n_rows,)."""
        if not self.aim.is_mean:
            return self.aim.rows(target, scores[:, 0])
        return TASKS.get(self.profile.roles.task)().row_loss(target, scores)


@dataclass(frozen=True)
class QuickModel:
    """A fitted small model.

    Parameters
    ----------
    encoder : Encoder
    core : Core
    chosen : mapping
        How many trees were enough for how many rows; a later fit may start from it.
    """

    encoder: Encoder
    core: Core
    chosen: Mapping[str, float] = field(default_factory=dict)

    def scores(self, table: pa.Table) -> Array:
        """Scores of rows, shape (n_rows, n_outputs)."""
        return self.core.predict(self.encoder.encode(table.select(self.encoder.inputs)))


def fit_quick(
    table: pa.Table, target: Array, question: Question, chosen: Mapping[str, float] | None = None
) -> QuickModel:
    """Fit on rows in the order of time.

    Parameters
    ----------
    table : pyarrow.Table
        The inputs; more columns do no harm.
    target : array, shape (n_rows,)
        Without NaN.
    question : Question
    chosen : mapping, optional
        What an earlier fit chose; default: it is chosen by the last fifth of the rows.
    """
    profile = question.profile
    plan, arrays = learn_plan(table.select(profile.roles.inputs), profile, question.seed)
    encoder = load_encoder(plan, lambda _: arrays)
    rows = Rows(encoder.encode(table.select(encoder.inputs)), target)
    family: Any = MODELS.get(FAMILY)()
    context = _context(rows, plan, question)
    candidate = Candidate(name="quick", family=FAMILY, params=_params(len(rows)))
    if chosen is None:
        chosen = _chosen(family, candidate, rows, context)
    n_rounds = min(MOST_ROUNDS, float(rounds_for(len(rows), [chosen])))
    enough = {"n_rounds": n_rounds, "n_rows": float(len(rows))}
    return QuickModel(encoder, family.refit(candidate, rows, [enough], context).core, chosen)


def _chosen(family: ModelFamily, candidate: Candidate, rows: Rows, context: FitContext) -> Mapping[str, float]:
    cut = max(1, round(len(rows) * (1 - HELD)))
    if len(rows) < FEWEST_ROWS or len(np.unique(rows.target[:cut])) < 2:
        return {"n_rounds": 30.0, "n_rows": float(len(rows))}
    parts = (np.arange(cut), np.arange(cut, len(rows)))
    train, valid = (Rows(rows.blocks.take(part), rows.target[part]) for part in parts)
    return family.fit(candidate, train, valid, context).chosen


def _params(n_rows: int) -> dict[str, Any]:
    return PARAMS | {"min_data_in_leaf": min(PARAMS["min_data_in_leaf"], max(3, n_rows // 25))}


def _context(rows: Rows, plan: Any, question: Question) -> FitContext:
    roles = question.profile.roles
    n_classes = len(roles.classes)
    counts = np.bincount(rows.target.astype(np.int64), minlength=n_classes) if n_classes else np.array([len(rows)])
    facts = Facts(roles.task, n_classes, len(rows), int(counts.min()), names(plan), 60.0, aim=question.aim)
    return FitContext(facts, seed=question.seed, n_threads=question.n_threads, time_up=lambda: False)
