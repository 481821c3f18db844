"""The remedy family: what mistakes have in common, and what would help against them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import Family
from mlwright.judging.examined import Examined, Gain

Mask = NDArray[np.bool_]

NOT_KNOWN = Gain(None, None, "not known", "")


class Suspected(NamedTuple):
    """Rows that may be of one kind.

    Parameters
    ----------
    where : str
        Which rows, as a clause.
    rows : array of bool, shape (n_rows,)
    p_value : float or None
        How often chance alone would show such rows, for this group by itself; None where rows were chosen without a
        look at their truth.
    worst : array of int
        Places of a few rows to look at, the worst first.
    """

    where: str
    rows: Mask
    p_value: float | None
    worst: NDArray[np.int64] = np.zeros(0, dtype=np.int64)


class Cure(NamedTuple):
    """What to do about them.

    Parameters
    ----------
    advice : str
        As a sentence.
    gain : Gain
    """

    advice: str
    gain: Gain


class Remedy(ABC):
    """One kind of mistakes, and the remedy for it.

    Groups are suspected first, cheaply; only those that are more than chance, all groups of all remedies taken
    together, are asked for their cure, which may take fits.
    """

    title: ClassVar[str]
    least_gain: ClassVar[bool] = False
    """Whether a group is told only where its remedy surely gains something."""

    @abstractmethod
    def suspects(self, examined: Examined) -> Iterator[Suspected]:
        """Groups of rows.

        Raises
        ------
        NotApplicable
            If there can be none of this kind.
        """

    @abstractmethod
    def cure(self, suspected: Suspected, examined: Examined) -> Cure:
        """What helps, and how much."""


REMEDIES: Family[Remedy] = Family("mlwright.judging.remedies", Remedy)
