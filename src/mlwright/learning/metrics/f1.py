"""F1."""

from __future__ import annotations

import numpy as np

from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import (
    CLASSES,
    Array,
    counts_by_class,
    mean_of_defined,
    n_classes_of,
    ratio,
    weights_of,
)
from mlwright.scoring.deciding import Decisive, places_answered

N_STEPS, ENOUGH_ROWS = 8, 1_000


class F1(Metric):
    """Harmonic mean of precision and recall: of the positive class, or the mean over several classes."""

    title = "F1"
    greater_is_better = True
    tasks = CLASSES

    def score(
        self, target: Array, prediction: Array, weight: Array | None = None, *, threshold: Decisive = 0.5
    ) -> float:
        """The figure, from 0 to 1; classes that are neither true nor answered are left out."""
        answered, weights = places_answered(prediction, threshold), weights_of(target, weight)
        counts = counts_by_class(target, answered, weights, n_classes_of(prediction))
        figures = [ratio(2.0 * right, said + true) for right, said, true in np.transpose(counts)]
        return figures[1] if prediction.shape[1] == 1 else mean_of_defined(figures)

    def threshold(self, probability: Array) -> float:
        """Where the figure is highest that the probabilities themselves promise: half of that figure.

        References
        ----------
        Lipton, Z. C., Elkan, C. and Naryanaswamy, B. (2014). Optimal thresholding of classifiers to maximize F1
        measure. ECML PKDD.

        >>> round(F1().threshold(np.array([0.9, 0.4, 0.1, 0.1])), 2)
        0.37
        """
        ranked = np.sort(probability)[::-1]
        promised = 2.0 * np.cumsum(ranked) / (np.arange(1, len(ranked) + 1) + max(ranked.sum(), np.finfo(float).tiny))
        return float(promised.max() / 2.0)

    def worth(self, probability: Array) -> Array:
        """What one answer more adds to the figure that the probabilities themselves promise.

        With `right`, `said` and `true` the rows of a class that are promised to be found, answered and there, an answer
        adds ``2 / (said + true)`` where it is right, less what it adds to `said`. Found from the most probable classes
        on, half of the way in each step, on some of the rows; the best of these steps is kept.

        References
        ----------
        Koyejo, O. et al. (2015). Consistent multilabel classification. NeurIPS: the best answers to metrics that are no
        means of rows have this form.
        """
        some = probability[:: max(1, len(probability) // ENOUGH_ROWS)]
        n_classes, true = some.shape[1], np.maximum(some.sum(axis=0), np.finfo(float).tiny)
        worth = best = np.eye(n_classes)
        best_figure, figures, both = -1.0, np.zeros(n_classes), np.zeros(n_classes)
        for step in range(N_STEPS):
            answered = (some @ worth).argmax(axis=1)
            sure = some[np.arange(len(some)), answered]
            now_both = np.bincount(answered, minlength=n_classes) + true
            now = 2.0 * np.bincount(answered, weights=sure, minlength=n_classes) / now_both
            if now.mean() > best_figure:
                best, best_figure = worth, float(now.mean())
            share = 0.5 if step else 1.0
            figures, both = figures + share * (now - figures), both + share * (now_both - both)
            worth = (2.0 * np.eye(n_classes) - figures) / both
        return best
