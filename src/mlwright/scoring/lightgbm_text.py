"""Reads the trees of LightGBM's own text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.scoring.forest import LARGEST, Array, Ints, Trees
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
    header, fields = _fields(head), list(map(_fields, parts))
    if any(each.get("is_linear", "0") != "0" for each in fields):
        raise NotApplicable("it holds linear trees")
    per_round = int(header["num_tree_per_iteration"])
    return _trees(fields, per_round), _link(header.get("objective", ""))


def _link(objective: str) -> int:
    """Of an objective as LightGBM writes it (``binary sigmoid:1``)."""
    kind, *more = objective.split() or [""]
    if kind not in OF_OBJECTIVE or not all(word.startswith(HARMLESS) for word in more):
        raise NotApplicable(f"its objective is {objective!r}")
    return LINKS.index(OF_OBJECTIVE[kind])


def _trees(fields: Sequence[Mapping[str, str]], per_round: int) -> Trees:
    """All trees, read as columns: of each the nodes first, then the leaves."""
    n_splits = np.array([int(each["num_leaves"]) - 1 for each in fields], dtype=np.int64)
    sizes = 2 * n_splits + 1
    roots = np.cumsum(sizes) - sizes
    of_split, nodes = _spread(n_splits, roots)
    of_leaf, leaves = _spread(n_splits + 1, roots + n_splits)
    decision, threshold = _integers(fields, "decision_type"), _numbers(fields, "threshold")
    kinds, is_set = (decision >> 2) & 3, (decision & CATEGORICAL) > 0
    if (kinds[~is_set] == ZERO_MISSING).any():
        raise NotApplicable("it takes zeros as missing")
    members, sets = _sets(fields, is_set, threshold, of_split)

    def column(values: Any, fill: Any) -> Any:
        whole = np.full(sizes.sum(), fill, dtype=values.dtype)
        whole[nodes] = values
        return whole

    def children(name: str) -> Ints:
        """LightGBM numbers leaves -1, -2 and so on."""
        found = _integers(fields, name)
        places: Ints = column(np.where(found < 0, n_splits[of_split] - 1 - found, found) + roots[of_split], 0)
        places[leaves] = roots[of_leaf]
        return places

    values = np.zeros((sizes.sum(), 1))
    values[leaves, 0] = _numbers(fields, "leaf_value")
    missing_left = np.where(kinds == NAN_MISSING, (decision & DEFAULT_LEFT) > 0, threshold >= 0.0) & ~is_set
    return Trees(
        roots=roots,
        first_output=np.arange(len(fields)) % per_round,
        feature=column(_integers(fields, "split_feature"), -1),
        threshold=column(np.where(is_set, 0.0, np.clip(threshold, -LARGEST, LARGEST)), 0.0),
        members=column(members, -1),
        missing_left=column(missing_left, False),
        left=children("left_child"),
        right=children("right_child"),
        values=values,
        sets=sets,
        n_outputs=per_round,
    )


def _spread(counts: Ints, starts: Ints) -> tuple[Ints, Ints]:
    """For things of which each tree has so many: their tree, and their places, one after another from its start on."""
    tree = np.repeat(np.arange(len(counts)), counts)
    return tree, np.arange(len(tree)) - (np.cumsum(counts) - counts)[tree] + starts[tree]


def _sets(
    fields: Sequence[Mapping[str, str]], is_set: NDArray[np.bool_], threshold: Array, tree: Ints
) -> tuple[Ints, tuple[tuple[int, ...], ...]]:
    """Which set of codes decides each node, -1 for none; and the sets."""
    members, known = np.full(len(is_set), -1, dtype=np.int64), dict[tuple[int, ...], int]()
    borders = [list(map(int, each.get("cat_boundaries", "").split())) for each in fields]
    words = [tuple(map(int, each.get("cat_threshold", "").split())) for each in fields]
    for node in np.flatnonzero(is_set).tolist():
        of, number = int(tree[node]), int(threshold[node])
        bits = words[of][borders[of][number] : borders[of][number + 1]]
        members[node] = known.setdefault(bits, len(known))
    return _expanded(members, known)


def _expanded(members: Ints, known: Mapping[tuple[int, ...], int]) -> tuple[Ints, tuple[tuple[int, ...], ...]]:
    """Sets as codes; words that differ in zeros at their end alone are the same one."""
    sets: dict[tuple[int, ...], int] = {}
    place = np.array([*(sets.setdefault(_codes(bits), len(sets)) for bits in known), -1], dtype=np.int64)
    return place[members], tuple(sets)


def _codes(words: Sequence[int]) -> tuple[int, ...]:
    return tuple(SET_BITS * j + bit for j, word in enumerate(words) for bit in range(SET_BITS) if word >> bit & 1)


def _fields(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines())
    return {name: value for name, equals, value in pairs if equals}


def _numbers(fields: Sequence[Mapping[str, str]], name: str) -> Array:
    return np.array(_words(fields, name), dtype=np.float64)


def _integers(fields: Sequence[Mapping[str, str]], name: str) -> Ints:
    return np.array(_words(fields, name), dtype=np.int64)


def _words(fields: Sequence[Mapping[str, str]], name: str) -> list[str]:
    """What all trees say of one thing; a tree that never splits says nothing of its nodes."""
    return " ".join([each.get(name, "") for each in fields]).split()
