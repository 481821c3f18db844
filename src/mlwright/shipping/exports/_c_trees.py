"""Trees as C walks them: eight at once, without a branch that a processor could guess wrong.

The two nodes that a node leads to stand side by side, so that the next place is a sum: how far on the left one stands,
and one more where the number is larger than the threshold, or the code is not in the set. A leaf leads to itself, so
that a tree that has come to its end may go on standing there while the seven beside it go down, until none moves; which
is why trees of like depth stand side by side.

A row holds a slot for each way in which a number is asked of: by thresholds or by sets, and with a missing one on the
left or on the right. It is laid out once for all trees that ask of the same numbers. Where not too many sets are asked
for, each has a slot of its own, which holds 0 for a member and 1 for a stranger: then all questions are thresholds.
Where there are more, both are asked in one way: the slot of a number points to a word that is full, that of a code
holds no number. Every set has two bits more than its column has codes: one that is set, for a missing code on the left,
and one that is not, for a name that no set knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

ANY, ONE = 1, 2
"""Asked by any set, or by one, whose first word is added; by thresholds: 0."""

MOST_SETS = 4
"""For each tree, of which each is a slot of its own: to fill one costs less than what it saves a tree in C."""

Set = tuple[int, bool, tuple[int, ...]]
"""A column, whether a missing code is a member, and the others."""


class Row(NamedTuple):
    """What trees ask of a row.

    Parameters
    ----------
    keys : array of int
        Of each slot but the first, in order: what `_keys` tells of a node.
    kinds : list of tuple
        Of slots that are alike: their feature, how many codes the sets of that know (-1 if asked by thresholds),
        whether a missing number goes left, the first word of the first of the sets that they answer for, one each (0:
        of any set), and how many they are.
    first_word : dict
        Where each set begins in `bits`.
    bits : list of int
        The words of all sets, behind one that is full.
    has_sets : bool
        Whether a slot is asked by any set.
    """

    keys: Ints
    kinds: list[tuple[int, int, int, int, int]]
    first_word: dict[Set, int]
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
    asked = {each for trees in forests for each in set(_sets(trees))}
    for feature, _, codes in asked:
        n_codes[feature] = max(n_codes[feature], max(codes, default=-1) + 1)
    bits, first_word = _bits(sorted(asked), n_codes)
    has_sets = len(asked) > MOST_SETS * sum(len(trees.roots) for trees in forests)
    found = [_keys(trees, first_word, has_sets=has_sets)[trees.feature >= 0] for trees in forests]
    keys = np.unique(np.concatenate(found))
    return Row(keys, _kinds(keys.tolist(), n_codes), first_word, bits, has_sets)


def _sets(trees: Trees) -> list[Set]:
    """Of each node that is asked by one."""
    nodes = np.flatnonzero(trees.members >= 0)
    asked = zip(*(of[nodes].tolist() for of in (trees.feature, trees.missing_left, trees.members)), strict=True)
    return [(feature, missing_left, trees.sets[members]) for feature, missing_left, members in asked]


def _keys(trees: Trees, first_word: Mapping[Set, int], *, has_sets: bool) -> Ints:
    """What tells the slots of nodes apart: by what and how a feature is asked, and where a missing number goes."""
    by = np.zeros(len(trees.feature), dtype=np.int64)
    by[trees.members >= 0] = ANY if has_sets else [ONE + first_word[each] for each in _sets(trees)]
    return (by * 2 + trees.missing_left) * FEATURES + trees.feature


def _kinds(keys: Sequence[int], n_codes: Ints) -> list[tuple[int, int, int, int, int]]:
    """Slots that answer for sets of one column stand side by side, as the sets do."""
    found: list[tuple[int, int, int, int, int]] = []
    for key in keys:
        feature, by, missing_left = key % FEATURES, key // FEATURES // 2, key // FEATURES % 2
        if by <= ANY:
            found.append((feature, int(n_codes[feature]) if by else -1, missing_left, 0, 1))
        elif found and found[-1][3] and found[-1][0] == feature and found[-1][2] == missing_left:
            found[-1] = (*found[-1][:4], found[-1][4] + 1)
        else:
            found.append((feature, int(n_codes[feature]), missing_left, by - ONE, 1))
    return found


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
    threshold[is_set] = [row.first_word[each] for each in _sets(trees)] if row.has_sets else 0.5
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


def _bits(asked: Sequence[Set], n_codes: Ints) -> tuple[list[int], dict[Set, int]]:
    """Sets as words of 32 bits, and where each begins."""
    words = [FULL]
    first_word = {}
    for each in asked:
        first_word[each] = len(words)
        column, _, codes = each
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
