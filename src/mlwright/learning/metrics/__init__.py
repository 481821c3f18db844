"""The metric family: how good predictions are."""

from __future__ import annotations

import math
from inspect import signature
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import SettingsError
from mlwright.core.family import Family
from mlwright.learning.aim import MEAN, Aim
from mlwright.learning.metrics._parts import mean
from mlwright.records.profile import Task
from mlwright.scoring.deciding import Decisive

MOST_CLASSES = 200
"""With more, every answer is the most probable class: a bundle would hold an amount for each pair of them."""


class Metric:
    """A figure of merit.

    `target` has shape (n_rows,): class places or numbers. `prediction` has shape (n_rows, n_outputs), see
    `scoring.cores.Core`. `weight`, shape (n_rows,), counts a row that many times.

    Attributes
    ----------
    title : str
    greater_is_better : bool
    tasks : frozenset of str
        For which tasks it says something.
    only_if_asked : bool
        Whether it is told only where it is what was optimised, not beside other metrics.
    needs_order : bool
        Whether it says something only where the classes have an order of their own; their places are then their ranks.

    Options are keyword arguments with defaults; users write a number for the first of them behind the name,
    ``pinball:0.9``; see `metric_of`.
    """

    title: ClassVar[str]
    greater_is_better: ClassVar[bool]
    tasks: ClassVar[frozenset[Task]]
    only_if_asked: ClassVar[bool] = False
    needs_order: ClassVar[bool] = False

    def score(
        self,
        target: NDArray[np.float64],
        prediction: NDArray[np.float64],
        weight: NDArray[np.float64] | None = None,
        *,
        threshold: Decisive = 0.5,
    ) -> float:
        """The figure; NaN where it is not defined (one class only, no spread).

        The mean of `row_values`; a metric that is no mean says itself what it is.
        """
        rows = self.row_values(target, prediction, threshold=threshold)
        if rows is None:
            raise NotImplementedError(f"{type(self).__name__} has neither a score nor values of rows.")
        return mean(rows, weight)

    def row_values(
        self, target: NDArray[np.float64], prediction: NDArray[np.float64], *, threshold: Decisive = 0.5
    ) -> NDArray[np.float64] | None:
        """Values of the rows whose plain mean the metric is, shape (n_rows,); None if it is no mean."""
        return None

    @property
    def aim(self) -> Aim:
        """Numbers: which answer the metric rewards; the expected number unless a member says otherwise."""
        return MEAN

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

    def worth(self, probability: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Several classes: what each answer is worth to this metric, if probabilities are right.

        None where the most probable class is the best answer, or the metric does not depend on answers.

        Parameters
        ----------
        probability : array, shape (n_rows, n_classes)

        Returns
        -------
        array, shape (n_classes, n_classes), or None
            By what is true and what is answered; see `scoring.deciding`.
        """
        return None

    def decisive(self, prediction: NDArray[np.float64]) -> Decisive | None:
        """What decides the answers that serve this metric best, if the predictions are right; None for the usual."""
        if prediction.shape[1] == 1:
            return self.threshold(prediction[:, 0])
        return self.worth(prediction) if prediction.shape[1] <= MOST_CLASSES else None


METRICS: Family[Metric] = Family("mlwright.learning.metrics", Metric)


def bare(name: str) -> str:
    """The name of a metric without its option.

    >>> bare("pinball:0.9"), bare("mae")
    ('pinball', 'mae')
    """
    return name.partition(":")[0]


def metric_of(name: str) -> Metric:
    """The metric that users call so: ``mae``, or with its option ``pinball:0.9``.

    Raises
    ------
    MemberUnknown
        If there is no such metric.
    SettingsError
        If what stands behind the name is no number, not between 0 and 1, or the metric has no option.
    """
    kind, colon, option = name.partition(":")
    metric = METRICS.get(kind)
    if not colon:
        return metric()
    wanted = next(iter(signature(metric).parameters), None)
    if wanted is None:
        raise SettingsError(f"The metric {name!r} has an option; {kind!r} takes none.", f"Write: {kind}")
    try:
        share = float(option)
    except ValueError:
        share = math.nan
    if not 0.0 < share < 1.0:
        raise SettingsError(
            f"The metric {name!r} has the option {option!r}; it must be a number between 0 and 1.", f"Write: {kind}:0.9"
        )
    return metric(**{wanted: share})
