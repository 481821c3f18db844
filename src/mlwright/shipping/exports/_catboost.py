"""Reads a CatBoost model as trees over numbers, codes and what is known of codes.

CatBoost replaces a category, or several together, by a statistic of the target among training rows that had it. It
finds it by a hash; as the codes of a model are few, the statistic of every combination is written into a table.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import catboost
import numpy as np

from mlwright.core.errors import ExportRefused
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores.catboost import CatBoostCore, features
from mlwright.scoring.forest import TreeList, Trees
from mlwright.shipping.exports._graph import Array, Choose, Forest, Join, Lookup, Node, Take, as_node

NO_HASH = 0x7FFFFFFF
"""What stands for the hash of a name that was never seen."""

EMPTY = 0xFFFFFFFFFFFFFFFF
MULTIPLIER = 0x4906BA494954CB65
WORD = (1 << 64) - 1
MOST_ENTRIES = 200_000
"""Entries of one table; combinations of more codes are refused."""


@dataclass(frozen=True)
class _Split:
    """A question that trees ask: whether a feature, by its place, is larger than a border, or a code a certain one."""

    feature: int
    border: float
    missing_left: bool


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
    model = _as_json(core, numbers.width, n_levels)
    asked = _Features(model, numbers, codes, n_levels)
    trees = _trees(model, asked)
    scale, bias = model["scale_and_bias"]
    bias = np.array(bias, dtype=np.float64)
    sums = Forest(asked.node(), trees)
    return sums * float(scale) + as_node(bias)


def _as_json(core: CatBoostCore, n_numbers: int, n_levels: Sequence[int]) -> dict[str, Any]:
    """The model as CatBoost describes it, with the hashes of all codes that it is shown."""
    every = [np.arange(-1, size + 1) for size in n_levels]
    n_rows = max(map(len, every), default=1)
    codes = np.array([np.resize(each, n_rows) for each in every], dtype=np.int32).T.reshape(n_rows, len(every))
    blocks = Blocks(np.zeros((n_rows, n_numbers), dtype=np.float32), codes)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        core.model.save_model(str(path), format="json", pool=catboost.Pool(features(blocks, core.fills)))
        model: dict[str, Any] = json.loads(path.read_bytes())
    return model


class _Features:
    """Which numbers the trees look at: the model's numbers, then whether a code is a certain one, then statistics."""

    def __init__(self, model: dict[str, Any], numbers: Node, codes: Sequence[Node], n_levels: Sequence[int]) -> None:
        self._info = model["features_info"]
        self._data = model.get("ctr_data", {})
        self._n_levels = n_levels
        self._parts: list[Node] = [numbers]
        self._width = numbers.width
        self._numbers = numbers
        self._known: dict[tuple[Any, ...], int] = {}
        self._indexes = [_index(code, size) for code, size in zip(codes, n_levels, strict=True)]
        self._hashes = {int(entry["value"]): int(entry["hash"]) for entry in self._info.get("cat_features_hash", ())}
        self._of_hash = {value: code for code, value in self._hashes.items()}
        self._nan_left = [
            feature.get("nan_value_treatment") != "AsTrue" for feature in self._info.get("float_features", ())
        ]
        self._places = _places(self._info)

    def node(self) -> Node:
        """All of them."""
        return Join(tuple(self._parts))

    def split(self, given: Mapping[str, Any]) -> _Split:
        """A question of a tree."""
        if given["split_type"] == "FloatFeature":
            place = given["float_feature_index"]
            return _Split(place, float(given["border"]), self._nan_left[place])
        if given["split_type"] == "OneHotFeature":
            return _Split(self._flag(given["cat_feature_index"], given["value"]), 0.5, True)
        if given["split_type"] == "OnlineCtr":
            number = self._places[given["split_index"]]
            return _Split(self._statistic(number), float(given["border"]), True)
        raise ExportRefused(f"CatBoost asks a question of the kind {given['split_type']}, which cannot be exported.")

    def _flag(self, column: int, value: int) -> int:
        """A feature that is 1 where a code is the one of that hash."""
        key = ("flag", column, value)
        if key not in self._known:
            code = self._of_hash.get(value & 0xFFFFFFFF, self._n_levels[column] + 1)
            table = np.zeros((self._n_levels[column] + 2, 1))
            table[self._level(column, code)] = 1.0
            self._known[key] = self._add(Lookup(self._indexes[column], table))
        return self._known[key]

    def _statistic(self, number: int) -> int:
        key = ("statistic", number)
        if key not in self._known:
            self._known[key] = self._add(self._statistic_node(self._info["ctrs"][number]))
        return self._known[key]

    def _add(self, node: Node) -> int:
        self._parts.append(node)
        self._width += node.width
        return self._width - node.width

    def _level(self, column: int, code: int) -> int:
        return self._n_levels[column] + 1 if code < 0 else code

    def _statistic_node(self, ctr: Mapping[str, Any]) -> Node:
        index, hashes = self._combinations(ctr["elements"])
        data = self._data[ctr["identifier"]]
        table = np.array([_value(ctr, data, of) for of in hashes])
        return Lookup(index, table[:, None])

    def _combinations(self, elements: Sequence[Mapping[str, Any]]) -> tuple[Node, list[int]]:
        """Which combination of its parts a row has, and the hash of every combination."""
        index = as_node(0.0)
        hashes = [0]
        in_order = sorted(elements, key=lambda element: element["combination_element"] != "cat_feature_value")
        for element in in_order:
            part, values = self._element(element)
            if len(hashes) * len(values) > MOST_ENTRIES:
                raise ExportRefused(
                    "CatBoost looks at combinations of names of which there are too many to be written down.",
                    'Train without it: [train] families = ["linear", "lightgbm"]',
                )
            index = index * float(len(values)) + part
            hashes = [_hash(before, value) for before in hashes for value in values]
        return index, hashes

    def _element(self, element: Mapping[str, Any]) -> tuple[Node, list[int]]:
        """A part of a combination as a whole number from 0 on, and the hash of each."""
        kind = element["combination_element"]
        if kind == "cat_feature_value":
            column = element["cat_feature_index"]
            codes = [*range(self._n_levels[column] + 1), -1]
            return self._indexes[column], [_signed(self._hashes.get(code, NO_HASH)) for code in codes]
        if kind == "float_feature":
            column = element["float_feature_index"]
            return as_node(float(element["border"])) < Take(self._numbers, (column,)), [0, 1]
        column = element["cat_feature_index"]
        place = self._flag(column, element["value"])
        return Take(self.node(), (place,)), [0, 1]


