"""Boosted trees of a few rows, looked up instead of walked.

Walking a thousand trees costs a mispredicted branch and a new line of memory at almost every node. Here every column
of the row tells at once which leaves of all trees it leaves open: that depends on nothing but between which two
thresholds its value lies, so that it is one row of a table of bits, made when the model is loaded. The leaves that all
columns leave open, one a tree, are the AND of as many rows as there are columns.

References
----------
Lucchese, C. et al. (2015). QuickScorer: a fast algorithm to rank documents with additive ensembles of regression trees.
SIGIR. (There the bits are put together threshold by threshold.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.forest import Array, Ints, Trees

Words = NDArray[np.unsignedinteger[Any]]

WIDTHS = (8, 16, 32, 64)
"""Bits of a word: the narrowest that holds the leaves of every tree are taken, for what costs is the memory to read."""

MOST_BYTES = 24_000_000
"""Of one table; larger ones would not stay in the processor's memory, and are not made."""


class LeafTable:
    """What each value of each column leaves open of the trees of one core.

    Attributes
    ----------
    table : array of unsigned int, shape (n_rows, n_words)
        The last row is that of a column that rules nothing out.
    bends : dict of int to array
        By column: where what is left open changes. The rows of a column are those of values up to the first bend, up
        to the second and so on, beyond the last one, and of a missing value.
    starts : dict of int to int
        By column: its first row.
    values : array, shape (n_words, n_places)
        What a word adds, by the place that it says.
    first_words : array of int, shape (n_outputs,)
        Where the words of each sum begin.
    is_place : bool
        Whether a word is the place itself; otherwise its one bit says it, and the last place is that of a word without.
    """

    table: Words
    bends: dict[int, Array]
    starts: dict[int, int]
    values: Array
    first_words: Ints
    is_place: ClassVar[bool] = False

    def rows_of(self, column: int, values: Array) -> Ints:
        """The rows of the table for values of a column; the last value is NaN, and no other one."""
        if column not in self.bends:
            return np.full(len(values), len(self.table) - 1)
        bends = self.bends[column]
        places = np.append(np.searchsorted(bends, values[:-1]), len(bends) + 1)
        return places + self.starts[column]


class Leaves(LeafTable):
    """The table of trees whose leaves are bits of a word, or of several.

    Parameters
    ----------
    trees : Trees
        Whose leaves answer one number each.
    fills : array, shape (n_filled,)
        What stands for a missing value in the first columns; NaN where the trees know what to do with one.

    Raises
    ------
    NotApplicable
        If the table would be too large to be quick.
    """

    def __init__(self, trees: Trees, fills: Array) -> None:
        layout = _Layout(trees)
        self.values = layout.values
        self.first_words = layout.first_words
        asked = {column: np.flatnonzero(trees.feature == column) for column in _columns(trees)}
        self.bends = {column: _bends(trees, nodes) for column, nodes in asked.items()}
        n_rows = np.cumsum([0, *(len(bends) + 2 for bends in self.bends.values())]).tolist()
        if n_rows[-1] * layout.valid.nbytes > MOST_BYTES:
            raise NotApplicable("its table of leaves would be too large")
        self.starts = dict(zip(self.bends, n_rows, strict=False))
        parts = []
        for column, nodes in asked.items():
            missing = np.float32(fills[column]) if column < len(fills) else np.nan
            goes_left = _goes_left(trees, nodes, np.append(self.bends[column], [np.inf, missing]))
            parts.append(layout.open(nodes, goes_left))
        self.table = np.vstack([*parts, layout.valid[None, :]])


def _columns(trees: Trees) -> list[int]:
    """Those that are asked."""
    found: list[int] = np.unique(trees.feature[trees.feature >= 0]).tolist()
    return found


RowOf = Callable[[OneRow], list[float]]


class LookedUp(NamedTuple):
    """The quick way of a core of boosted trees for a few rows.

    Parameters
    ----------
    leaves : LeafTable
    row_of : callable
        From one row to the columns that the trees look at.
    rows_of : callable
        The same of several rows; shape (n_rows, n_columns).
    link : int
        Place in `LINKS` of what makes scores of the sums.
    """

    leaves: LeafTable
    row_of: RowOf
    rows_of: Callable[[Blocks], NDArray[np.floating[Any]]]
    link: int

    def on(self, row: Callable[[OneRow], OneRow], rows: Callable[[Blocks], Blocks]) -> LookedUp:
        """The same, where something is made of rows before."""
        return self._replace(
            row_of=lambda one: self.row_of(row(one)), rows_of=lambda blocks: self.rows_of(rows(blocks))
        )


