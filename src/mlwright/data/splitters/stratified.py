"""Rows are drawn by lot, class by class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.data.splitters import Fold, SplitKeys, Splitter, folds_from


class StratifiedSplitter(Splitter):
    """Every class has the same share of its rows on either side; a class of one row only ever learns."""

    title = "at random, with the same share of every class"

    def holdout(self, keys: SplitKeys, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
        """A share of the rows of every class, but never a class's only row."""
        held = np.zeros(keys.n_rows, dtype=bool)
        for rows in _rows_by_class(keys, rng):
            n_held = min(max(round(share * len(rows)), 1), len(rows) - 1)
            held[rows[:n_held]] = True
        return held

    def folds(self, keys: SplitKeys, n_folds: int, rng: np.random.Generator, most: int | None = None) -> list[Fold]:
        """Deals the rows of each class round the folds, going on where the class before has ended."""
        dealt = np.concatenate(_rows_by_class(keys, rng))
        fold = np.empty(keys.n_rows, dtype=np.int64)
        fold[dealt] = np.arange(keys.n_rows) % n_folds
        return folds_from(fold, n_folds, most)


def _rows_by_class(keys: SplitKeys, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Rows of each class, in an order drawn by lot."""
    assert keys.classes is not None
    shuffled = rng.permutation(keys.n_rows)
    sizes = np.bincount(keys.classes)
    classes = keys.classes.astype(np.min_scalar_type(len(sizes)))
    by_class = shuffled[np.argsort(classes[shuffled], kind="stable")]
    sizes = sizes[sizes > 0]
    return np.split(by_class, np.cumsum(sizes)[:-1])
