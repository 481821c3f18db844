"""A fact that the first half of the rows suggests, and that the second half has to bear out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlwright.data.insights._evidence import Evidence

LEAST_SIZE = 0.1
"""Standard deviations of the target: what is surely smaller is not worth a sentence."""


@dataclass(frozen=True)
class Measured:
    """A fact with its interval.

    Parameters
    ----------
    sentence : str
    measure : str
        What the figure is: ``ratio``, ``difference``, ``correlation``, ``share`` or ``gap``.
    value, low, high : float
    n_rows : int
        Rows that it rests on.
    size : float
        What ranks it: the least size that the interval leaves, in standard deviations of what is compared (or on a
        scale from 0 to 1), less where few rows are concerned.
    """

    sentence: str
    measure: str
    value: float
    low: float
    high: float
    n_rows: int
    size: float


class Candidate(ABC):
    """What is to be measured."""

    columns: tuple[str, ...]

    @abstractmethod
    def measure(self, evidence: Evidence, level: float) -> Measured | None:
        """Measure it on the second half; None unless its interval of that level leaves something worth telling."""

    @abstractmethod
    def code(self) -> NDArray[np.float64] | None:
        """A number for each row, like that of any candidate that says the same; None where nothing else can."""
