"""The drift family: tests whether a column still is what it was.

Of the rows before there may be figures alone, as in a bundle. A test compares new rows with those figures and counts
the uncertainty of both: the figures come from a limited number of rows as well.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import Family
from mlwright.records.profile import ColumnProfile
from mlwright.scoring.spelling import Spelled

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Reference:
    """What is known of one column of the rows before.

    Parameters
    ----------
    profile : ColumnProfile
    n_rows : int
        Rows that the profile was made of.
    levels : mapping of str to int
        Names (for numbers of few values: their spellings) and how many rows hold each; empty if unknown.
    n_other : int
        Rows that held a name that is none of `levels`.
    """

    profile: ColumnProfile
    n_rows: int
    levels: Mapping[str, int] = field(default_factory=dict)
    n_other: int = 0

    @property
    def n_there(self) -> int:
        """Rows that hold a value."""
        return self.n_rows - self.profile.n_missing


@dataclass(frozen=True)
class Current:
    """The same column in the new rows, read as it was read before.

    Parameters
    ----------
    missing : array of bool, shape (n_rows,)
    numbers : array, shape (n_rows,), or None
        For numbers: NaN where missing.
    names : Spelled or None
        For all that has levels: the distinct names and the place of each row among them, -1 where missing.
    """

    missing: NDArray[np.bool_]
    numbers: Array | None = None
    names: Spelled | None = None


@dataclass(frozen=True)
class Shift:
    """How far a column moved.

    Parameters
    ----------
    p_value : float
        Chance of a shift like this, or a larger one, if nothing has changed.
    size : float
        From 0 to 1: the share of the rows that would have to change their value to undo it.
    what : str
        The rows whose share changed most, in words that stand behind "rows": ``are 'Graz'``, ``lie above 3.1``.
    then, now : float
        Their shares.
    sentence : str
        With the numbers, in plain words.
    """

    p_value: float
    size: float
    what: str
    then: float
    now: float
    sentence: str


class DriftTest(ABC):
    """One way to compare a column with what it was."""

    title: ClassVar[str]

    @abstractmethod
    def compare(self, reference: Reference, current: Current) -> Shift:
        """How far the column moved, and whether chance explains it.

        Raises
        ------
        NotApplicable
            If this test does not suit this column, or there are too few rows.
        """


DRIFTS: Family[DriftTest] = Family("mlwright.data.drifts", DriftTest)
