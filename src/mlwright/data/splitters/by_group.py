"""Groups are drawn by lot, and never torn apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mlwright.data.splitters import Fold, SplitKeys, Splitter, folds_from

N_DRAWS = 16
MOST_CELLS_A_ROW = 2
"""Up to so many cells of groups by classes a row it is faster to count all of them than those that are there."""


class GroupSplitter(Splitter):
    """Rows of one group stand on one side; a model is tested on groups that it has never met.

    Of `N_DRAWS` draws of groups the one is taken whose number of rows and mix of classes come closest to what they
    should be.
    """

    title = "by whole groups"

    def holdout(self, keys: SplitKeys, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Whole groups, drawn by lot until they make up the share; at least one group is left to learn from."""
        codes, sizes = _groups(keys)
        n_of = _class_counts(codes, len(sizes), keys.classes)
        draws = [_draw(sizes, share * keys.n_rows, rng) for _ in range(N_DRAWS)]
        return min(draws, key=lambda held: _distance(held, share, n_of))[codes]

    def folds(self, keys: SplitKeys, n_folds: int, rng: np.random.Generator, most: int | None = None) -> list[Fold]:
        """Each group, the largest first, goes to the fold that has the fewest rows so far."""
        codes, sizes = _groups(keys)
        n_folds = min(n_folds, len(sizes))
        load = np.zeros(n_folds)
        fold_of = np.empty(len(sizes), dtype=np.int64)
        shuffled = rng.permutation(len(sizes))
        for group in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
            fold_of[group] = int(np.argmin(load))
            load[fold_of[group]] += sizes[group]
        return folds_from(fold_of[codes], n_folds, most)


def _groups(keys: SplitKeys) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The group of each row, numbered from 0, and the rows of each group."""
    assert keys.groups is not None
    counts = np.bincount(keys.groups)
    if counts.all():
        return keys.groups, counts
    numbers = np.cumsum(counts > 0) - 1
    return numbers[keys.groups], counts[counts > 0]


def _class_counts(codes: NDArray[np.int64], n_groups: int, classes: NDArray[np.int64] | None) -> csr_array:
    """How many rows of each class each group has, shape (n_groups, n_classes); one class where there are none."""
    places = np.zeros_like(codes) if classes is None else classes + 1
    shape = n_groups, int(places.max()) + 1
    if shape[0] * shape[1] <= MOST_CELLS_A_ROW * len(codes):
        return csr_array(np.bincount(codes * shape[1] + places, minlength=shape[0] * shape[1]).reshape(shape))
    return csr_array((np.ones(len(codes)), (codes, places)), shape=shape)


def _draw(sizes: NDArray[np.int64], n_wanted: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which groups are held back; those with more rows than are wanted in all come last."""
    order = rng.permutation(len(sizes))
    order = order[np.argsort(sizes[order] > n_wanted, kind="stable")]
    rows_before = np.cumsum(sizes[order]) - sizes[order]
    n_held = int((rows_before + sizes[order] / 2 < n_wanted).sum())
    held = np.zeros(len(sizes), dtype=bool)
    held[order[: min(max(n_held, 1), len(sizes) - 1)]] = True
    return held


def _distance(held: NDArray[np.bool_], share: float, n_of: csr_array) -> float:
    """How far the groups that are held back are from the share of all rows, and of each class."""
    whole, part = n_of.sum(axis=0), n_of.T @ held
    if not part.sum():
        return np.inf
    off = abs(float(part.sum() / whole.sum()) - share)
    return off + float(np.abs(part / part.sum() - whole / whole.sum()).sum()) * share
