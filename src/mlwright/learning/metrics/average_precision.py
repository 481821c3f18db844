"""Average precision."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import (
    CLASSES,
    Array,
    cumulative_by_score,
    mean_of_defined,
    one_against_rest,
    weights_of,
)
from mlwright.scoring.deciding import Decisive


class AveragePrecision(Metric):
    """Precision over all thresholds, each weighted by the recall that it adds.

    The area under the precision-recall curve, without interpolation. Several classes: the mean over the classes,
    each against the rest, of those that are there.
    """

    title = "Average precision"
    greater_is_better = True
    tasks = CLASSES

    def score(
        self, target: Array, prediction: Array, weight: Array | None = None, *, threshold: Decisive = 0.5
    ) -> float:
        """The figure: the share of positives is chance, 1 a perfect order; NaN without positives."""
        weights = weights_of(target, weight)
        return mean_of_defined(
            [_precision(is_it, score, weights) for is_it, score in one_against_rest(target, prediction)]
        )


def _precision(positive: NDArray[np.bool_], score: Array, weight: Array) -> float:
    if not len(score):
        return float("nan")
    true, false = cumulative_by_score(positive, score, weight)
    if not true[-1]:
        return float("nan")
    said = true + false
    precision = np.divide(true, said, out=np.zeros_like(said), where=said > 0)
    return float(np.diff(true, prepend=0.0) @ precision / true[-1])
