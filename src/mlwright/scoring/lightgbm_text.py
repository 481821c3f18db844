"""Reads the trees of LightGBM's own text."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.scoring.forest import Array, Ints, TreeList, Trees
from mlwright.scoring.links import LINKS, identity, power, sigmoid, softmax

CATEGORICAL, DEFAULT_LEFT = 1, 2
NO_MISSING, ZERO_MISSING, NAN_MISSING = 0, 1, 2
SET_BITS = 32
OF_OBJECTIVE: Final = {
    "regression": identity,
    "regression_l1": identity,
    "quantile": identity,
    "tweedie": power,
    "gamma": power,
    "binary": sigmoid,
    "multiclass": softmax,
}
HARMLESS: Final = ("sigmoid:1", "num_class", "tweedie_variance_power", "alpha")
"""What an objective may say of itself without changing how its sums are read."""


def of_lightgbm(text: str) -> tuple[Trees, int]:
    """The trees of a LightGBM model in text form, and the place in `LINKS` of what makes scores of their sums.

    Raises
    ------
    NotApplicable
        If trees cannot say all that the model does.
    """
    head, *parts = re.split(r"^Tree=\d+\n", text.partition("\nend of trees")[0], flags=re.MULTILINE)
    header = _fields(head)
    link = _link(header.get("objective", ""))
    per_round, found = int(header["num_tree_per_iteration"]), TreeList(1)
    for number, part in enumerate(parts):
        fields = _fields(part)
        if fields.get("is_linear", "0") != "0":
            raise NotApplicable("it holds linear trees")
        _add_lightgbm_tree(found, fields, number % per_round)
    return found.trees(per_round), link


def _link(objective: str) -> int:
    """Of an objective as LightGBM writes it (``binary sigmoid:1``)."""
    kind, *more = objective.split() or [""]
    if kind not in OF_OBJECTIVE or not all(word.startswith(HARMLESS) for word in more):
        raise NotApplicable(f"its objective is {objective!r}")
    return LINKS.index(OF_OBJECTIVE[kind])


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
        raise NotApplicable("it takes zeros as missing")
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
