"""Trees as C walks them: eight at once, without a branch that a processor could guess wrong.

The two nodes that a node leads to stand side by side, so that the next place is a sum: how far on the left one stands,
and one more where the number is larger than the threshold, or the code is not in the set. A leaf leads to itself, so
that a tree that has come to its end may go on standing there while the seven beside it go down, until none moves; which
is why trees of like depth stand side by side.

A row holds a slot for each way in which a number is asked of: by thresholds or by sets, and with a missing one on the
left or on the right. It is laid out once for all trees that ask of the same numbers. Where few sets are asked for, each
has a slot of its own, which holds 0 for a member and 1 for a stranger: then all questions are thresholds. Where there
are many, both are asked in one way: the slot of a number points to a word that is full, that of a code holds no number.
Every set has two bits more than its column has codes: one that is set, for a missing code on the left, and one that is
not, for a name that no set knows.
"""

from __future__ import annotations

from collections.abc import Sequence
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

FEATURES = 1 << 32
"""More than a model has."""

ANY = 1
"""Asked by any set; by thresholds: 0."""

Sets = dict[tuple[int, tuple[int, ...]], int]


class Row(NamedTuple):
    """What trees ask of a row.

    Parameters
    ----------
    keys : array of int
        Of each slot but the first, in order: what `_keys` tells of a node.
    kinds : list of tuple
        Of each slot: its feature, how many codes the sets of that know (-1 if asked by thresholds), whether a missing
        number goes left, and the first word of the one set that it answers for (0: of any set).
    first_word : dict
        Where each set of a column begins in `bits`.
    bits : list of int
        The words of all sets, behind one that is full.
    has_sets : bool
        Whether a slot is asked by any set.
    """

    keys: Ints
    kinds: list[tuple[int, int, int, int]]
    first_word: Sets
    bits: list[int]
    has_sets: bool


class Layout(NamedTuple):
    """The nodes of trees in the order in which C wants them.

    Parameters
    ----------
    threshold : array, shape (n_nodes,)
        Of a question about any set the first word of that; of a leaf its number.
    slot : array of int, shape (n_nodes,)
        Which slot of the row is asked; 0 for a leaf.
    is_set : array of bool, shape (n_nodes,)
        Whether it is asked by any set.
    left : array of int, shape (n_nodes,)
        How far on the left one of the two nodes that follow stands; 0 for a leaf.
    values : array, shape (n_leaves, n_values)
    roots : array of int
        Of the trees, the least deep first; as many as fill the last `AT_ONCE`: the last one again and again.
    depths : array of int
        Of each `AT_ONCE` trees: how many questions lead to the deepest leaf.
    first_output : array of int, shape (n_trees,)
        As in `Trees`, in the order of `roots`.
    """

    threshold: Array
    slot: Ints
    is_set: NDArray[np.bool_]
    left: Ints
    values: Array
    roots: Ints
    depths: Ints
    first_output: Ints


def row_for(forests: Sequence[Trees], n_features: int) -> Row:
    """What the trees of some forests ask of the same numbers."""
    n_codes = np.zeros(n_features, dtype=np.int64)
    asked: set[tuple[int, tuple[int, ...]]] = set()
    for trees in forests:
        is_set = trees.members >= 0
        pairs = np.unique(np.column_stack([trees.feature[is_set], trees.members[is_set]]), axis=0)
        asked |= {(feature, trees.sets[members]) for feature, members in pairs.tolist()}
    for feature, codes in asked:
        n_codes[feature] = max(n_codes[feature], max(codes, default=-1) + 1)
    bits, first_word = _bits(sorted(asked), n_codes)
    has_sets = len(asked) > sum(len(trees.roots) for trees in forests)
    found = [_keys(trees, first_word, has_sets=has_sets)[trees.feature >= 0] for trees in forests]
    keys = np.unique(np.concatenate(found))
    return Row(keys, [_kind(key, n_codes) for key in keys.tolist()], first_word, bits, has_sets)


def _keys(trees: Trees, first_word: Sets, *, has_sets: bool) -> Ints:
    """What tells the slots of nodes apart: by what and how a feature is asked, and where a missing number goes."""
    by = np.zeros(len(trees.feature), dtype=np.int64)
    is_set = trees.members >= 0
    by[is_set] = ANY if has_sets else 2 + _words(trees, first_word)
    return (by * 2 + trees.missing_left) * FEATURES + trees.feature


def _kind(key: int, n_codes: Ints) -> tuple[int, int, int, int]:
    feature, rest = key % FEATURES, key // FEATURES
    by = rest // 2
    return feature, int(n_codes[feature]) if by else -1, rest % 2, max(0, by - 2)


def _words(trees: Trees, first_word: Sets) -> Ints:
    """The first word of the set of each node that is asked by one."""
    is_set = trees.members >= 0
    pairs = zip(trees.feature[is_set].tolist(), trees.members[is_set].tolist(), strict=True)
    return np.array([first_word[feature, trees.sets[members]] for feature, members in pairs], dtype=np.int64)


def laid_out(trees: Trees, row: Row, *, single: bool) -> Layout:
    """The nodes tree by tree and level by level, siblings side by side.

    Parameters
    ----------
    trees : Trees
    row : Row
        What they ask of.
    single : bool
        Whether single precision holds every number that is asked of: then it may hold the thresholds.
    """
    order, place, depths = _by_level(trees)
    is_leaf, is_set = trees.feature < 0, trees.members >= 0
    threshold = _largest_single(trees.threshold) if single else trees.threshold.copy()
    threshold[is_set] = _words(trees, row.first_word) if row.has_sets else 0.5
    slots = 1 + np.searchsorted(row.keys, _keys(trees, row.first_word, has_sets=row.has_sets))
    leaves = is_leaf[order]
    threshold = threshold[order]
    threshold[leaves] = np.arange(leaves.sum())
    sorted_trees = np.argsort(depths, kind="stable")
    roots = place[trees.roots[sorted_trees]]
    return Layout(
        threshold=threshold,
        slot=np.where(is_leaf, 0, slots)[order],
        is_set=(is_set & row.has_sets)[order],
        left=np.where(leaves, 0, place[trees.left[order]] - np.arange(len(order))),
        values=trees.values[order][leaves],
        roots=np.append(roots, np.full(-len(roots) % AT_ONCE, roots[-1])),
        depths=np.maximum.reduceat(np.sort(depths) - 1, np.arange(0, len(depths), AT_ONCE)),
        first_output=trees.first_output[sorted_trees],
    )


def _largest_single(thresholds: Array) -> Array:
    """The largest number of single precision that is not larger: what is at most one of them is at most the other."""
    largest = float(np.finfo(np.float32).max)
    near = np.clip(thresholds, -largest, largest).astype(np.float32)
    with np.errstate(over="ignore"):  # of the least there is
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


def _bits(asked: Sequence[tuple[int, tuple[int, ...]]], n_codes: Ints) -> tuple[list[int], Sets]:
    """The sets that columns are asked for as words of 32 bits, and where each begins."""
    words = [FULL]
    first_word = {}
    for column, codes in asked:
        first_word[column, codes] = len(words)
        n = int(n_codes[column])
        own = [0] * ((n + 2 + 31) // 32)
        for code in (*codes, n):
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
