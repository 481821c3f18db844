"""Rows are drawn by lot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.data.splitters import Fold, SplitKeys, Splitter, folds_from


class RandomSplitter(Splitter):
    """Every row has the same chance; for numbers without an order in time and without groups."""

    title = "at random"

    def holdout(self, keys: SplitKeys, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
        """A share of the rows, drawn by lot; at least one on either side."""
        held = np.zeros(keys.n_rows, dtype=bool)
        n_held = min(max(round(share * keys.n_rows), 1), keys.n_rows - 1)
        held[rng.permutation(keys.n_rows)[:n_held]] = True
        return held

    def folds(self, keys: SplitKeys, n_folds: int, rng: np.random.Generator, most: int | None = None) -> list[Fold]:
        """Folds of like size, drawn by lot."""
        return folds_from(rng.permutation(np.arange(keys.n_rows) % n_folds), n_folds, most)
