"""One metric on the test rows: figures with their intervals, and gains of one model over another.

Each sort of metric has its own interval: plain means of rows, roots of means, areas under the ROC curve, shares of
a part of the rows; what is none of them is resampled.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from mlwright.learning.metrics import Metric, bare, metric_of
from mlwright.records.evaluation import Estimate
from mlwright.scoring.deciding import DEFAULT_THRESHOLD, Decisive, places_answered
from mlwright.statistics.means import difference_estimate, mean_of_shares, share_estimate
from mlwright.statistics.ranking import area_bounds, area_influence
from mlwright.statistics.replicates import Scale, bounds_from, replicate
from mlwright.statistics.roots import root_estimate, roots_difference
from mlwright.statistics.sampling import Draws
from mlwright.statistics.shares import Bounds
from mlwright.statistics.strata import by_class, few_rows, mean_by_class

Array = NDArray[np.float64]

SCALES: dict[str, Scale] = {
    "average_precision": "share",
    "f1": "share",
    "median_absolute_error": "positive",
    "matthews": "at most one",
    "r2": "at most one",
    "recall_at_precision": "share",
    "rmsle": "positive",
}
UNDEFINED = Estimate(value=math.nan, low=math.nan, high=math.nan, method="not defined")


class Scored(NamedTuple):
    """What a model says of the test rows.

    Parameters
    ----------
    prediction : array, shape (n_rows, n_outputs)
    threshold : float or array
        What decides the answers; see `scoring.deciding`.
    """

    prediction: Array
    threshold: Decisive = DEFAULT_THRESHOLD

    @property
    def answers(self) -> NDArray[np.int64]:
        """The answered class of each row."""
        return places_answered(self.prediction, self.threshold)

    def take(self, rows: NDArray[np.int64]) -> Scored:
        """What is said of some of the rows."""
        own = isinstance(self.threshold, np.ndarray) and self.threshold.ndim == 1
        return Scored(self.prediction[rows], self.threshold[rows] if own else self.threshold)  # type: ignore[index]

    def same_as(self, other: Scored) -> bool:
        """Whether another model says the same, and answers the same."""
        return np.array_equal(self.threshold, other.threshold) and np.array_equal(self.prediction, other.prediction)


class Yardstick:
    """Measures models on the same rows by one metric, by drawing the rows again.

    Parameters
    ----------
    name : str
        Member of the metric family.
    target : array, shape (n_rows,)
        Class places or numbers.
    draws : Draws
        The same for all that is compared.
    level : float
        The share of cases in which an interval holds the truth.
    """

    def __init__(self, name: str, target: Array, draws: Draws, level: float = 0.95) -> None:
        self.name = name
        self.metric = metric_of(name)
        self.target = target
        self.draws = draws
        self.level = level
        self._replicates: list[tuple[Scored, Array]] = []

    def score(self, model: Scored, weight: Array | None = None) -> float:
        """The bare figure; NaN where it is not defined."""
        return self.metric.score(self.target, model.prediction, weight, threshold=model.threshold)

    def estimate(self, model: Scored) -> Estimate:
        """The figure with its interval; NaN where it is not defined."""
        value = self.score(model)
        return UNDEFINED if math.isnan(value) else self._estimate(model, value)

    def gain(self, model: Scored, than: Scored) -> Estimate:
        """How much better `model` is than the other, on the same rows; positive is better."""
        if model.same_as(than):
            return UNDEFINED if math.isnan(self.score(model)) else self._made(0.0, Bounds(0.0, 0.0), "the same model")
        value = self._sign * (self.score(model) - self.score(than))
        return UNDEFINED if math.isnan(value) else self._gain(model, than, value)

    def _estimate(self, model: Scored, value: float) -> Estimate:
        scale = SCALES.get(bare(self.name), "plain")
        bounds = bounds_from(value, self._replicated(model), self._n_effective, scale, self.level)
        return self._made(value, bounds, f"bootstrap of {self.draws.sampling.drawn}")

    def _gain(self, model: Scored, than: Scored, value: float) -> Estimate:
        differences = self._sign * (self._replicated(model) - self._replicated(than))
        bounds = bounds_from(value, differences, self._n_effective, "plain", self.level)
        return self._made(value, bounds, f"paired bootstrap of {self.draws.sampling.drawn}")

    def _replicated(self, model: Scored) -> Array:
        """The figure on every sample; remembered, as one model is compared with several."""
        for known, replicates in self._replicates:
            if known is model:
                return replicates
        n_outputs = model.prediction.shape[1]
        replicates = replicate(lambda weight: self.score(model, weight), self.draws, n_outputs)
        self._replicates.append((model, replicates))
        return replicates

    @property
    def _sign(self) -> float:
        return 1.0 if self.metric.greater_is_better else -1.0

    @property
    def _n_effective(self) -> int:
        """How many rows a figure rests on; not more than there are independent units.

        For two classes the rows of the rarer one. With several, each class has its part in a mean over the classes:
        the mean count.
        """
        counts = np.unique(self.target, return_counts=True)[1] if "regression" not in self.metric.tasks else None
        if counts is None:
            return min(len(self.target), self.draws.sampling.n_draws)
        n_rows = counts.min() if len(counts) == 2 else counts.mean()
        return min(int(n_rows), self.draws.sampling.n_draws)

    def _made(self, value: float, bounds: Bounds, method: str) -> Estimate:
        return Estimate(value=value, low=bounds.low, high=bounds.high, level=self.level, method=method)


class _RowMeans(Yardstick):
    """Log loss, Brier score, accuracy, absolute errors."""

    def _rows(self, model: Scored) -> Array:
        rows = self.metric.row_values(self.target, model.prediction, threshold=model.threshold)
        assert rows is not None
        return rows

    def _estimate(self, model: Scored, value: float) -> Estimate:
        rows = self._rows(model)
        found = mean_by_class(rows, self._draws, self.level, self._expected(model))
        return found.model_copy(update={"low": max(found.low, 0.0)}) if rows.min() >= 0 else found

    def _gain(self, model: Scored, than: Scored, value: float) -> Estimate:
        mine, other = self._rows(model), self._rows(than)
        if set(np.unique([mine, other])) <= {0.0, 1.0}:
            return difference_estimate(self._sign * (mine - other), self.draws, self.level, of_shares=True)
        return mean_by_class(self._sign * (mine - other), self._draws, self.level, self._expected(model, than))

    @cached_property
    def _draws(self) -> Draws:
        """Rows of classes are drawn again class by class."""
        return self.draws if "regression" in self.metric.tasks else by_class(self.draws, self.target.astype(np.int64))

    def _expected(self, model: Scored, than: Scored | None = None) -> Array | None:
        """The variance of the row values in each class, if the probabilities of the model are right.

        Rows count by the probability of the class: those of few rows tell little of their spread themselves.
        """
        strata = self._draws.sampling.strata
        if strata is None:
            return None
        expected = np.zeros(len(strata.behind))
        for place in np.flatnonzero(few_rows(strata)).tolist():
            values: Array = self._if_all_were(place, model)
            if than is not None:
                values -= self._if_all_were(place, than)
            share = _probability(model.prediction, place)
            mean = np.average(values, weights=share)
            expected[place] = np.average((values - mean) ** 2, weights=share)
        return expected

    def _if_all_were(self, place: int, model: Scored) -> Array:
        """The values of the rows if all were of one class."""
        rows = self.metric.row_values(
            np.full(len(self.target), float(place)), model.prediction, threshold=model.threshold
        )
        assert rows is not None
        return rows


def _probability(prediction: Array, place: int) -> Array:
    """Of one class, row by row; never quite nothing."""
    found = prediction[:, place] if prediction.shape[1] > 1 else prediction[:, 0] if place else 1 - prediction[:, 0]
    return np.maximum(found, 1e-15)


class _Roots(Yardstick):
    """Root mean squared error: the root of an interval of means, and the difference of two roots."""

    def _squares(self, model: Scored) -> Array:
        squares: Array = (model.prediction[:, 0] - self.target) ** 2
        return squares

    def _estimate(self, model: Scored, value: float) -> Estimate:
        return root_estimate(self._squares(model), self.draws, self.level)

    def _gain(self, model: Scored, than: Scored, value: float) -> Estimate:
        return roots_difference(self._squares(than), self._squares(model), self.draws, self.level)


class _Areas(Yardstick):
    """Area under the ROC curve, by the placements of the rows."""

    def _estimate(self, model: Scored, value: float) -> Estimate:
        influence = area_influence(self.target, model.prediction)
        bounds = area_bounds(value, influence, self._n_effective, self.draws.sampling, self.level)
        return self._made(value, bounds, "DeLong")

    def _gain(self, model: Scored, than: Scored, value: float) -> Estimate:
        mine, other = (area_influence(self.target, scored.prediction) for scored in (model, than))
        fixed = self.score(than)
        if 0 < fixed < 1 and not other.any():
            alone = self.estimate(model)
            return self._made(value, Bounds(alone.low - fixed, alone.high - fixed), "DeLong")
        freedom = max(1, self._n_effective - 1)
        half = float(student.ppf(0.5 + self.level / 2, freedom)) * self.draws.sampling.error_of_mean(mine - other)
        return self._made(value, Bounds(max(-1.0, value - half), min(1.0, value + half)), "DeLong, paired")


class _Shares(Yardstick):
    """Precision, recall and their kin: shares of a part of the rows, or the mean of such shares."""

    def _estimate(self, model: Scored, value: float) -> Estimate:
        shares = [share_estimate(values, self.draws, self.level, part) for values, part in self._parts(model)]
        if len(shares) == 1:
            return shares[0]
        return self._made(value, mean_of_shares(shares), "Wilson, class by class")

    def _parts(self, model: Scored) -> list[tuple[Array, NDArray[np.bool_]]]:
        """Zeros and ones, with the rows that their share is of."""
        answers = model.answers
        if self.name == "precision":
            return [(self.target, answers == 1)]
        if self.name == "recall":
            return [(answers.astype(np.float64), self.target == 1)]
        right = (answers == self.target).astype(np.float64)
        return [(right, self.target == place) for place in np.unique(self.target)]


_KINDS: dict[str, type[Yardstick]] = {
    "rmse": _Roots,
    "roc_auc": _Areas,
    "precision": _Shares,
    "recall": _Shares,
    "balanced_accuracy": _Shares,
}


def yardstick(name: str, target: Array, draws: Draws, level: float = 0.95) -> Yardstick:
    """The yardstick that suits a metric; see `Yardstick`."""
    kind = _KINDS.get(name) or (_RowMeans if _is_mean_of_rows(metric_of(name)) else Yardstick)
    return kind(name, target, draws, level)


def _is_mean_of_rows(metric: Metric) -> bool:
    return type(metric).row_values is not Metric.row_values


def threshold_of_dummy(name: str, said: Array) -> Decisive:
    """What decides the dummy's answers: what serves the metric best, as for any other model.

    For F1 it does so for every row.

    Parameters
    ----------
    name : str
        Member of the metric family.
    said : array, shape (n_rows, n_outputs)
    """
    own = metric_of(name).decisive(said)
    return DEFAULT_THRESHOLD if own is None else own
