"""Writes forests of scikit-learn as ONNX.

The trees are written node by node from scikit-learn's own arrays, with their thresholds in double precision and
with the side that a missing value takes at each node, so that the answers are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from onnx import AttributeProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

Array = NDArray[np.float64]

TREE_DOMAIN = "ai.onnx.ml"
OPSETS = {"": 17, TREE_DOMAIN: 3}
IR_VERSION = 8


class Tree(Protocol):
    """What scikit-learn keeps of a tree, as arrays over its nodes."""

    node_count: int
    children_left: NDArray[np.int64]
    children_right: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: Array
    missing_go_to_left: NDArray[np.uint8]


def forest_to_onnx(
    trees: Sequence[Tree], leaf_values: Sequence[Array], n_columns: int, *, center: float = 0.0, scale: float = 1.0
) -> bytes:
    """An ONNX model that answers `scale` times the mean of the trees plus `center`.

    Parameters
    ----------
    trees : sequence of Tree
    leaf_values : sequence of array, each of shape (n_nodes, n_outputs)
        What each node of each tree answers; read for leaves only.
    n_columns : int
        Width of the matrix that the trees were grown on.
    """
    ensemble = NodeProto(op_type="TreeEnsembleRegressor", domain=TREE_DOMAIN, input=["matrix"], output=["mean"])
    n_outputs = leaf_values[0].shape[1]
    ensemble.attribute.extend([*_node_attributes(trees), *_leaf_attributes(trees, leaf_values, n_outputs)])
    rest = [
        helper.make_node("Cast", ["mean"], ["wide"], to=TensorProto.DOUBLE),
        helper.make_node("Mul", ["wide", "scale"], ["scaled"]),
        helper.make_node("Add", ["scaled", "center"], ["scores"]),
    ]
    graph = helper.make_graph(
        [ensemble, *rest],
        "forest",
        [helper.make_tensor_value_info("matrix", TensorProto.DOUBLE, [None, n_columns])],
        [helper.make_tensor_value_info("scores", TensorProto.DOUBLE, [None, n_outputs])],
        [numpy_helper.from_array(np.array([value]), name) for name, value in (("scale", scale), ("center", center))],
    )
    opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
    model: ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="mlwright")
    return bytes(model.SerializeToString(deterministic=True))


def _node_attributes(trees: Sequence[Tree]) -> list[AttributeProto]:
    is_leaf = np.concatenate([tree.children_left < 0 for tree in trees])
    modes = np.where(is_leaf, b"LEAF", b"BRANCH_LEQ").tolist()

    def over_all(name: str) -> NDArray[Any]:
        values = np.concatenate([getattr(tree, name) for tree in trees])
        return np.where(is_leaf, 0, values)

    return [
        _integers("nodes_treeids", np.repeat(np.arange(len(trees)), [tree.node_count for tree in trees])),
        _integers("nodes_nodeids", np.concatenate([np.arange(tree.node_count) for tree in trees])),
        _integers("nodes_featureids", over_all("feature")),
        _integers("nodes_truenodeids", over_all("children_left")),
        _integers("nodes_falsenodeids", over_all("children_right")),
        _integers("nodes_missing_value_tracks_true", over_all("missing_go_to_left")),
        _doubles("nodes_values_as_tensor", over_all("threshold")),
        AttributeProto(name="nodes_modes", type=AttributeProto.STRINGS, strings=modes),
    ]


def _leaf_attributes(trees: Sequence[Tree], leaf_values: Sequence[Array], n_outputs: int) -> list[AttributeProto]:
    leaves = [np.flatnonzero(tree.children_left < 0) for tree in trees]
    weights = [values[leaf] / len(trees) for values, leaf in zip(leaf_values, leaves, strict=True)]
    n_leaves = [len(leaf) for leaf in leaves]
    return [
        _integers("target_treeids", np.repeat(np.repeat(np.arange(len(trees)), n_leaves), n_outputs)),
        _integers("target_nodeids", np.repeat(np.concatenate(leaves), n_outputs)),
        _integers("target_ids", np.tile(np.arange(n_outputs), sum(n_leaves))),
        _doubles("target_weights_as_tensor", np.concatenate(weights).ravel()),
        AttributeProto(name="n_targets", type=AttributeProto.INT, i=n_outputs),
    ]


def _integers(name: str, values: NDArray[Any]) -> AttributeProto:
    return AttributeProto(name=name, type=AttributeProto.INTS, ints=values.astype(np.int64).tolist())


def _doubles(name: str, values: Array) -> AttributeProto:
    tensor = numpy_helper.from_array(np.ascontiguousarray(values, dtype=np.float64))
    return AttributeProto(name=name, type=AttributeProto.TENSOR, t=tensor)
