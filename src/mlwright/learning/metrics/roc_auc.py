"""Area under the ROC curve."""

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


class RocAuc(Metric):
    """How often a row of the class is scored higher than a row that is not of it; a tie counts one half.

    Several classes: the mean over the classes, each against the rest, of those that are there.

    References
    ----------
    Hanley, J. A. and McNeil, B. J. (1982). The meaning and use of the area under a ROC curve. Radiology 143.
    """

    title = "Area under the ROC curve"
    greater_is_better = True
    tasks = CLASSES

    def score(
        self, target: Array, prediction: Array, weight: Array | None = None, *, threshold: Decisive = 0.5
    ) -> float:
        """The figure: 0.5 is chance, 1 a perfect order; NaN if no class has both members and others."""
        weights = weights_of(target, weight)
        return mean_of_defined([_area(is_it, score, weights) for is_it, score in one_against_rest(target, prediction)])


def _area(positive: NDArray[np.bool_], score: Array, weight: Array) -> float:
    if not len(score):
        return float("nan")
    true, false = cumulative_by_score(positive, score, weight)
    pairs = true[-1] * false[-1]
    if not pairs:
        return float("nan")
    return float(np.trapezoid(np.append(0.0, true), np.append(0.0, false)) / pairs)
