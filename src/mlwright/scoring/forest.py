"""Decision trees as arrays, whatever library has grown them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

LARGEST = float(np.finfo(np.float64).max)
"""In place of infinite thresholds: no language writes those alike."""


@dataclass(frozen=True)
class Trees:
    """Decision trees as arrays over all their nodes.

    Parameters
    ----------
    roots : array of int, shape (n_trees,)
    first_output : array of int, shape (n_trees,)
        The first output that the answer of a tree is added to.
    feature : array of int, shape (n_nodes,)
        -1 for a leaf.
    threshold : array, shape (n_nodes,)
        A number goes left if it is not larger.
    members : array of int, shape (n_nodes,)
        Which of `sets` holds the codes that go left; -1 where the threshold decides. A missing code goes right.
    missing_left : array of bool, shape (n_nodes,)
    left, right : array of int, shape (n_nodes,)
    values : array, shape (n_nodes, n_values)
        What leaves answer.
    sets : tuple of tuple of int
    n_outputs : int
    """

    roots: Ints
    first_output: Ints
    feature: Ints
    threshold: Array
    members: Ints
    missing_left: NDArray[np.bool_]
    left: Ints
    right: Ints
    values: Array
    sets: tuple[tuple[int, ...], ...]
    n_outputs: int


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
