"""Groups are drawn by lot, and never torn apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.data.splitters import Fold, SplitKeys, Splitter, folds_from


class GroupSplitter(Splitter):
    """Rows of one group stand on one side; a model is tested on groups that it has never met."""

    title = "by whole groups"

    def holdout(self, keys: SplitKeys, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Whole groups, drawn by lot until they make up the share; at least one group is left to learn from."""
        codes, sizes = _groups(keys)
        order = rng.permutation(len(sizes))
        rows_before = np.cumsum(sizes[order]) - sizes[order]
        chosen = order[rows_before + sizes[order] / 2 < share * keys.n_rows]
        if len(chosen) == 0:
            chosen = order[[int(np.argmin(sizes[order]))]]
        return np.isin(codes, chosen[: len(sizes) - 1])

    def folds(self, keys: SplitKeys, n_folds: int, rng: np.random.Generator) -> list[Fold]:
        """Each group, the largest first, goes to the fold that has the fewest rows so far."""
        codes, sizes = _groups(keys)
        n_folds = min(n_folds, len(sizes))
        load = np.zeros(n_folds)
        fold_of = np.empty(len(sizes), dtype=np.int64)
        shuffled = rng.permutation(len(sizes))
        for group in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
            fold_of[group] = int(np.argmin(load))
            load[fold_of[group]] += sizes[group]
        return folds_from(fold_of[codes], n_folds)


def _groups(keys: SplitKeys) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The group of each row, numbered from 0, and the rows of each group."""
    assert keys.groups is not None
    _, codes, sizes = np.unique(keys.groups, return_inverse=True, return_counts=True)
    return codes, sizes
