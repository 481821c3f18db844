"""Symmetric trees as a forest over numbers and what is known of names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from mlwright.core.errors import ExportRefused
from mlwright.scoring.forest import TreeList
from mlwright.scoring.symmetric_rows import class_table, n_places
from mlwright.scoring.symmetric_trees import ABOVE, CODE, Combination, Ints, Part, SymmetricTrees
from mlwright.shipping.exports._columns import level
from mlwright.shipping.exports._graph import Array, Choose, Forest, Join, Lookup, Missing, Node, Take, as_node

MOST_ENTRIES = 200_000
"""Of a table of combinations; more are refused."""

WITHOUT_CATBOOST: Final = 'Train without it: [train] families = ["linear", "lightgbm"]'


def symmetric_node(trees: SymmetricTrees, numbers: Node, codes: Sequence[Node]) -> Node:
    """The sums of symmetric trees, before their link.

    Parameters
    ----------
    trees : SymmetricTrees
    numbers : Node
    codes : sequence of Node
        One for each code column; -1 where missing.

    Raises
    ------
    ExportRefused
        If it looks at combinations of too many names.
    """
    found = TreeList(trees.n_outputs)
    ends = np.cumsum(trees.depths, dtype=np.int64)
    for tree, (depth, end) in enumerate(zip(trees.depths.tolist(), ends.tolist(), strict=True)):
        asked = np.arange(end - depth, end)
        _add_tree(found, trees, asked, trees.leaves[tree, : 1 << depth])
    features = _Features(trees, numbers, codes).node()
    return Forest(features, found.trees(trees.n_outputs)) + as_node(trees.bias)


class _Features:
    """What the trees look at: the numbers, then the bins of what is known of names."""

    def __init__(self, trees: SymmetricTrees, numbers: Node, codes: Sequence[Node]) -> None:
        self._trees = trees
        self._numbers = numbers
        self._codes = [level(code, size) for code, size in zip(codes, trees.code_sizes.tolist(), strict=True)]
        self._parts: dict[Part, Node] = {}

    def node(self) -> Node:
        """All of them."""
        return Join((self._numbers, *map(self._told, self._trees.combinations)))

    def _told(self, combination: Combination) -> Node:
        """The bins of one combination."""
        if n_places(self._trees, combination) > MOST_ENTRIES:
            raise ExportRefused(
                "CatBoost looks at combinations of too many names to be written down, which cannot be exported.",
                WITHOUT_CATBOOST,
            )
        bins: Array = combination.bins[class_table(self._trees, combination)].astype(np.float64)
        if len(combination.parts) == 1 and combination.parts[0].kind == CODE:
            return Lookup(self._codes[combination.parts[0].column], bins)
        index = as_node(0.0)
        for part in combination.parts:
            index = index * float(len(self._trees.values_of(part))) + self._place(part)
        return Lookup(index, bins)

    def _place(self, part: Part) -> Node:
        """Which place of a part a row has; the same part is the same node."""
        if part.kind == CODE:
            return self._codes[part.column]
        if part not in self._parts:
            self._parts[part] = self._answer(part)
        return self._parts[part]

    def _answer(self, part: Part) -> Node:
        if part.kind != ABOVE:
            flags = np.arange(int(self._trees.code_sizes[part.column])) == part.value
            return Lookup(self._codes[part.column], flags.astype(np.float64)[:, None])
        number = Take(self._numbers, (part.column,))
        is_above = as_node(float(self._trees.borders_of[part.column][part.value])) < number
        missing = float(int(self._trees.missing_bin[part.column]) > part.value)
        return Choose(Missing(number), as_node(missing), is_above)


def _add_tree(found: TreeList, trees: SymmetricTrees, asked: Ints, leaves: Array) -> None:
    """A symmetric tree, level by level from the last question; the bits of a leaf's place are the answers."""
    depth, n_inner = len(asked), len(leaves) - 1
    of_node = asked[depth - 1 - np.repeat(np.arange(depth), 1 << np.arange(depth))]
    features, cuts = trees.feature[of_node].tolist(), trees.cut[of_node].tolist()
    places, none = np.arange(n_inner), np.zeros(len(leaves), dtype=np.int64)
    found.add(
        feature=np.append(np.array(features, dtype=np.int64), np.full(len(leaves), -1)),
        threshold=np.append([_border(trees, *each) for each in zip(features, cuts, strict=True)], none),
        members=np.full(n_inner + len(leaves), -1),
        missing_left=np.append([_missing_left(trees, *each) for each in zip(features, cuts, strict=True)], none) > 0,
        left=np.append(2 * places + 1, none),
        right=np.append(2 * places + 2, none),
        values=np.vstack([np.zeros((n_inner, leaves.shape[1])), leaves]),
    )


def _border(trees: SymmetricTrees, feature: int, cut: int) -> float:
    """What is larger goes right: a border of a number, or what lies between two bins."""
    return float(trees.borders_of[feature][cut]) if feature < trees.n_numbers else cut + 0.5


def _missing_left(trees: SymmetricTrees, feature: int, cut: int) -> bool:
    """Where a missing number goes; what is known of names is never missing."""
    return feature >= trees.n_numbers or int(trees.missing_bin[feature]) <= cut
