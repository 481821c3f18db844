"""The core family: fitted models in forms that hold no code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import Family
from mlwright.records.model import CoreForm
from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.leaves import LookedUp


class Core(ABC):
    """A fitted model: blocks in, scores out.

    Scores have shape (n_rows, n_outputs): two classes: one column, the probability of the positive class; several
    classes: one column of probability for each; numbers: one column.

    Attributes
    ----------
    form : str
    open_byte_s : float
        Seconds of a quiet machine to read a byte of it and to make it ready to answer.
    """

    form: ClassVar[CoreForm]
    open_byte_s: ClassVar[float] = 1e-8

    @property
    def needs(self) -> frozenset[str]:
        """What a reader must know that the form did not have from the beginning; see `newer.KNOWN`."""
        return frozenset()

    @abstractmethod
    def predict(self, blocks: Blocks) -> NDArray[np.float64]:
        """Scores, shape (n_rows, n_outputs); never NaN. One thread."""

    def predict_one(self, row: OneRow) -> list[float]:
        """Scores of one row, one for each output."""
        scores: list[float] = self.predict(row.blocks)[0].tolist()
        return scores

    def looked_up(self, n_levels: Sequence[int]) -> LookedUp | None:
        """A quicker way for a single row, if the core is made of trees that are small enough for it.

        Parameters
        ----------
        n_levels : sequence of int
            Of the code columns; see `BlockNames`.
        """
        return None

    @abstractmethod
    def to_bytes(self) -> bytes:
        """The core in its native format, which holds no code."""

    @classmethod
    @abstractmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises
        ------
        BundleError
            If the bytes are not such a core.
        """


CORES: Family[Core] = Family("mlwright.scoring.cores", Core)
