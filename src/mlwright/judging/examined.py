"""Answered rows under examination: where they lose, and what the figures would be if they were answered otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.judging.answered import Answered
from mlwright.judging.lessons import Lessons
from mlwright.judging.worth.practice import PER_CASES
from mlwright.learning.segments import excess_loss
from mlwright.learning.yardstick import Scored, Yardstick
from mlwright.records.evaluation import Estimate, Evaluation
from mlwright.records.robustness import Robustness
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.model import Model
from mlwright.scoring.uncertain import Uncertain
from mlwright.statistics.means import difference_estimate

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
How = Literal["about", "at most", "not known"]


class Gain(NamedTuple):
    """What a remedy is likely to bring.

    Parameters
    ----------
    metric : Estimate or None
        In the direction of better; None if it is not known.
    money : Estimate or None
        Per 1,000 cases.
    how : str
    rests_on : str
        As a sentence.
    """

    metric: Estimate | None
    money: Estimate | None
    how: How
    rests_on: str


@dataclass(frozen=True)
class Examined:
    """Rows with all that is known of them.

    Parameters
    ----------
    rows : Answered
    model : Model
    blocks : Blocks
        The rows, encoded.
    lessons : Lessons
    evaluation : Evaluation
    robustness : Robustness
    seed : int
    """

    rows: Answered
    model: Model
    blocks: Blocks
    lessons: Lessons
    evaluation: Evaluation
    robustness: Robustness
    seed: int

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def loss(self) -> Array:
        """What each row costs, shape (n_rows,)."""
        return self.rows.loss

    @cached_property
    def excess(self) -> Array:
        """Classes: the log loss beyond what the probabilities promise; numbers: the distance from the truth."""
        if self.rows.task == "regression":
            return self.loss
        return excess_loss(self.loss, self.rows.said.prediction)

    @cached_property
    def measure(self) -> Yardstick:
        """By the metric that was optimised."""
        return self.rows.measure()

    @cached_property
    def uncertain(self) -> Uncertain | None:
        """Intervals and familiarity, where they were learned."""
        learned = self.evaluation.uncertainty
        return None if learned is None else Uncertain(learned, self.model.spec.plan)

    @cached_property
    def truth(self) -> Array:
        """What somebody would say who knows, shape (n_rows, n_outputs)."""
        target, n_outputs = self.rows.target, self.rows.said.prediction.shape[1]
        return target[:, None] if n_outputs == 1 else np.eye(n_outputs)[target.astype(np.int64)]

    def gain(self, better: Array, worse: Array | None = None) -> tuple[Estimate, Estimate | None]:
        """What some answers are better than others (default: the model's), in the metric and in money.

        Parameters
        ----------
        better, worse : array, shape (n_rows, n_outputs)
        """
        said = self.rows.said
        one, other = Scored(better, said.threshold), said if worse is None else Scored(worse, said.threshold)
        return self.measure.gain(one, other), self._money(one, other)

    def gain_of_knowing(self, inside: Mask) -> tuple[Estimate, Estimate | None]:
        """What it would bring if the truth were said of some rows, in the metric and in money."""
        said = self.rows.said
        known = np.where(inside[:, None], self.truth, said.prediction)
        as_said = np.where(inside[:, None], self.truth - self.rows.shift, said.prediction)
        return self.gain(known)[0], self._money(Scored(as_said, said.threshold), said)

    def _money(self, one: Scored, other: Scored) -> Estimate | None:
        rows = self.rows
        if rows.benefit.assumed:
            return None
        gained = rows.worth_of(one) - rows.worth_of(other)
        return difference_estimate(PER_CASES * gained, self.measure.draws, rows.level)

    @cached_property
    def _by_half(self) -> Array:
        """What a quick model says that has learned from half of the training rows."""
        n = len(self.lessons.known.target) // 2
        return self.lessons.said(np.arange(n), self.lessons.known.target[:n])

    def of_twice_the_rows(self, inside: Mask) -> Gain:
        """What the last doubling of the training rows has brought for some rows, by a quick model.

        Raises
        ------
        NotApplicable
            If no model is quick enough.
        """
        usual = self.lessons.usual
        metric, money = self.gain(usual, np.where(inside[:, None], self._by_half, usual))
        n, quick = len(self.lessons.known.target), self.lessons.quick.family
        rests = f"A quick {quick} that learned from {n:,} rows, beside one that learned from half of them."
        return Gain(metric, money, "at most", rests)
