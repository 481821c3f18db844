"""Decision trees as ONNX has them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.forest import Trees
from mlwright.shipping.exports._graph import Array

AT_MOST, MEMBER = 0, 6
"""What a tree asks, in the words of ONNX: ``BRANCH_LEQ`` and ``BRANCH_MEMBER``."""


def tree_of(trees: Trees) -> NDArray[np.int64]:
    """The tree of each node; the nodes of one tree lie together."""
    borders = np.append(trees.roots, len(trees.feature))
    return np.repeat(np.arange(len(trees.roots)), np.diff(borders))


def first_output(trees: Trees) -> NDArray[np.int64]:
    return trees.first_output[tree_of(trees)]


def attributes(trees: Trees, answers: Array, target: NDArray[np.int64], n_targets: int) -> dict[str, Any]:
    """Trees as ONNX has them: questions and leaves in lists of their own; a tree of one leaf asks a needless question.

    Parameters
    ----------
    trees : Trees
    answers : array, shape (n_nodes,)
    target : array of int, shape (n_nodes,)
        The output that the answer of a leaf is added to.
    n_targets : int
    """
    is_leaf = trees.feature < 0
    inner, leaves = np.flatnonzero(~is_leaf), np.flatnonzero(is_leaf)
    bare = trees.roots[is_leaf[trees.roots]]
    place = np.empty(len(is_leaf), dtype=np.int64)
    place[inner], place[leaves] = np.arange(len(inner)), np.arange(len(leaves))
    roots = place[trees.roots].copy()
    roots[is_leaf[trees.roots]] = len(inner) + np.arange(len(bare))
    left, right = np.append(trees.left[inner], bare), np.append(trees.right[inner], bare)
    is_set = np.append(trees.members[inner] >= 0, np.zeros(len(bare), dtype=bool))
    nothing = np.zeros(len(bare), dtype=np.int64)
    members = [
        code
        for number in trees.members[inner].tolist()
        if number >= 0
        for code in (*map(float, trees.sets[number]), np.nan)
    ]
    found: dict[str, Any] = {
        "n_targets": n_targets,
        "aggregate_function": 1,
        "post_transform": 0,
        "nodes_featureids": np.append(trees.feature[inner], nothing).tolist(),
        "nodes_splits": proto(np.append(trees.threshold[inner], nothing)),
        "nodes_modes": proto(np.where(is_set, MEMBER, AT_MOST).astype(np.uint8)),
        "nodes_truenodeids": place[left].tolist(),
        "nodes_falsenodeids": place[right].tolist(),
        "nodes_trueleafs": is_leaf[left].astype(int).tolist(),
        "nodes_falseleafs": is_leaf[right].astype(int).tolist(),
        "nodes_missing_value_tracks_true": np.append(trees.missing_left[inner], nothing).astype(int).tolist(),
        "leaf_targetids": target[leaves].tolist(),
        "leaf_weights": proto(answers[leaves]),
        "tree_roots": roots.tolist(),
    }
    return found | ({"membership_values": proto(np.array(members))} if members else {})


def proto(values: NDArray[Any]) -> Any:
    from onnx import numpy_helper

    return numpy_helper.from_array(np.ascontiguousarray(values))
