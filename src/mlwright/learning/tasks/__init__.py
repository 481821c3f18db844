"""The task family: what a target and a prediction are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.family import Family


class Task(ABC):
    """What is predicted: the shape of the target, of a prediction, and the usual metrics.

    Attributes
    ----------
    default_metric : str
        What is optimised unless a user says otherwise.
    metrics : tuple of str
        What is told of every model.
    ordered_metrics : tuple of str
        What is told besides where the classes have an order of their own.
    """

    default_metric: ClassVar[str]
    metrics: ClassVar[tuple[str, ...]]
    ordered_metrics: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def target(
        self, values: pa.ChunkedArray, classes: tuple[str, ...], missing_codes: tuple[str, ...]
    ) -> NDArray[np.float64]:
        """The target as numbers: the place of the class in `classes`, or the number itself; NaN where missing."""

    @abstractmethod
    def n_outputs(self, classes: tuple[str, ...]) -> int:
        """Columns of a prediction: 1 for two classes and for numbers, else the number of classes."""

    @abstractmethod
    def row_loss(self, target: NDArray[np.float64], prediction: NDArray[np.float64]) -> NDArray[np.float64]:
        """Loss of each row, whose mean is what fits minimise (log loss, squared error); shape (n_rows,)."""


TASKS: Family[Task] = Family("mlwright.learning.tasks", Task)
