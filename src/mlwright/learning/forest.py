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
    center, scale : float
        Those of the target, where the trees have learned it centred and scaled.
    """
    n_outputs = leaf_values[0].shape[1]
    model = ModelProto(ir_version=IR_VERSION, producer_name="mlwright")
    graph = model.graph  # what is put into a message as a whole is copied, and these trees are large
    graph.name = "forest"
    ensemble = graph.node.add(op_type="TreeEnsembleRegressor", domain=TREE_DOMAIN, input=["matrix"], output=["mean"])
    _add_nodes(ensemble, trees)
    _add_leaves(ensemble, trees, leaf_values, n_outputs)
    graph.node.extend(
        [
            helper.make_node("Cast", ["mean"], ["wide"], to=TensorProto.DOUBLE),
            helper.make_node("Mul", ["wide", "scale"], ["scaled"]),
            helper.make_node("Add", ["scaled", "center"], ["scores"]),
        ]
    )
    graph.input.append(helper.make_tensor_value_info("matrix", TensorProto.DOUBLE, [None, n_columns]))
    graph.output.append(helper.make_tensor_value_info("scores", TensorProto.DOUBLE, [None, n_outputs]))
    for name, value in (("scale", scale), ("center", center)):
        graph.initializer.append(numpy_helper.from_array(np.array([value]), name))
    model.opset_import.extend([helper.make_opsetid(domain, version) for domain, version in OPSETS.items()])
    return bytes(model.SerializeToString(deterministic=True))


def _add_nodes(ensemble: NodeProto, trees: Sequence[Tree]) -> None:
    is_leaf = np.concatenate([tree.children_left < 0 for tree in trees])

    def over_all(name: str) -> NDArray[Any]:
        values = np.concatenate([getattr(tree, name) for tree in trees])
        return np.where(is_leaf, 0, values)

    n_nodes = [tree.node_count for tree in trees]
    _add_integers(ensemble, "nodes_treeids", np.repeat(np.arange(len(trees)), n_nodes))
    _add_integers(ensemble, "nodes_nodeids", np.concatenate([np.arange(n) for n in n_nodes]))
    _add_integers(ensemble, "nodes_featureids", over_all("feature"))
    _add_integers(ensemble, "nodes_truenodeids", over_all("children_left"))
    _add_integers(ensemble, "nodes_falsenodeids", over_all("children_right"))
    _add_integers(ensemble, "nodes_missing_value_tracks_true", over_all("missing_go_to_left"))
    _add_doubles(ensemble, "nodes_values_as_tensor", over_all("threshold"))
    modes = [b"LEAF" if leaf else b"BRANCH_LEQ" for leaf in is_leaf.tolist()]
    ensemble.attribute.add(name="nodes_modes", type=AttributeProto.STRINGS).strings.extend(modes)


def _add_leaves(ensemble: NodeProto, trees: Sequence[Tree], leaf_values: Sequence[Array], n_outputs: int) -> None:
    leaves = [np.flatnonzero(tree.children_left < 0) for tree in trees]
    weights = [values[leaf] / len(trees) for values, leaf in zip(leaf_values, leaves, strict=True)]
    n_leaves = [len(leaf) for leaf in leaves]
    of_tree = np.repeat(np.arange(len(trees)), n_leaves)
    _add_integers(ensemble, "target_treeids", np.repeat(of_tree, n_outputs))
    _add_integers(ensemble, "target_nodeids", np.repeat(np.concatenate(leaves), n_outputs))
    _add_integers(ensemble, "target_ids", np.tile(np.arange(n_outputs), sum(n_leaves)))
    _add_doubles(ensemble, "target_weights_as_tensor", np.concatenate(weights).ravel())
    ensemble.attribute.add(name="n_targets", type=AttributeProto.INT, i=n_outputs)


def _add_integers(ensemble: NodeProto, name: str, values: NDArray[Any]) -> None:
    ensemble.attribute.add(name=name, type=AttributeProto.INTS).ints.extend(values.astype(np.int64).tolist())


def _add_doubles(ensemble: NodeProto, name: str, values: Array) -> None:
    tensor = numpy_helper.from_array(np.ascontiguousarray(values, dtype=np.float64))
    ensemble.attribute.add(name=name, type=AttributeProto.TENSOR).t.CopyFrom(tensor)
