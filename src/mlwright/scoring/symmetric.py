"""Symmetric trees, looked up: what each value of each column answers to all questions about it.

A word of the table is the place of a leaf: the answer to question k of a tree is its bit k. A column leaves the bits of
questions about other columns as they are, so that the AND of all columns is the place.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.scoring.leaves import MOST_BYTES, LeafTable
from mlwright.scoring.symmetric_trees import Ints, SymmetricTrees

DEEPEST = 8
"""Questions of a tree whose answers fit a byte."""

MOST_COLUMNS = 64
"""That are asked about: each opens a row of the table, and from more on trees are sooner asked level by level."""


class SymmetricTable(LeafTable):
    """As `Leaves` of symmetric trees, whose words are places of leaves.

    The columns are the numbers, then the classes of combinations; see `SymmetricRows`.

    Parameters
    ----------
    trees : SymmetricTrees

    Raises
    ------
    NotApplicable
        If a tree has too many questions, or the table would have too many columns or rows to be quick.
    """

    is_place: ClassVar[bool] = True

    def __init__(self, trees: SymmetricTrees) -> None:
        n_trees, n_outputs, deepest = len(trees.depths), trees.n_outputs, int(trees.depths.max())
        if deepest > DEEPEST:
            raise NotApplicable("its trees are too deep")
        bins = {column: (_bins(trees, column), asked) for column, asked in trees.questions_by_column()}
        n_rows = np.cumsum([0, *(len(each) for each, _ in bins.values())]).tolist()
        if len(bins) > MOST_COLUMNS:
            raise NotApplicable("it asks about too many combinations")
        if (n_rows[-1] + 1) * n_trees * n_outputs > MOST_BYTES:
            raise NotApplicable("its table of leaves would be too large")
        self.bends = {column: _bends(trees, column) for column in bins}
        self.starts = dict(zip(bins, n_rows, strict=False))
        valid = (1 << trees.depths.astype(np.int64)) - 1
        table = np.tile(valid.astype(np.uint8), (n_rows[-1] + 1, 1))
        for column, (of_column, asked) in bins.items():
            rows = table[self.starts[column] : self.starts[column] + len(of_column)]
            _answer(rows, trees, asked, of_column[:, trees.place_of[asked]] > trees.cut[asked])
        self.table = np.tile(table, (1, n_outputs))
        self.values = trees.leaves.transpose(2, 0, 1).reshape(n_outputs * n_trees, -1).copy()
        self.values[::n_trees] += trees.bias[:, None]  # every row finds a leaf of the first tree
        self.first_words = np.arange(n_outputs) * n_trees


def _answer(rows: NDArray[np.uint8], trees: SymmetricTrees, asked: Ints, answers: NDArray[np.bool_]) -> None:
    """Take the bits of questions that are answered by 0 out of the rows of a column, shape (n_rows, n_trees)."""
    for bit in np.unique(trees.bit[asked]).tolist():
        of_bit = np.flatnonzero(trees.bit[asked] == bit)
        rows[:, trees.tree[asked[of_bit]]] &= np.where(answers[:, of_bit], 255, 255 - (1 << bit)).astype(np.uint8)


def _bends(trees: SymmetricTrees, column: int) -> NDArray[np.float64]:
    """Where the answers change: at the borders of a number, and at every class but the last."""
    if column < trees.n_numbers:
        return trees.borders_of[column].astype(np.float64)
    return np.arange(trees.n_classes[column - trees.n_numbers] - 1, dtype=np.float64)


def _bins(trees: SymmetricTrees, column: int) -> NDArray[Any]:
    """The bins of the features of a column, piece by piece and where it is missing; shape (n_bends + 2, n_features)."""
    if column < trees.n_numbers:
        n_borders = int(trees.n_borders[column])
        return np.append(np.arange(n_borders + 1), trees.missing_bin[column])[:, None]
    told = trees.combinations[column - trees.n_numbers].bins
    return np.vstack([told, told[-1:]])
