"""Matthews correlation."""

from __future__ import annotations

import numpy as np

from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import CLASSES, Array, counts_by_class, n_classes_of, ratio, weights_of
from mlwright.scoring.deciding import Decisive, places_answered


class Matthews(Metric):
    """Correlation of the answered with the true class: 0 is chance, 1 always right, however rare a class is.

    References
    ----------
    Gorodkin, J. (2004). Comparing two K-category assignments by a K-category correlation coefficient. Computational
    Biology and Chemistry 28.
    """

    title = "Matthews correlation"
    greater_is_better = True
    tasks = CLASSES
    only_if_asked = True

    def score(
        self, target: Array, prediction: Array, weight: Array | None = None, *, threshold: Decisive = 0.5
    ) -> float:
        """The figure, from -1 to 1; 0 where all answers are the same, NaN where all rows are of one class."""
        answered, weights = places_answered(prediction, threshold), weights_of(target, weight)
        right, said, true = counts_by_class(target, answered, weights, n_classes_of(prediction))
        total = weights.sum()
        of_answers, of_truth = total**2 - said @ said, total**2 - true @ true
        if of_truth and not of_answers:
            return 0.0
        return ratio(float(right.sum() * total - said @ true), float(np.sqrt(of_answers * of_truth)))

    def threshold(self, probability: Array) -> float:
        """Where the correlation is highest that the probabilities themselves promise.

        With a share `s` of positives, of which answering "positive" for the surest share `a` finds `r`, the
        correlation is ``(r - a * s) / sqrt(a * (1 - a) * s * (1 - s))``.

        >>> round(Matthews().threshold(np.array([0.9, 0.4, 0.1, 0.1])), 2)
        0.65
        """
        ranked = np.sort(probability)[::-1]
        if len(ranked) < 2:
            return 0.5
        answered = np.arange(1, len(ranked)) / len(ranked)
        found = np.cumsum(ranked)[:-1] / len(ranked)
        promised = (found - answered * ranked.mean()) / np.sqrt(answered * (1.0 - answered))
        last = int(promised.argmax())
        return float((ranked[last] + ranked[last + 1]) / 2.0)
