"""What stands between the score of a chosen model on held-out rows and what the packed model is worth on new rows.

Three things, each measured from what the search has left behind, without new fits:

- the choice flatters, as it was made by these rows (`honest`), and so do the looks that decided which variants could be
  chosen at all (`screening`): worse by that;
- the fits stopped where these rows were answered best (`stopping`): worse by that;
- the packed model lets the cores of all folds answer together (`together`): better by that.

References
----------
Bates, S., Hastie, T. and Tibshirani, R. (2024). Cross-validation: what does it estimate and how well does it do it?
Journal of the American Statistical Association 119: why the plain standard error over held-out rows is too small.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import NamedTuple

import numpy as np

from mlwright.learning.search.choice import Choice
from mlwright.learning.search.judge import Array, Judge
from mlwright.learning.search.screening import screening_flattery
from mlwright.learning.search.standing import Standing
from mlwright.learning.search.stopping import stopping_flattery
from mlwright.learning.search.together import gain_together

UNSURE_SHARE = 0.5


class Correction(NamedTuple):
    """How much a loss (`Judge.loss`) has to be moved, and why.

    Parameters
    ----------
    choice, stopping : float
        What the choice and the stopping flatter.
    together : float
        What the cores of the folds gain together.
    error : float
        How unsure that is, as a standard error: the spread of `stopping` over the folds, and half of the size of all
        three. The latter stands for what none of them measures: held-out losses of different folds hang together, as
        their fits share most of their rows. (On the draws that `stopping` names, intervals of 95 % held the truth in
        92 % without it and in 96 % with it; those of the gain over the dummy, which are narrower, in 88 and 92 %.)
    """

    choice: float
    stopping: float
    together: float
    error: float

    @property
    def total(self) -> float:
        """By how much the loss on new rows is higher than on the held-out ones; below zero if it is lower."""
        return self.choice + self.stopping - self.together


def correction(standing: Standing, choice: Choice, several: Collection[str], time_up: Callable[[], bool]) -> Correction:
    """What stands between the chosen model's score on held-out rows and new ones.

    Parameters
    ----------
    standing : Standing
    choice : Choice
    several : collection of str
        Members that are packed with the cores of several folds.
    time_up : callable
    """
    bench, judge = standing.bench, choice.judge
    trials = {name: standing.trials[name][: choice.level] for name in choice.weights}
    luck, error = stopping_flattery(bench, trials, choice.weights)
    looked = screening_flattery(
        standing, choice.weights, choice.level, np.random.default_rng(bench.run.seed_for("screening"))
    )
    rng = np.random.default_rng(bench.run.seed_for("together"))
    # How far answers disagree tells what their mean gains in squares and in nats, not in distances.
    many = several if choice.n_cores >= choice.level and judge.metric.aim.is_mean else ()
    gain = gain_together(bench, trials, choice.weights, many, judge.held, rng, time_up)
    baseline = standing.blend({standing.baseline(): 1.0}, choice.level)
    stopping, looks, better, spread = (
        in_metric(judge, choice.prediction, baseline, each) for each in (luck, looked, -gain, error)
    )
    flattered = choice.flattery + looks
    size = max(flattered, 0.0) + stopping - better
    return Correction(flattered, stopping, -better, math.hypot(spread, UNSURE_SHARE * size))


def in_metric(judge: Judge, prediction: Array, baseline: Array, amount: float) -> float:
    """By how much `Judge.loss` rises if the mean row loss rises by so much.

    The same share of what is gained over the baseline; for errors of numbers on the scale of their root.
    """
    loss, known = (float(judge.row_loss(each).mean()) for each in (prediction, baseline))
    if "regression" in judge.metric.tasks and not judge.metric.greater_is_better and judge.metric.aim.is_root:
        amount, loss, known = math.sqrt(max(loss + amount, 0.0)) - math.sqrt(loss), math.sqrt(loss), math.sqrt(known)
    gain = judge.loss(baseline) - judge.loss(prediction)
    return amount / (known - loss) * gain if known > loss and math.isfinite(gain) else 0.0
