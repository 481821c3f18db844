"""The splitter family: which rows learn and which are held back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import Family


@dataclass(frozen=True)
class SplitKeys:
    """What a splitter may know of the rows, each array of length `n_rows`.

    Parameters
    ----------
    n_rows : int
    classes : array of int or None
        Class of each row.
    groups : array of int or None
        Group of each row.
    times : array of int or None
        Rank of each row in time, equal for equal times; its place in the table where no column says when.
    """

    n_rows: int
    classes: NDArray[np.int64] | None = None
    groups: NDArray[np.int64] | None = None
    times: NDArray[np.int64] | None = None

    def take(self, rows: NDArray[np.int64]) -> SplitKeys:
        """The keys of some rows."""

        def pick(values: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
            return None if values is None else values[rows]

        return SplitKeys(len(rows), pick(self.classes), pick(self.groups), pick(self.times))


Fold = tuple[NDArray[np.int64], NDArray[np.int64]]


class Splitter(ABC):
    """Divides rows into those that learn and those that are held back."""

    title: ClassVar[str]

    @abstractmethod
    def holdout(self, keys: SplitKeys, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Which rows are set aside: true for about `share` of them."""

    @abstractmethod
    def folds(self, keys: SplitKeys, n_folds: int, rng: np.random.Generator, most: int | None = None) -> list[Fold]:
        """Pairs of positions (train, held out) for cross-validation; at most `n_folds`.

        Only `most` of them are made, the first, or in time order the latest: of ten million rows each takes 80 MB.
        """


def folds_from(fold: NDArray[np.int64], n_folds: int, most: int | None = None) -> list[Fold]:
    """Pairs of positions from the number of the fold in which each row is held out; empty folds are left away."""
    pairs = ((np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(n_folds))
    return list(islice(((train, held) for train, held in pairs if len(train) and len(held)), most))


SPLITTERS: Family[Splitter] = Family("mlwright.data.splitters", Splitter)
