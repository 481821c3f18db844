"""Reads a CatBoost model as symmetric trees over numbers and what is known of names.

CatBoost replaces a name, or several together, by a statistic of the target among training rows that had it. It finds
it by a hash; as the codes of a model are few, the statistic of every combination is written into a table.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import catboost
import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.catboost_rows import features

Array = NDArray[np.float64]

NO_HASH = 0x7FFFFFFF
"""What stands for the hash of a name that was never seen."""

EMPTY = 0xFFFFFFFFFFFFFFFF
MULTIPLIER = 0x4906BA494954CB65
WORD = (1 << 64) - 1
MOST_ENTRIES = 200_000
"""Entries of one table; combinations of more codes are refused."""


class CodePart(NamedTuple):
    """A code as a place: its own, or the last one where it is missing."""

    column: int
    size: int


class AbovePart(NamedTuple):
    """Whether a number is larger than a border: 1, or 0."""

    column: int
    border: float
    size: int = 2


class LevelPart(NamedTuple):
    """Whether a code has a certain place: 1, or 0."""

    code: CodePart
    place: int
    size: int = 2


Part = CodePart | AbovePart | LevelPart


class Known(NamedTuple):
    """What is known of every combination of some parts, the last of which changes quickest; shape (n_combinations,)."""

    parts: tuple[Part, ...]
    values: Array


class Question(NamedTuple):
    """Whether a feature is larger than a border: a number by its column, or something known."""

    feature: int | Known
    border: float
    missing_larger: bool


class Symmetric(NamedTuple):
    """A tree; the answer to question k is the bit k of the place of its leaf. Leaves: shape (n_leaves, n_outputs)."""

    questions: tuple[Question, ...]
    leaves: Array


@dataclass(frozen=True)
class CatBoostTrees:
    """The sums of a model are those of its trees, times `scale`, plus `bias` of shape (n_outputs,)."""

    trees: tuple[Symmetric, ...]
    scale: float
    bias: Array


def read_catboost(model: Any, fills: Array, n_levels: Sequence[int]) -> CatBoostTrees:
    """The trees of a model.

    Parameters
    ----------
    model : catboost.CatBoost
    fills : array, shape (n_numbers,)
        As in `catboost_rows.features`.
    n_levels : sequence of int
        As in `BlockNames`.

    Raises
    ------
    NotApplicable
        If it asks of combinations of too many names, or questions of another kind.
    """
    told = _as_json(model, fills, n_levels)
    scale, bias = told["scale_and_bias"]
    asked, n_outputs = _Asked(told, n_levels), len(bias)
    trees = [
        Symmetric(
            tuple(asked.question(split) for split in tree.get("splits") or ()),
            np.array(tree["leaf_values"], dtype=np.float64).reshape(-1, n_outputs),
        )
        for tree in told["oblivious_trees"]
    ]
    return CatBoostTrees(tuple(trees), float(scale), np.array(bias, dtype=np.float64))


def _as_json(model: Any, fills: Array, n_levels: Sequence[int]) -> dict[str, Any]:
    """The model as CatBoost describes it, with the hashes of all codes that it is shown."""
    every = [np.arange(-1, size + 1) for size in n_levels]
    n_rows = max(map(len, every), default=1)
    codes = np.array([np.resize(each, n_rows) for each in every], dtype=np.int32).T.reshape(n_rows, len(every))
    blocks = Blocks(np.zeros((n_rows, len(fills)), dtype=np.float32), codes)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json", pool=catboost.Pool(features(blocks, fills)))
        told: dict[str, Any] = json.loads(path.read_bytes())
    return told


class _Asked:
    """What the trees ask for; what is known of the same is the same object."""

    def __init__(self, model: dict[str, Any], n_levels: Sequence[int]) -> None:
        self._info = model["features_info"]
        self._data = model.get("ctr_data") or {}
        self._codes = [CodePart(column, size + 2) for column, size in enumerate(n_levels)]
        self._known: dict[tuple[Any, ...], Known] = {}
        self._counts: dict[str, dict[int, list[float]]] = {}
        self._hashes = {int(entry["value"]): int(entry["hash"]) for entry in self._info.get("cat_features_hash") or ()}
        self._of_hash = {value: code for code, value in self._hashes.items()}
        self._missing_larger = [
            feature.get("nan_value_treatment") == "AsTrue" for feature in self._info.get("float_features") or ()
        ]
        self._places = _places(self._info)

    def question(self, given: Mapping[str, Any]) -> Question:
        """A question of a tree."""
        if given["split_type"] == "FloatFeature":
            place = given["float_feature_index"]
            return Question(place, _single(given["border"]), self._missing_larger[place])
        if given["split_type"] == "OneHotFeature":
            return Question(self._flag(given["cat_feature_index"], given["value"]), 0.5, missing_larger=False)
        if given["split_type"] == "OnlineCtr":
            number = self._places[given["split_index"]]
            return Question(self._statistic(number), float(given["border"]), missing_larger=False)
        raise NotApplicable(f"CatBoost asks a question of the kind {given['split_type']}")

    def _level(self, column: int, value: int) -> int:
        """The place of the code of that hash."""
        code = self._of_hash.get(value & 0xFFFFFFFF, -1)
        return self._codes[column].size - 1 if code < 0 else code

    def _flag(self, column: int, value: int) -> Known:
        """Which is 1 where a code is the one of that hash."""
        key = ("flag", column, value)
        if key not in self._known:
            table = np.zeros(self._codes[column].size)
            table[self._level(column, value)] = 1.0
            self._known[key] = Known((self._codes[column],), table)
        return self._known[key]

    def _statistic(self, number: int) -> Known:
        key = ("statistic", number)
        if key not in self._known:
            ctr = self._info["ctrs"][number]
            parts, hashes = self._combinations(ctr["elements"])
            name = ctr["identifier"]
            if name not in self._counts:
                self._counts[name] = _counts(self._data[name])
            counts, whole = self._counts[name], self._data[name].get("counter_denominator")
            self._known[key] = Known(parts, np.array([_value(ctr, counts.get(of), whole) for of in hashes]))
        return self._known[key]

    def _combinations(self, elements: Sequence[Mapping[str, Any]]) -> tuple[tuple[Part, ...], list[int]]:
        """The parts, and the hash of every combination."""
        parts: list[Part] = []
        hashes = [0]
        in_order = sorted(elements, key=lambda element: element["combination_element"] != "cat_feature_value")
        for element in in_order:
            part, values = self._element(element)
            if len(hashes) * len(values) > MOST_ENTRIES:
                raise NotApplicable("CatBoost looks at combinations of too many names to be written down")
            parts.append(part)
            hashes = [_hash(before, value) for before in hashes for value in values]
        return tuple(parts), hashes

    def _element(self, element: Mapping[str, Any]) -> tuple[Part, list[int]]:
        """A part of a combination, and the hash of each of its places."""
        kind = element["combination_element"]
        if kind == "cat_feature_value":
            code = self._codes[element["cat_feature_index"]]
            return code, [_signed(self._hashes.get(each, NO_HASH)) for each in (*range(code.size - 1), -1)]
        if kind == "float_feature":
            return AbovePart(element["float_feature_index"], _single(element["border"])), [0, 1]
        column = element["cat_feature_index"]
        return LevelPart(self._codes[column], self._level(column, element["value"])), [0, 1]


def _single(border: float) -> float:
    """A border of a number as CatBoost holds it, of which few digits are written."""
    return float(np.float32(border))


def _places(info: Mapping[str, Any]) -> dict[int, int]:
    """Which statistic each question about one is about, by the number that CatBoost gives to questions."""
    n_before = sum(len(feature.get("borders") or ()) for feature in info.get("float_features") or ())
    n_before += sum(len(feature.get("values") or ()) for feature in info.get("categorical_features") or ())
    places: dict[int, int] = {}
    for number, ctr in enumerate(info.get("ctrs") or ()):
        for _ in ctr["borders"]:
            places[n_before] = number
            n_before += 1
    return places


def _signed(value: int) -> int:
    """A hash of 32 bits as CatBoost widens it."""
    return value - (1 << 32) if value >= 1 << 31 else value


def _hash(before: int, value: int) -> int:
    return (MULTIPLIER * ((before + MULTIPLIER * value) & WORD)) & WORD


def _value(ctr: Mapping[str, Any], counts: Sequence[float] | None, whole: float | None) -> float:
    """The statistic of one combination, from what was counted of it."""
    kind = ctr["ctr_type"]
    good, total = 0.0, 0.0
    if kind in ("Counter", "FeatureFreq"):
        good, total = (float(counts[0]) if counts else 0.0), float(whole or 0.0)
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
