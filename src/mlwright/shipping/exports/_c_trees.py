"""Trees as C walks them: eight at once, without a branch that a processor could guess wrong.

The two nodes that a node leads to stand side by side, so that the next place is a sum: the place of the left one, and
one more where the number is larger than the threshold. A leaf leads to itself, so that a tree that has come to its end
may go on standing there while the seven beside it go down. A row holds every number twice: where it is missing, once as
less than every threshold, once as more, and a node looks at the one that is right for it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.forest import Array, Ints, Trees

AT_ONCE = 8
"""Trees that are walked side by side; `leaves_of` in ``model.c`` has as many variables."""


class Layout(NamedTuple):
    """The nodes of trees in the order in which C wants them.

    Parameters
    ----------
    threshold : array, shape (n_nodes,)
        Infinite for a leaf; of a question about codes the place of their set.
    slot : array of int, shape (n_nodes,)
        Which of the doubled numbers is asked; inverted (``~slot``) if by a set.
    left : array of int, shape (n_nodes,)
        The left one of the two nodes that follow; of a leaf itself.
    values : array, shape (n_nodes, n_values)
        Answers of leaves, 0 elsewhere.
    roots : array of int
        As many as fill the last `AT_ONCE`: the last one again and again.
    """

    threshold: Array
    slot: Ints
    left: Ints
    values: Array
    roots: Ints


def laid_out(trees: Trees) -> Layout:
    """The nodes tree by tree and level by level, siblings side by side."""
    order, place = _by_level(trees)
    is_leaf = trees.feature[order] < 0
    is_set = trees.members[order] >= 0
    slot = 2 * trees.feature[order] + ~trees.missing_left[order]
    slot = np.where(is_leaf, 0, np.where(is_set, ~slot, slot))
    threshold = np.where(is_set, trees.members[order], trees.threshold[order])
    left = np.where(is_leaf, np.arange(len(order)), place[trees.left[order]])
    n_missing = -len(trees.roots) % AT_ONCE
    return Layout(
        threshold=np.where(is_leaf, np.inf, threshold),
        slot=slot,
        left=left,
        values=np.where(is_leaf[:, None], trees.values[order], 0.0),
        roots=np.append(place[trees.roots], np.full(n_missing, place[trees.roots[-1]])),
    )


def _by_level(trees: Trees) -> tuple[Ints, Ints]:
    """The nodes in that order, and the place of each in it."""
    parts: list[NDArray[np.int64]] = []
    for root in trees.roots.tolist():
        level = np.array([root])
        while len(level):
            parts.append(level)
            inner = level[trees.feature[level] >= 0]
            level = np.column_stack([trees.left[inner], trees.right[inner]]).ravel()
    order = np.concatenate(parts)
    place = np.zeros(len(trees.feature), dtype=np.int64)
    place[order] = np.arange(len(order))
    return order, place
