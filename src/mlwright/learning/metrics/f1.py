"""F1."""

from __future__ import annotations

import numpy as np

from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import (
    CLASSES,
    Array,
    answers,
    counts_by_class,
    mean_of_defined,
    n_classes_of,
    ratio,
    weights_of,
)


class F1(Metric):
    """Harmonic mean of precision and recall: of the positive class, or the mean over several classes."""

    title = "F1"
    greater_is_better = True
    tasks = CLASSES

    def score(self, target: Array, prediction: Array, weight: Array | None = None, *, threshold: float = 0.5) -> float:
        """The figure, from 0 to 1; classes that are neither true nor answered are left out."""
        answered, weights = answers(prediction, threshold), weights_of(target, weight)
        counts = counts_by_class(target, answered, weights, n_classes_of(prediction))
        figures = [ratio(2.0 * right, said + true) for right, said, true in np.transpose(counts)]
        return figures[1] if prediction.shape[1] == 1 else mean_of_defined(figures)