class _Layout:
    """Which bits stand for the leaves of each tree: those of one tree fill words of their own.

    Attributes
    ----------
    n_bits : int
        Of a word.
    valid : array of unsigned int, shape (n_words,)
        The bits that stand for a leaf.
    """

    def __init__(self, trees: Trees) -> None:
        inner = np.flatnonzero(trees.feature >= 0)
        if trees.values.shape[1] != 1 or (trees.left[inner] <= inner).any() or (trees.right[inner] <= inner).any():
            raise NotApplicable("its trees are laid out in another way")
        self._trees = trees
        self._tree = np.repeat(np.arange(len(trees.roots)), np.diff(np.append(trees.roots, len(trees.feature))))
        n_leaves = np.bincount(self._tree[trees.feature < 0], minlength=len(trees.roots))
        most = n_leaves.max()
        self.n_bits = next((width for width in WIDTHS if width >= most), WIDTHS[-1])
        self._n_words = -(-n_leaves // self.n_bits)
        order = np.argsort(trees.first_output, kind="stable")
        self._first_word = np.empty_like(order)
        self._first_word[order] = np.cumsum(self._n_words[order]) - self._n_words[order]
        sizes = np.bincount(trees.first_output, weights=self._n_words, minlength=trees.n_outputs).astype(np.int64)
        self.first_words: Ints = np.cumsum(sizes) - sizes
        self.valid: Words = np.zeros(sizes.sum(), dtype=f"uint{self.n_bits}")
        self.values = np.zeros((sizes.sum(), self.n_bits + 1))
        self._under = self._place_leaves()

    def _place_leaves(self) -> Words:
        """The leaves under each node, as bits; shape (most words of a tree, n_nodes)."""
        trees, leaves = self._trees, np.flatnonzero(self._trees.feature < 0)
        of_tree = self._tree[leaves]
        number = np.arange(len(leaves)) - np.searchsorted(of_tree, of_tree)
        words, bits = self._first_word[of_tree] + number // self.n_bits, number % self.n_bits
        kind = self.valid.dtype.type
        np.bitwise_or.at(self.valid, words, np.left_shift(kind(1), bits.astype(kind)))
        self.values[words, bits] = trees.values[leaves, 0]
        under = [0] * len(self._tree)
        for leaf, place in zip(leaves.tolist(), number.tolist(), strict=True):
            under[leaf] = 1 << place
        inner, left, right = (
            np.flatnonzero(trees.feature >= 0)[::-1].tolist(),
            trees.left.tolist(),
            trees.right.tolist(),
        )
        for node in inner:
            under[node] = under[left[node]] | under[right[node]]
        whole = (1 << self.n_bits) - 1
        words_of = [[bits >> self.n_bits * k & whole for bits in under] for k in range(int(self._n_words.max()))]
        return np.array(words_of, dtype=kind)

    def open(self, nodes: Ints, goes_left: NDArray[np.bool_]) -> Words:
        """What the answers to the questions of some nodes leave open, shape (n_values, n_words).

        Parameters
        ----------
        nodes : array of int, shape (n_nodes,)
        goes_left : array of bool, shape (n_values, n_nodes)
        """
        trees, table = self._tree[nodes], np.repeat(self.valid[None, :], len(goes_left), axis=0)
        rules_out = self._under[:, self._trees.left[nodes]], self._under[:, self._trees.right[nodes]]
        for k in range(int(self._n_words[trees].max())):
            has_word = np.flatnonzero(self._n_words[trees] > k)
            places = has_word[np.argsort(trees[has_word], kind="stable")]
            starts = np.flatnonzero(np.diff(trees[places], prepend=-1))
            left, right = (~rules_out[side][k, places] for side in (1, 0))
            bits = np.where(goes_left[:, places], left, right)
            table[:, self._first_word[trees[places[starts]]] + k] &= np.bitwise_and.reduceat(bits, starts, axis=1)
        return table


def _bends(trees: Trees, nodes: Ints) -> Array:
    """Where the answers to some nodes' questions change, from left to right; for names all codes that are asked for.

    Raises
    ------
    NotApplicable
        If a column is asked for its size and for its names.
    """
    is_set = trees.members[nodes] >= 0
    if is_set.any() != is_set.all():
        raise NotApplicable("a column is taken as numbers and as names")
    if not is_set.any():
        return np.unique(trees.threshold[nodes])
    largest = max((code for place in trees.members[nodes].tolist() for code in trees.sets[place]), default=-1)
    return np.arange(largest + 1, dtype=np.float64)


def _goes_left(trees: Trees, nodes: Ints, values: Array) -> NDArray[np.bool_]:
    """Where each value goes at each node, shape (n_values, n_nodes)."""
    if trees.members[nodes[0]] >= 0:
        found, which = np.unique(trees.members[nodes], return_inverse=True)
        inside = np.zeros((len(found), len(values)), dtype=bool)
        for place, number in enumerate(found.tolist()):
            inside[place, list(trees.sets[number])] = True
        return inside[which].T
    column = values[:, None]
    left: NDArray[np.bool_] = np.where(np.isnan(column), trees.missing_left[nodes], column <= trees.threshold[nodes])
    return left
