"""Reads a CatBoost model as symmetric trees of our own, with CatBoost's library.

CatBoost replaces a name, or several together, by a statistic of the target among training rows that had it. What
matters of a statistic is between which borders it lies, so that combinations of which all statistics say the same make
up a class.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.catboost_rows import features
from mlwright.scoring.symmetric_trees import (
    ABOVE,
    CODE,
    LEVEL,
    MOST_LEAVES,
    Combination,
    Ints,
    Keys,
    Part,
    SymmetricTrees,
    joined,
)

Array = NDArray[np.float64]
Singles = NDArray[np.float32]

NO_HASH = 0x7FFFFFFF
"""What stands for the hash of a name that was never seen."""

EMPTY = 0xFFFFFFFFFFFFFFFF
WORD = (1 << 32) - 1


def read_catboost(model: Any, fills: Array, n_levels: Sequence[int], link: int) -> SymmetricTrees:
    """The trees of a model.

    Parameters
    ----------
    model : catboost.CatBoost
    fills : array, shape (n_numbers,)
        As in `catboost_rows.features`.
    n_levels : sequence of int
        As in `BlockNames`.
    link : int
        Place in `LINKS`.

    Raises
    ------
    NotApplicable
        If it asks questions of another kind, CatBoost cannot describe it, it has no trees, or so many leaves that
        reading them takes much memory.
    """
    if not 0 < (n_leaves := _n_leaves(model)) <= MOST_LEAVES:
        raise NotApplicable(f"CatBoost has {n_leaves} numbers in its leaves")
    return _Reading(_as_json(model, fills, n_levels), fills, n_levels).trees(link)


def _n_leaves(model: Any) -> int:
    """Numbers in the leaves of all trees, each as deep as the deepest."""
    counts = [int(count) for count in model.get_tree_leaf_counts()]
    return len(counts) * max(counts, default=0) * (len(model.get_leaf_values()) // max(sum(counts), 1))


def _as_json(model: Any, fills: Array, n_levels: Sequence[int]) -> dict[str, Any]:
    """The model as CatBoost describes it, with the hashes of all codes that it is shown."""
    import catboost

    every = [np.arange(-1, size + 1) for size in n_levels]
    n_rows = max(map(len, every), default=1)
    codes = np.array([np.resize(each, n_rows) for each in every], dtype=np.int32).T.reshape(n_rows, len(every))
    blocks = Blocks(np.zeros((n_rows, len(fills)), dtype=np.float32), codes)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        try:
            model.save_model(str(path), format="json", pool=catboost.Pool(features(blocks, fills)))
        except catboost.CatBoostError as error:  # JSON has no words for an infinite border, for one
            raise NotApplicable(f"CatBoost cannot describe it: {error}") from error
        told: dict[str, Any] = json.loads(path.read_bytes())
    return told


class _Statistic(NamedTuple):
    """What is known of a combination, and the borders that are asked for.

    Parameters
    ----------
    keys : array of uint64, shape (n_keys,)
        In any order.
    values : array of float32, shape (n_keys,)
    otherwise : float
        The value of all others.
    borders : array of float32, shape (n_borders,)
    """

    keys: Keys
    values: Singles
    otherwise: float
    borders: Singles

    def bins(self, keys: Keys) -> Ints:
        """Of some combinations, and as the last one of all others; shape (n_keys + 1,)."""
        values = np.full(len(keys) + 1, self.otherwise, dtype=np.float32)
        values[keys.searchsorted(self.keys)] = self.values
        return self.borders.searchsorted(values)


class _Reading:
    """The model as CatBoost describes it, read as arrays."""

    def __init__(self, told: Mapping[str, Any], fills: Array, n_levels: Sequence[int]) -> None:
        self._told, self._info = told, told["features_info"]
        self._sizes = np.array(n_levels, dtype=np.int32) + 2
        hashes = {int(each["value"]): int(each["hash"]) for each in self._info.get("cat_features_hash") or ()}
        codes = [*range(int(self._sizes.max(initial=1)) - 1), -1]
        self._hashes = np.array([_signed(hashes.get(code, NO_HASH)) for code in codes], dtype=np.int32)
        self._of_hash = {value: code for code, value in hashes.items()}
        self._borders = _borders_of_numbers(self._info, len(fills))
        self._missing = _missing_bins(self._info, fills, self._borders)
        self._of_parts: dict[tuple[Part, ...], list[_Statistic]] = {}
        self._places: dict[tuple[Any, ...], tuple[tuple[Part, ...], int]] = {}
        counts = {name: _counts(data) for name, data in (told.get("ctr_data") or {}).items()}
        for number, ctr in enumerate(self._info.get("ctrs") or ()):
            whole = (told["ctr_data"][ctr["identifier"]]).get("counter_denominator")
            keys, counted = counts[ctr["identifier"]]
            values = _values(ctr, np.vstack([counted, np.zeros_like(counted[:1])]), float(whole or 0.0))
            borders = np.unique(np.array(ctr["borders"], dtype=np.float32))
            self._add(("ctr", number), self._parts(ctr["elements"]), _Statistic(keys, values[:-1], values[-1], borders))
        for feature in self._info.get("categorical_features") or ():
            column = feature["feature_index"]
            for value in feature.get("values") or ():
                key = joined(np.zeros(1, dtype=np.uint64), np.array([_signed(value & WORD)]))
                is_it = _Statistic(key, np.ones(1, dtype=np.float32), 0.0, np.array([0.5], dtype=np.float32))
                self._add(("flag", column, value), (Part(CODE, column, 0),), is_it)

    def trees(self, link: int) -> SymmetricTrees:
        """All that there is."""
        trees = self._told["oblivious_trees"]
        scale, bias = self._told["scale_and_bias"]
        asked = [self._question(split) for tree in trees for split in tree.get("splits") or ()]
        leaves = [np.array(tree["leaf_values"], dtype=np.float64).reshape(-1, len(bias)) for tree in trees]
        found = [_combination(parts, statistics) for parts, statistics in self._of_parts.items()]
        parts = [part for each in found for part in each.parts]
        return SymmetricTrees(
            depths=np.array([len(tree.get("splits") or ()) for tree in trees], dtype=np.uint8),
            feature=np.array([feature for feature, _ in asked], dtype=np.int32),
            cut=np.array([cut for _, cut in asked], dtype=np.uint16),
            leaf_values=float(scale) * np.concatenate(leaves),
            bias=np.array(bias, dtype=np.float64),
            tree_link=np.array([link], dtype=np.uint8),
            n_borders=_lengths(self._borders),
            borders=_whole(self._borders, np.float32),
            missing_bin=self._missing,
            code_sizes=self._sizes,
            code_hashes=self._hashes,
            part_kind=np.array([part.kind for part in parts], dtype=np.uint8),
            part_column=np.array([part.column for part in parts], dtype=np.int32),
            part_value=np.array([part.value for part in parts], dtype=np.int32),
            n_parts=_lengths([each.parts for each in found]),
            n_keys=_lengths([each.keys for each in found]),
            n_classes=_lengths([each.bins for each in found]),
            n_told=_lengths([each.bins.T for each in found]),
            keys=_whole([each.keys for each in found], np.uint64),
            key_class=_whole([each.classes for each in found], np.uint32),
            told_bin=_whole([each.bins.ravel() for each in found], np.uint16),
        )

    def _add(self, name: tuple[Any, ...], parts: tuple[Part, ...], statistic: _Statistic) -> None:
        statistics = self._of_parts.setdefault(parts, [])
        self._places[name] = (parts, len(statistics))
        statistics.append(statistic)

    @cached_property
    def _firsts(self) -> dict[tuple[Part, ...], int]:
        """The first feature of each combination."""
        counts = accumulate(map(len, self._of_parts.values()), initial=len(self._borders))
        return dict(zip(self._of_parts, counts, strict=False))

    @cached_property
    def _ctr_of_split(self) -> dict[int, int]:
        """Which statistic a question is about, by the number that CatBoost gives to questions."""
        n_before = sum(len(feature.get("borders") or ()) for feature in self._info.get("float_features") or ())
        n_before += sum(len(feature.get("values") or ()) for feature in self._info.get("categorical_features") or ())
        numbers = [number for number, ctr in enumerate(self._info.get("ctrs") or ()) for _ in ctr["borders"]]
        return dict(enumerate(numbers, start=n_before))

    def _question(self, split: Mapping[str, Any]) -> tuple[int, int]:
        """The feature that a question of a tree is about, and its cut."""
        kind = split["split_type"]
        if kind == "FloatFeature":
            column = split["float_feature_index"]
            return column, _place(self._borders[column], split["border"])
        if kind == "OneHotFeature":
            return self._feature(("flag", split["cat_feature_index"], split["value"])), 0
        if kind == "OnlineCtr":
            name = ("ctr", self._ctr_of_split[split["split_index"]])
            parts, place = self._places[name]
            return self._feature(name), _place(self._of_parts[parts][place].borders, split["border"])
        raise NotApplicable(f"CatBoost asks a question of the kind {kind}")

    def _feature(self, name: tuple[Any, ...]) -> int:
        parts, place = self._places[name]
        return self._firsts[parts] + place

    def _parts(self, elements: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
        """The parts of a combination, in the order in which they are hashed."""
        in_order = sorted(elements, key=lambda element: element["combination_element"] != "cat_feature_value")
        return tuple(map(self._part, in_order))

    def _part(self, element: Mapping[str, Any]) -> Part:
        kind = element["combination_element"]
        if kind == "cat_feature_value":
            return Part(CODE, element["cat_feature_index"], 0)
        if kind == "float_feature":
            column = element["float_feature_index"]
            return Part(ABOVE, column, _place(self._borders[column], element["border"]))
        column = element["cat_feature_index"]
        code = self._of_hash.get(element["value"] & WORD, -1)
        return Part(LEVEL, column, int(self._sizes[column]) - 1 if code < 0 else code)


def _place(borders: Singles, border: float) -> int:
    """Where a border stands, of which CatBoost writes few digits."""
    at = int(borders.searchsorted(np.float32(border)))
    if at == len(borders) or borders[at] != np.float32(border):
        raise NotApplicable("CatBoost asks for a border that it does not name")
    return at


def _borders_of_numbers(info: Mapping[str, Any], n_numbers: int) -> list[Singles]:
    borders = [np.zeros(0, dtype=np.float32) for _ in range(n_numbers)]
    for feature in info.get("float_features") or ():
        borders[feature["feature_index"]] = np.unique(np.array(feature.get("borders") or (), dtype=np.float32))
    return borders


def _missing_bins(info: Mapping[str, Any], fills: Array, borders: Sequence[Singles]) -> Ints:
    larger = {
        each["feature_index"]: each["nan_value_treatment"] == "AsTrue" for each in info.get("float_features") or ()
    }
    bins = [
        len(of_number) * larger.get(column, False) if np.isnan(fill) else of_number.searchsorted(np.float32(fill))
        for column, (fill, of_number) in enumerate(zip(fills.tolist(), borders, strict=True))
    ]
    return np.array(bins, dtype=np.uint16)


def _combination(parts: tuple[Part, ...], statistics: Sequence[_Statistic]) -> Combination:
    """Those of which all statistics say the same make up a class; keys of the class of all others are not kept."""
    keys = np.unique(np.concatenate([each.keys for each in statistics]))
    told = np.column_stack([each.bins(keys) for each in statistics])
    bins, classes = np.unique(told, axis=0, return_inverse=True)
    order = np.argsort(np.arange(len(bins)) != classes.ravel()[-1], kind="stable")  # that of all others comes first
    rank = np.argsort(order)
    classes = rank[classes.ravel()[:-1]]
    return Combination(parts, keys[classes > 0], classes[classes > 0], bins[order])


def _signed(value: int) -> int:
    """A hash of 32 bits as CatBoost widens it."""
    return value - (1 << 32) if value >= 1 << 31 else value


def _values(ctr: Mapping[str, Any], counts: Singles, whole: float) -> Singles:
    """The statistic of each combination from what was counted of it, in single precision as CatBoost has it."""
    kind = ctr["ctr_type"]
    if kind in ("Counter", "FeatureFreq"):
        good, total = counts[:, 0], np.full(len(counts), whole, dtype=np.float32)
    elif kind in ("BinarizedTargetMeanValue", "FloatTargetMeanValue"):
        good, total = counts[:, 0], counts[:, 1]
    else:
        border = ctr["target_border_idx"]
        good = counts[:, border] if kind == "Buckets" else counts[:, border + 1 :].sum(axis=1)
        total = counts.sum(axis=1)
    prior, more, shift, scale = (
        np.float32(ctr[name]) for name in ("prior_numerator", "prior_denomerator", "shift", "scale")
    )
    values: Singles = ((good + prior) / (total + more) + shift) * scale
    return values


def _counts(data: Mapping[str, Any]) -> tuple[Keys, Singles]:
    """The combinations that training has seen, and what was counted of each."""
    stride, flat = data["hash_stride"], data["hash_map"]
    keys = np.array([int(key) for key in flat[::stride]], dtype=np.uint64)
    counts = np.array([flat[k::stride] for k in range(1, stride)], dtype=np.float32).T
    return keys[keys != EMPTY], counts[keys != EMPTY]


def _whole(parts: Sequence[NDArray[Any]], kind: Any) -> NDArray[Any]:
    return np.concatenate(parts).astype(kind) if parts else np.zeros(0, dtype=kind)


def _lengths(parts: Sequence[Any]) -> Ints:
    return np.array(list(map(len, parts)), dtype=np.int32)
