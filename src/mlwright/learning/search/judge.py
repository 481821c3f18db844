"""How good predictions on held-out rows are, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.metrics import Metric
from mlwright.learning.tasks import Task
from mlwright.scoring.deciding import DEFAULT_THRESHOLD, Decisive

Array = NDArray[np.float64]
Places = NDArray[np.int64]

N_BOOTSTRAPS = 40
MOST_BOOTSTRAP_ROWS = 5_000


@dataclass(frozen=True)
class HeldOut:
    """Training rows that were held out, each by one fold.

    Parameters
    ----------
    rows : array of int
        Positions among the training rows.
    target : array, shape (n_rows,)
    fold : array of int, shape (n_rows,)
        The fold that held the row out.
    groups : array of int or None
        Rows of one group depend on each other: a group counts as one in every standard error.
    """

    rows: Places
    target: Array
    fold: Places
    groups: Places | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, places: Places) -> HeldOut:
        """Some of these rows."""
        groups = None if self.groups is None else self.groups[places]
        return HeldOut(self.rows[places], self.target[places], self.fold[places], groups)


class Judge:
    """Puts one figure on predictions for held-out rows.

    A metric of classes that is no mean over rows (AUC, F1) is taken fold by fold and averaged: the scores of two
    folds come from two models, so that their order across folds means little.

    Parameters
    ----------
    task : Task
    metric : Metric
    held : HeldOut
    threshold : float or None
        Two classes: from which probability on the positive class is answered; None for what serves the metric best.
    """

    def __init__(self, task: Task, metric: Metric, held: HeldOut, threshold: float | None = None) -> None:
        self.task = task
        self.metric = metric
        self.held = held
        self.threshold = threshold
        pooled = "regression" in metric.tasks
        folds = np.zeros(len(held), dtype=np.int64) if pooled else held.fold
        self._parts = [np.flatnonzero(folds == fold) for fold in np.unique(folds)]

    def take(self, places: Places) -> Judge:
        """A judge of some of the rows."""
        return Judge(self.task, self.metric, self.held.take(places), self.threshold)

    def score(self, prediction: Array, weight: Array | None = None) -> float:
        """The metric, in its own direction; NaN where it is not defined.

        Parameters
        ----------
        prediction : array, shape (n_rows, n_outputs)
        weight : array, shape (n_rows,), optional
            Counts a row that many times.
        """
        values = self.row_values(prediction)
        if values is not None:
            return float(np.average(values, weights=weight))
        scores, sizes, threshold = [], [], self.threshold_of(prediction)
        for part in self._parts:
            weights = None if weight is None else weight[part]
            scores.append(self.metric.score(self.held.target[part], prediction[part], weights, threshold=threshold))
            sizes.append(len(part) if weights is None else weights.sum())
        return _mean_of_defined(scores, sizes)

    def loss(self, prediction: Array, weight: Array | None = None) -> float:
        """The metric so that less is better and nothing is below zero; infinite where it is not defined."""
        score = self.score(prediction, weight)
        if math.isnan(score):
            return math.inf
        return 1.0 - score if self.metric.greater_is_better else score

    def row_values(self, prediction: Array) -> Array | None:
        """Values of the rows whose plain mean the metric is; None if it is no mean."""
        return self.metric.row_values(self.held.target, prediction, threshold=self.threshold_of(prediction))

    def threshold_of(self, prediction: Array) -> Decisive:
        """What decides the answers, if these are the predictions; see `scoring.deciding`."""
        if self.threshold is not None:
            return self.threshold
        own = self.metric.decisive(prediction)
        return DEFAULT_THRESHOLD if own is None else own

    def row_loss(self, prediction: Array) -> Array:
        """What fits minimise, row by row."""
        if not self.metric.aim.is_mean:
            return self.metric.aim.rows(self.held.target, prediction[:, 0])
        return self.task.row_loss(self.held.target, prediction)

    def error(self, prediction: Array, rng: np.random.Generator) -> float | None:
        """Standard error of the score; None where it is not defined."""
        values = self.row_values(prediction)
        if values is not None:
            error = mean_and_error(values, self.held.groups)[1]
        else:
            some = self._some(rng)
            scores = self.take(some)._replicates(prediction[some], rng)
            error = float(np.nanstd(scores, ddof=1)) * math.sqrt(len(some) / len(self.held))
        return error if math.isfinite(error) else None

    def behind(self, predictions: Sequence[Array], best: int) -> list[tuple[float, float]]:
        """By how much each score is worse than that of the best, and the standard error of that.

        Paired: row by row where the metric is a mean of rows, else on the same bootstraps of the rows.
        """
        sign = 1.0 if self.metric.greater_is_better else -1.0
        leader = self.row_values(predictions[best])
        if leader is not None:
            values = [self.row_values(prediction) for prediction in predictions]
            return [mean_and_error(sign * (leader - mine), self.held.groups) for mine in values if mine is not None]
        some = self._some(np.random.default_rng(0))
        judge, shrunk = self.take(some), math.sqrt(len(some) / len(self.held))
        drawn = [judge._replicates(prediction[some], np.random.default_rng(0)) for prediction in predictions]
        return [
            (
                sign * (self.score(predictions[best]) - self.score(prediction)),
                float(np.nanstd(drawn[best] - scores, ddof=1)) * shrunk,
            )
            for prediction, scores in zip(predictions, drawn, strict=True)
        ]

    def freedom(self, prediction: Array) -> int:
        """Degrees of freedom of the standard errors that `behind` tells: few groups, or few bootstraps, know little."""
        n_units = len(self.held) if self.held.groups is None else len(np.unique(self.held.groups))
        return max(1, (n_units if self.row_values(prediction) is not None else min(n_units, N_BOOTSTRAPS)) - 1)

    def _some(self, rng: np.random.Generator) -> Places:
        """Some of the rows where there are many, as an error falls with the root of their number."""
        return np.sort(rng.permutation(len(self.held))[:MOST_BOOTSTRAP_ROWS])

    def _replicates(self, prediction: Array, rng: np.random.Generator) -> Array:
        """The score on bootstraps of the rows, shape (n_bootstraps,)."""
        return np.array([self.score(prediction, self.resample(rng)) for _ in range(N_BOOTSTRAPS)])

    def resample(self, rng: np.random.Generator) -> Array:
        """How often each row is drawn when rows (or groups) are drawn with replacement; shape (n_rows,)."""
        if self.held.groups is None:
            return np.bincount(rng.integers(len(self.held), size=len(self.held)), minlength=len(self.held)).astype(
                float
            )
        _, group = np.unique(self.held.groups, return_inverse=True)
        n_groups = int(group.max()) + 1
        drawn = np.bincount(rng.integers(n_groups, size=n_groups), minlength=n_groups)
        return drawn[group].astype(float)


def mean_and_error(values: Array, groups: Places | None = None) -> tuple[float, float]:
    """Mean of row values and its standard error; rows of one group count as one.

    >>> mean_and_error(np.array([1.0, 1.0, 3.0, 3.0]))[1] < mean_and_error(np.array([1.0, 1.0, 3.0, 3.0]),
    ...     np.array([0, 0, 1, 1]))[1]
    True
    """
    mean = float(values.mean())
    sums = values - mean
    if groups is not None:
        _, group = np.unique(groups, return_inverse=True)
        sums = np.bincount(group, weights=sums).astype(np.float64)
    n_units = len(sums)
    if n_units < 2:
        return mean, math.inf
    return mean, float(np.sqrt(n_units / (n_units - 1) * np.square(sums).sum()) / len(values))


def _mean_of_defined(scores: list[float], sizes: list[float]) -> float:
    defined = [(score, size) for score, size in zip(scores, sizes, strict=True) if not math.isnan(score) and size > 0]
    if not defined:
        return math.nan
    return float(np.average([score for score, _ in defined], weights=[size for _, size in defined]))
