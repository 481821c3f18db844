"""The metric family: how good predictions are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import Family
from mlwright.records.profile import Task
from mlwright.scoring.deciding import Decisive


class Metric(ABC):
    """A figure of merit.

    `target` has shape (n_rows,): class places or numbers. `prediction` has shape (n_rows, n_outputs), see
    `scoring.cores.Core`. `weight`, shape (n_rows,), counts a row that many times.

    Attributes
    ----------
    title : str
    greater_is_better : bool
    tasks : frozenset of str
        For which tasks it says something.
    by_size : bool
        Numbers: whether an error counts by its size, not by its square, so that a median serves it better than a mean.
    """

    title: ClassVar[str]
    greater_is_better: ClassVar[bool]
    tasks: ClassVar[frozenset[Task]]
    by_size: ClassVar[bool] = False

    @abstractmethod
    def score(
        self,
        target: NDArray[np.float64],
        prediction: NDArray[np.float64],
        weight: NDArray[np.float64] | None = None,
        *,
        threshold: Decisive = 0.5,
    ) -> float:
        """The figure; NaN where it is not defined (one class only, no spread)."""

    def row_values(
        self, target: NDArray[np.float64], prediction: NDArray[np.float64], *, threshold: Decisive = 0.5
    ) -> NDArray[np.float64] | None:
        """Values of the rows whose plain mean the metric is, shape (n_rows,); None if it is no mean."""
        return None

    @property
    def has_threshold(self) -> bool:
        """Whether it has a best threshold of its own."""
        return type(self).threshold is not Metric.threshold

    def threshold(self, probability: NDArray[np.float64]) -> float | None:
        """From which probability on "positive" is the answer that serves this metric best, if probabilities are right.

        None where the metric does not depend on answers, or would be best off with one answer for all rows.

        Parameters
        ----------
        probability : array, shape (n_rows,)
            Of the positive class.
        """
        return None


METRICS: Family[Metric] = Family("mlwright.learning.metrics", Metric)
