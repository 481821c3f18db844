"""Reads the trees of LightGBM and of ONNX forests as arrays."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import ExportRefused
from mlwright.shipping.exports._graph import Array, Ints, Trees

CATEGORICAL, DEFAULT_LEFT = 1, 2
NO_MISSING, ZERO_MISSING, NAN_MISSING = 0, 1, 2
SET_BITS = 32
LARGEST = float(np.finfo(np.float64).max)
"""In place of infinite thresholds: no language writes those alike."""


class TreeList:
    """Collects trees one by one.

    Parameters
    ----------
    n_values : int
        How many numbers a leaf answers.
    """

    def __init__(self, n_values: int) -> None:
        self._n_values = n_values
        self._parts: dict[str, list[NDArray[Any]]] = {}
        self._roots: list[int] = []
        self._first_output: list[int] = []
        self._sets: dict[tuple[int, ...], int] = {}
        self._n_nodes = 0

    def set_of(self, codes: tuple[int, ...]) -> int:
        """The place of a set of codes."""
        return self._sets.setdefault(codes, len(self._sets))

    def add(
        self,
        *,
        feature: Ints,
        threshold: Array,
        members: Ints,
        missing_left: NDArray[np.bool_],
        left: Ints,
        right: Ints,
        values: Array,
        root: int = 0,
        first_output: int = 0,
    ) -> None:
        """Add one tree, whose nodes are numbered from 0."""
        start = self._n_nodes
        parts: dict[str, NDArray[Any]] = {
            "feature": feature,
            "threshold": np.clip(threshold, -LARGEST, LARGEST),
            "members": members,
            "missing_left": missing_left,
            "left": left + start,
            "right": right + start,
            "values": values.reshape(len(feature), self._n_values),
        }
        for name, part in parts.items():
            self._parts.setdefault(name, []).append(part)
        self._roots.append(start + root)
        self._first_output.append(first_output)
        self._n_nodes += len(feature)

    def trees(self, n_outputs: int) -> Trees:
        """All of them."""
        whole: dict[str, Any] = {name: np.concatenate(parts) for name, parts in self._parts.items()}
        return Trees(
            roots=np.array(self._roots, dtype=np.int64),
            first_output=np.array(self._first_output, dtype=np.int64),
            sets=tuple(self._sets),
            n_outputs=n_outputs,
            **whole,
        )


def of_lightgbm(text: str) -> tuple[Trees, str]:
    """The trees of a LightGBM model in text form, and what its objective is called (``binary sigmoid:1``)."""
    head, *parts = re.split(r"^Tree=\d+\n", text.partition("\nend of trees")[0], flags=re.MULTILINE)
    header = _fields(head)
    per_round, found = int(header["num_tree_per_iteration"]), TreeList(1)
    for number, part in enumerate(parts):
        fields = _fields(part)
        if fields.get("is_linear", "0") != "0":
            raise ExportRefused("The model holds linear trees, which no form of export can say.")
        _add_lightgbm_tree(found, fields, number % per_round)
    return found.trees(per_round), header.get("objective", "")


def _add_lightgbm_tree(found: TreeList, fields: dict[str, str], output: int) -> None:
    """Nodes first, then leaves."""
    leaves = _numbers(fields["leaf_value"])
    n_splits = len(leaves) - 1
    if n_splits == 0:
        none, zero = np.array([-1]), np.zeros(1, dtype=np.int64)
        found.add(
            feature=none, threshold=np.zeros(1), members=none, missing_left=zero > 0, left=zero, right=zero,
            values=leaves, first_output=output,
        )  # fmt: skip
        return
    decision = _integers(fields["decision_type"])
    kinds = (decision >> 2) & 3
    is_set = (decision & CATEGORICAL) > 0
    if (kinds[~is_set] == ZERO_MISSING).any():
        raise ExportRefused("The model takes zeros as missing, which no form of export can say.")
    threshold = _numbers(fields["threshold"])
    missing_left = np.where(kinds == NAN_MISSING, (decision & DEFAULT_LEFT) > 0, threshold >= 0.0) & ~is_set
    pad = len(leaves)
    found.add(
        feature=np.append(_integers(fields["split_feature"]), np.full(pad, -1)),
        threshold=np.append(np.where(is_set, 0.0, threshold), np.zeros(pad)),
        members=np.append(_set_places(found, fields, is_set, threshold), np.full(pad, -1)),
        missing_left=np.append(missing_left, np.zeros(pad, dtype=bool)),
        left=np.append(_children(fields["left_child"], n_splits), np.zeros(pad, dtype=np.int64)),
        right=np.append(_children(fields["right_child"], n_splits), np.zeros(pad, dtype=np.int64)),
        values=np.append(np.zeros(n_splits), leaves),
        first_output=output,
    )


def _children(text: str, n_splits: int) -> Ints:
    """Places of children; LightGBM numbers leaves -1, -2 and so on."""
    children = _integers(text)
    places: Ints = np.where(children < 0, n_splits - 1 - children, children)
    return places


def _set_places(found: TreeList, fields: dict[str, str], is_set: NDArray[np.bool_], threshold: Array) -> Ints:
    places = np.full(len(is_set), -1, dtype=np.int64)
    if is_set.any():
        borders, words = _integers(fields["cat_boundaries"]), _integers(fields["cat_threshold"])
        for node in np.flatnonzero(is_set).tolist():
            number = int(threshold[node])
            bits = words[borders[number] : borders[number + 1]].tolist()
            places[node] = found.set_of(_codes(bits))
    return places


def _codes(words: list[int]) -> tuple[int, ...]:
    return tuple(SET_BITS * j + bit for j, word in enumerate(words) for bit in range(SET_BITS) if word >> bit & 1)


def _fields(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines())
    return {name: value for name, equals, value in pairs if equals}


def _numbers(text: str) -> Array:
    return np.array(text.split(), dtype=np.float64)


def _integers(text: str) -> Ints:
    return np.array(text.split(), dtype=np.int64)


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
