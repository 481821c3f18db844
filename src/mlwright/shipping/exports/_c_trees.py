"""Trees as C walks them: eight at once, without a branch that a processor could guess wrong.

The two nodes that a node leads to stand side by side, so that the next place is a sum: the place of the left one, and
one more where the number is larger than the threshold, or the code is not in the set. A leaf leads to itself, so that
a tree that has come to its end may go on standing there while the seven beside it go down, until none moves; which is
why trees of like depth stand side by side. A row holds a slot for each way in which a number is asked of: by
thresholds or by sets, and with a missing one on the left or on the right. Thresholds and sets are asked in one way:
the slot of a number points to a word that is full, that of a code holds no number. Every set has two bits more than
its column has codes: one that is set, for a missing code on the left, and one that is not, for a name that no set
knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.forest import Array, Ints, Trees
from mlwright.shipping.exports import _graph as op
from mlwright.shipping.exports._graph import Node
from mlwright.shipping.exports._inputs import NameInput

FULL = 0xFFFFFFFF
"""A word in which every bit is set."""

AT_ONCE = 8
"""Trees that are walked side by side; `leaves_of` in ``model.c`` has as many variables."""


class Layout(NamedTuple):
    """The nodes of trees in the order in which C wants them.

    Parameters
    ----------
    threshold : array, shape (n_nodes,)
        Infinite for a leaf; of a question about codes the first word of their set.
    slot : array of int, shape (n_nodes,)
        Which slot of the row is asked; 0 for a leaf.
    is_set : array of bool, shape (n_nodes,)
        Whether it is asked by a set.
    left : array of int, shape (n_nodes,)
        The left one of the two nodes that follow; of a leaf itself.
    values : array, shape (n_nodes, n_values)
        Answers of leaves, 0 elsewhere.
    roots : array of int
        Of the trees, the least deep first; as many as fill the last `AT_ONCE`: the last one again and again.
    depths : array of int
        Of each `AT_ONCE` trees: how many questions lead to the deepest leaf.
    kinds : list of tuple
        Of each slot but the first: its feature, how many codes the sets of that know (-1 if asked by thresholds), and
        whether a missing number goes left.
    first_output : array of int, shape (n_trees,)
        As in `Trees`, in the order of `roots`.
    bits : list of int
        The words of all sets, behind one that is full.
    """

    threshold: Array
    slot: Ints
    is_set: NDArray[np.bool_]
    left: Ints
    values: Array
    roots: Ints
    depths: Ints
    kinds: list[tuple[int, int, int]]
    first_output: Ints
    bits: list[int]


def laid_out(trees: Trees, n_features: int, *, single: bool) -> Layout:
    """The nodes tree by tree and level by level, siblings side by side.

    Parameters
    ----------
    trees : Trees
    n_features : int
    single : bool
        Whether single precision holds every number that is asked of: then it may hold the thresholds.
    """
    order, place, depths = _by_level(trees)
    features, members = trees.feature[order], trees.members[order]
    is_leaf, is_set = features < 0, members >= 0
    n_codes = np.zeros(n_features, dtype=np.int64)
    largest = np.array([max(codes, default=-1) for codes in trees.sets], dtype=np.int64)
    np.maximum.at(n_codes, features[is_set], largest[members[is_set]] + 1)
    bits, first_word = _bits(
        trees.sets, set(zip(features[is_set].tolist(), members[is_set].tolist(), strict=True)), n_codes
    )
    slots = np.where(is_leaf, -1, 4 * features + 2 * is_set + trees.missing_left[order])
    used = np.unique(slots[~is_leaf])
    threshold = _largest_single(trees.threshold[order]) if single else trees.threshold[order].copy()
    threshold[is_set] = [
        first_word[pair] for pair in zip(features[is_set].tolist(), members[is_set].tolist(), strict=True)
    ]
    sorted_trees = np.argsort(depths, kind="stable")
    roots = place[trees.roots[sorted_trees]]
    return Layout(
        threshold=np.where(is_leaf, np.inf, threshold),
        slot=np.where(is_leaf, 0, 1 + np.searchsorted(used, slots)),
        is_set=is_set,
        left=np.where(is_leaf, np.arange(len(order)), place[trees.left[order]]),
        values=np.where(is_leaf[:, None], trees.values[order], 0.0),
        roots=np.append(roots, np.full(-len(roots) % AT_ONCE, roots[-1])),
        depths=np.maximum.reduceat(np.sort(depths) - 1, np.arange(0, len(depths), AT_ONCE)),
        kinds=[(kind // 4, int(n_codes[kind // 4]) if kind & 2 else -1, kind & 1) for kind in used.tolist()],
        first_output=trees.first_output[sorted_trees],
        bits=bits,
    )


def _largest_single(thresholds: Array) -> Array:
    """The largest number of single precision that is not larger: what is at most one of them is at most the other."""
    largest = float(np.finfo(np.float32).max)
    near = np.clip(thresholds, -largest, largest).astype(np.float32)
    below = np.nextafter(near, np.float32(-np.inf))
    return np.where(near > thresholds, below, near).astype(np.float64)


def is_single(node: Node) -> bool:
    """Whether single precision holds every number that an operation yields."""
    match node:
        case op.Unary(name="single") | op.Missing() | op.Binary(name="<" | "<="):
            return True
        case op.Read(input=given):
            return isinstance(given, NameInput)
        case op.Const(values=values) | op.Lookup(table=values):
            return bool(np.array_equal(values.astype(np.float32), values, equal_nan=True))
        case op.Join() | op.Take():
            return all(map(is_single, node.sources))
        case op.Choose(yes=yes, no=no):
            return is_single(yes) and is_single(no)
    return False


def _bits(
    sets: Sequence[Sequence[int]], asked: Iterable[tuple[int, int]], n_codes: Ints
) -> tuple[list[int], dict[tuple[int, int], int]]:
    """The sets that columns are asked for as words of 32 bits, and where each begins."""
    words = [FULL]
    first_word = {}
    for column, number in sorted(asked):
        first_word[column, number] = len(words)
        n = int(n_codes[column])
        own = [0] * ((n + 2 + 31) // 32)
        for code in (*sets[number], n):
            own[code // 32] |= 1 << code % 32
        words += own
    return words, first_word


def _by_level(trees: Trees) -> tuple[Ints, Ints, list[int]]:
    """The nodes in that order, the place of each in it, and how many levels each tree has."""
    parts: list[NDArray[np.int64]] = []
    depths = []
    for root in trees.roots.tolist():
        level, before = np.array([root]), len(parts)
        while len(level):
            parts.append(level)
            inner = level[trees.feature[level] >= 0]
            level = np.column_stack([trees.left[inner], trees.right[inner]]).ravel()
        depths.append(len(parts) - before)
    order = np.concatenate(parts)
    place = np.zeros(len(trees.feature), dtype=np.int64)
    place[order] = np.arange(len(order))
    return order, place, depths
