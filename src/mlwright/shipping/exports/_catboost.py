"""A CatBoost model as a forest over numbers and what is known of names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlwright.core.errors import ExportRefused
from mlwright.core.family import NotApplicable
from mlwright.scoring.catboost_trees import AbovePart, CodePart, Known, Part, Symmetric, read_catboost
from mlwright.scoring.cores.catboost import CatBoostCore
from mlwright.scoring.forest import TreeList
from mlwright.shipping.exports._graph import Choose, Forest, Join, Lookup, Node, Take, as_node


def catboost_node(core: CatBoostCore, numbers: Node, codes: Sequence[Node], n_levels: Sequence[int]) -> Node:
    """The sums of a CatBoost core, before its link.

    Parameters
    ----------
    core : CatBoostCore
    numbers : Node
        Filled.
    codes : sequence of Node
        One for each code column; -1 where missing.
    n_levels : sequence of int
    """
    try:
        model = read_catboost(core.model, core.fills, n_levels)
    except NotApplicable as refused:
        raise ExportRefused(
            f"{refused.reason}, which cannot be exported.",
            'Train without it: [train] families = ["linear", "lightgbm"]',
        ) from None
    asked = _Features(numbers, codes, n_levels)
    found = TreeList(len(model.bias))
    for tree in model.trees:
        _add_tree(found, tree, [asked.place(question.feature) for question in tree.questions])
    sums = Forest(asked.node(), found.trees(len(model.bias)))
    return sums * model.scale + as_node(model.bias)


class _Features:
    """Which numbers the trees look at: the model's numbers, then what is known of names."""

    def __init__(self, numbers: Node, codes: Sequence[Node], n_levels: Sequence[int]) -> None:
        self._parts: list[Node] = [numbers]
        self._width = numbers.width
        self._numbers = numbers
        self._places: dict[int, int] = {}
        self._indexes = [_index(code, size) for code, size in zip(codes, n_levels, strict=True)]
        self._flags: dict[Part, Node] = {}

    def node(self) -> Node:
        """All of them."""
        return Join(tuple(self._parts))

    def place(self, feature: int | Known) -> int:
        """Where a feature stands."""
        if isinstance(feature, int):
            return feature
        if id(feature) not in self._places:
            self._places[id(feature)] = self._width
            self._parts.append(Lookup(self._index_of(feature.parts), feature.values[:, None]))
            self._width += 1
        return self._places[id(feature)]

    def _index_of(self, parts: Sequence[Part]) -> Node:
        """Which combination of its parts a row has."""
        if len(parts) == 1 and isinstance(parts[0], CodePart):
            return self._indexes[parts[0].column]
        index = as_node(0.0)
        for part in parts:
            index = index * float(part.size) + self._part(part)
        return index

    def _part(self, part: Part) -> Node:
        if isinstance(part, CodePart):
            return self._indexes[part.column]
        if part not in self._flags:
            if isinstance(part, AbovePart):
                self._flags[part] = as_node(part.border) < Take(self._numbers, (part.column,))
            else:
                table = np.zeros((part.code.size, 1))
                table[part.place] = 1.0
                self._flags[part] = Lookup(self._indexes[part.code.column], table)
        return self._flags[part]


def _index(code: Node, n_levels: int) -> Node:
    """A code with a missing one as the last level."""
    return Choose(code < 0.0, as_node(n_levels + 1.0), code)


def _add_tree(found: TreeList, tree: Symmetric, features: Sequence[int]) -> None:
    """A symmetric tree, level by level from the last question; the bits of a leaf's place are the answers."""
    depth, leaves, n_inner = len(tree.questions), tree.leaves, len(tree.leaves) - 1
    level = np.repeat(np.arange(depth), 1 << np.arange(depth))
    asked = (depth - 1 - level).tolist()
    questions = [tree.questions[place] for place in asked]
    n_nodes = n_inner + len(leaves)
    places = np.arange(n_inner)
    found.add(
        feature=np.append(np.array([features[place] for place in asked], dtype=np.int64), np.full(len(leaves), -1)),
        threshold=np.append([question.border for question in questions], np.zeros(len(leaves))),
        members=np.full(n_nodes, -1),
        missing_left=np.append([not question.missing_larger for question in questions], np.zeros(len(leaves))) > 0,
        left=np.append(2 * places + 1, np.zeros(len(leaves), dtype=np.int64)),
        right=np.append(2 * places + 2, np.zeros(len(leaves), dtype=np.int64)),
        values=np.vstack([np.zeros((n_inner, leaves.shape[1])), leaves]),
    )