def _index(code: Node, n_levels: int) -> Node:
    """A code with a missing one as the last level."""
    return Choose(code < 0.0, as_node(n_levels + 1.0), code)


def _places(info: Mapping[str, Any]) -> dict[int, int]:
    """Which statistic each question about one is about, by the number that CatBoost gives to questions."""
    n_before = sum(len(feature.get("borders") or ()) for feature in info.get("float_features", ()))
    n_before += sum(len(feature.get("values") or ()) for feature in info.get("categorical_features", ()))
    places: dict[int, int] = {}
    for number, ctr in enumerate(info.get("ctrs", ())):
        for _ in ctr["borders"]:
            places[n_before] = number
            n_before += 1
    return places


def _signed(value: int) -> int:
    """A hash of 32 bits as CatBoost widens it."""
    return value - (1 << 32) if value >= 1 << 31 else value


def _hash(before: int, value: int) -> int:
    return (MULTIPLIER * ((before + MULTIPLIER * value) & WORD)) & WORD


def _value(ctr: Mapping[str, Any], data: Mapping[str, Any], wanted: int) -> float:
    """The statistic of one combination."""
    counts = _counts(data).get(wanted)
    kind = ctr["ctr_type"]
    good, total = 0.0, 0.0
    if kind in ("Counter", "FeatureFreq"):
        good, total = (float(counts[0]) if counts else 0.0), float(data["counter_denominator"])
    elif kind in ("BinarizedTargetMeanValue", "FloatTargetMeanValue"):
        good, total = (float(counts[0]), float(counts[1])) if counts else (0.0, 0.0)
    elif counts:
        border, total = ctr["target_border_idx"], float(sum(counts))
        good = float(counts[border]) if kind == "Buckets" else float(sum(counts[border + 1 :]))
    share = (good + ctr["prior_numerator"]) / (total + ctr["prior_denomerator"])
    return float((share + ctr["shift"]) * ctr["scale"])


def _counts(data: Mapping[str, Any]) -> dict[int, list[float]]:
    stride, flat = data["hash_stride"], data["hash_map"]
    entries = (flat[start : start + stride] for start in range(0, len(flat), stride))
    return {int(entry[0]): entry[1:] for entry in entries if int(entry[0]) != EMPTY}


def _trees(model: Mapping[str, Any], asked: _Features) -> Trees:
    n_outputs = len(model["scale_and_bias"][1])
    found = TreeList(n_outputs)
    for tree in model["oblivious_trees"]:
        splits = [asked.split(split) for split in tree.get("splits") or ()]
        _add_tree(found, splits, np.array(tree["leaf_values"], dtype=np.float64).reshape(-1, n_outputs))
    return found.trees(n_outputs)


def _add_tree(found: TreeList, splits: Sequence[_Split], leaves: Array) -> None:
    """A symmetric tree, level by level from the last question; the bits of a leaf's place are the answers."""
    depth, n_inner = len(splits), len(leaves) - 1
    level = np.repeat(np.arange(depth), 1 << np.arange(depth))
    questions = [splits[depth - 1 - j] for j in level.tolist()]
    n_nodes = n_inner + len(leaves)
    places = np.arange(n_inner)
    found.add(
        feature=np.append(np.array([split.feature for split in questions], dtype=np.int64), np.full(len(leaves), -1)),
        threshold=np.append([split.border for split in questions], np.zeros(len(leaves))),
        members=np.full(n_nodes, -1),
        missing_left=np.append([split.missing_left for split in questions], np.zeros(len(leaves))) > 0,
        left=np.append(2 * places + 1, np.zeros(len(leaves), dtype=np.int64)),
        right=np.append(2 * places + 2, np.zeros(len(leaves), dtype=np.int64)),
        values=np.vstack([np.zeros((n_inner, leaves.shape[1])), leaves]),
    )
