"""The trees of ONNX forests as arrays; trees that know what stands for a missing number."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from mlwright.scoring.forest import Array, TreeList, Trees


def of_onnx(data: bytes) -> tuple[Trees, float, float]:
    """The trees of a forest in ONNX as `mlwright.learning.forest` writes it, its center and its scale."""
    import onnx
    from onnx import helper, numpy_helper

    graph = onnx.ModelProto.FromString(data).graph
    given = {attribute.name: helper.get_attribute_value(attribute) for attribute in graph.node[0].attribute}
    rest = {tensor.name: float(numpy_helper.to_array(tensor)[0]) for tensor in graph.initializer}
    n_outputs = int(given["n_targets"])
    trees, targets = _by_tree(given, n_outputs)
    found = TreeList(n_outputs)
    for tree, values in zip(trees, targets, strict=True):
        n_nodes = len(tree["feature"])
        found.add(**tree, members=np.full(n_nodes, -1), values=values)
    return found.trees(n_outputs), rest["center"], rest["scale"]


def _by_tree(given: dict[str, Any], n_outputs: int) -> tuple[list[dict[str, Any]], list[Array]]:
    from onnx import numpy_helper

    ids = np.array(given["nodes_treeids"])
    is_leaf = np.array([mode == b"LEAF" for mode in given["nodes_modes"]])
    whole = {
        "feature": np.where(is_leaf, -1, np.array(given["nodes_featureids"])),
        "threshold": numpy_helper.to_array(given["nodes_values_as_tensor"]),
        "left": np.array(given["nodes_truenodeids"]),
        "right": np.array(given["nodes_falsenodeids"]),
        "missing_left": np.array(given["nodes_missing_value_tracks_true"]) > 0,
    }
    borders = np.searchsorted(ids, np.arange(1, ids.max() + 1))
    split = {name: np.split(values, borders) for name, values in whole.items()}
    trees = [{name: parts[j] for name, parts in split.items()} for j in range(len(borders) + 1)]
    weights = numpy_helper.to_array(given["target_weights_as_tensor"])
    leaf_trees, nodes, outputs = (np.array(given[f"target_{name}"]) for name in ("treeids", "nodeids", "ids"))
    targets = [np.zeros((len(tree["feature"]), n_outputs)) for tree in trees]
    starts = np.searchsorted(leaf_trees, np.arange(len(trees) + 1))
    for j, target in enumerate(targets):
        part = slice(starts[j], starts[j + 1])
        target[nodes[part], outputs[part]] = weights[part]
    return trees, targets


def with_fills(trees: Trees, fills: Array) -> Trees:
    """Trees that send a missing number to where what stands for it goes, so that nothing needs to be filled in.

    Parameters
    ----------
    trees : Trees
    fills : array
        Of the first features, as `scoring.fills.fill`; NaN where the trees know themselves where a missing one goes.
    """
    single = np.append(fills.astype(np.float32).astype(np.float64), math.nan)
    stands = single[np.where(trees.feature < len(fills), trees.feature, -1)]
    is_filled = (trees.feature >= 0) & ~np.isnan(stands)
    return replace(trees, missing_left=np.where(is_filled, stands <= trees.threshold, trees.missing_left))
