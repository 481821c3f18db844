"""What the model could have learned from: training rows, and what a quick model says after other lessons."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.core.run import Run
from mlwright.data.compute.table import Table, train_rows
from mlwright.judging.probes import Known, Lesson
from mlwright.judging.quick import Quick, quick_model
from mlwright.learning.amounts import learned_target
from mlwright.learning.metrics import metric_of
from mlwright.learning.models import Facts, Rows
from mlwright.records.profile import Profile
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.encoder import names
from mlwright.scoring.model import load_encoder

Array = NDArray[np.float64]

MOST_ROWS = 6_000
N_FITS = 10
MOST_S = 5.0


@dataclass(frozen=True)
class Lessons:
    """Training rows, at most 6,000 of them, and a quick model that learns from them or from others in their place.

    Parameters
    ----------
    table : Table
        The whole snapshot.
    columns : tuple of str
        Those of the test rows.
    profile : Profile
    split : Split
    training : Training
    asked : Blocks
        The test rows, encoded.
    run : Run
    most_s : float
        For all fits.
    """

    table: Table
    columns: tuple[str, ...]
    profile: Profile
    split: Split
    training: Training
    asked: Blocks
    run: Run
    most_s: float

    @cached_property
    def known(self) -> Known:
        """The training rows, in the order of chance."""
        positions = np.random.default_rng(self.run.seed_for("probe", "lessons")).permutation(
            train_rows(self.split, self.run)
        )[:MOST_ROWS]
        target = learned_target(self.table, positions, self.profile)
        return Known(self.table.arrow(self.columns, positions), target, len(self.profile.roles.classes))

    @cached_property
    def quick(self) -> Quick:
        """The model that learns.

        Raises
        ------
        NotApplicable
            If no model is quick enough.
        """
        known, roles = self.known, self.profile.roles
        n = len(known.target)
        smallest = int(np.bincount(known.target.astype(np.int64)).min()) if known.n_classes else n
        aim, outputs = metric_of(self.training.metric).aim, names(self.training.model.plan)
        facts = Facts(roles.task, known.n_classes, n, smallest, outputs, MOST_S, aim=aim)
        most_s = self.most_s if math.isinf(self.most_s) else min(MOST_S, self.most_s)
        found = quick_model(self.training, facts, self.run, N_FITS, most_s)
        if found is None:
            raise NotApplicable("no model is quick enough to learn anew in the time that is left")
        return found

    @cached_property
    def blocks(self) -> Blocks:
        """The training rows, encoded."""
        return load_encoder(self.training.model.plan, self.run.get).encode(self.known.table)

    @cached_property
    def usual(self) -> Array:
        """What the quick model says of the test rows after the usual lesson, shape (n_rows, n_outputs)."""
        return self.said(np.arange(len(self.known.target)), self.known.target)

    def after(self, lesson: Lesson) -> Array:
        """What it says after another one."""
        return self.said(lesson.places, lesson.target)

    def said(self, places: NDArray[np.int64], target: Array) -> Array:
        """What it says of the test rows after learning from some rows with some labels."""
        core = self.quick.learn(Rows(self.blocks.take(places), target), "probe", "lesson")
        return core.predict(self.asked).astype(np.float32).astype(np.float64)
