"""Executes what is known of a model's uncertainty: intervals, sets of classes, and rows unlike anything seen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import UserMistake
from mlwright.records.model import CategoryColumn, EncodingPlan, NumberColumn
from mlwright.records.uncertainty import Familiar, Tree, Uncertainty
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.encoder import names

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

FAR = 0.25
"""A number is unlike anything seen beyond the range of training widened by this share of its width."""


class Uncertain:
    """What surrounds the answers of a model; safe to use from many threads.

    Parameters
    ----------
    spec : Uncertainty
    plan : EncodingPlan
    """

    def __init__(self, spec: Uncertainty, plan: EncodingPlan) -> None:
        self.spec = spec
        self._below, self._above = (np.array(part) for part in (spec.below, spec.above))
        self._limits = np.array([spec.limits, *spec.limits_of_parts])
        numbers = [column for column in plan.columns if isinstance(column, NumberColumn)]
        self._number_names = [column.name for column in numbers]
        outputs = names(plan).numbers
        self._places = [outputs.index(name) for name in self._number_names]
        self._low, self._high = _widened(numbers)
        self._categories = [column for column in plan.columns if isinstance(column, CategoryColumn)]

    def place(self, level: float) -> int:
        """The place of a level that is known.

        Raises
        ------
        UserMistake
            If it is none of them.
        """
        for place, known in enumerate(self.spec.levels):
            if abs(known - level) < 1e-9:
                return place
        known_levels = ", ".join(f"{known:g}" for known in self.spec.levels)
        raise UserMistake(f"This model knows no interval of level {level:g}.", f"Ask for one of: {known_levels}")

    def intervals(self, blocks: Blocks, scores: Array, level: float) -> Array:
        """The ends of the interval around each number, shape (n_rows, 2)."""
        place, said = self.place(level), scores[:, 0]
        region = regions(self.spec.tree, said, blocks)
        return np.stack([said + self._below[region, place], said + self._above[region, place]], axis=1)

    def sets(self, blocks: Blocks, probabilities: Array, level: float) -> Mask:
        """Which classes cannot be ruled out, shape (n_rows, n_classes); the likeliest is always among them."""
        region = regions(self.spec.tree, np.zeros(len(probabilities)), blocks)
        inside = probabilities >= self._limits[region, :, self.place(level)]
        inside[np.arange(len(inside)), probabilities.argmax(axis=1)] = True
        return np.asarray(inside)

    def unlike(self, blocks: Blocks) -> list[str]:
        """Why a row is unlike anything seen, in a few words; empty where it is not."""
        found = [list[str]() for _ in range(len(blocks))]
        for row, why in self._far(blocks):
            found[row].append(why)
        usual = self.spec.familiar.often_new if self.spec.familiar else ()
        for code, column in enumerate(self._categories):
            is_new = blocks.codes[:, code] == len(column.levels)
            for row in np.flatnonzero(is_new).tolist() if column.name not in usual else ():
                found[row].append(f"a new name in {column.name}")
        apart = distances(self.spec.familiar, blocks) if self.spec.familiar else np.zeros(len(blocks))
        limit = self.spec.familiar.limit if self.spec.familiar else np.inf
        return [
            "; ".join(why) or ("no row like it as a whole" if distance > limit else "")
            for why, distance in zip(found, apart, strict=True)
        ]

    def _far(self, blocks: Blocks) -> Iterator[tuple[int, str]]:
        for name, place, low, high in zip(self._number_names, self._places, self._low, self._high, strict=True):
            values = blocks.numbers[:, place]
            for row in np.flatnonzero((values < low) | (values > high)):
                yield int(row), f"{name} far {'below' if values[row] < low else 'above'} all that was seen"


def _widened(numbers: list[NumberColumn]) -> tuple[Array, Array]:
    low, high = (np.array([getattr(column, end) for column in numbers], dtype=np.float64) for end in ("low", "high"))
    return low - FAR * (high - low), high + FAR * (high - low)


def regions(tree: Tree | None, said: Array, blocks: Blocks) -> NDArray[np.int64]:
    """The region of each row, shape (n_rows,)."""
    node = np.zeros(len(said), dtype=np.int64)
    if tree is None:
        return node
    feature, threshold = np.array(tree.feature), np.array(tree.threshold)
    left, right, region = (np.array(part) for part in (tree.left, tree.right, tree.region))
    features = tree_features(said, blocks)
    rows = np.arange(len(said))
    while (inner := feature[node] >= 0).any():
        values = features[rows[inner], feature[node[inner]]]
        node[inner] = np.where(values <= threshold[node[inner]], left[node[inner]], right[node[inner]])
    return np.asarray(region[node])


def tree_features(said: Array, blocks: Blocks) -> Array:
    """The prediction, the numbers and the codes, shape (n_rows, n_features); what is missing is below everything."""
    numbers = blocks.numbers.astype(np.float64)
    known = np.where(np.isnan(numbers), np.finfo(np.float32).min, numbers)
    return np.hstack([said[:, None], known, blocks.codes.astype(np.float64)])


def distances(familiar: Familiar, blocks: Blocks) -> Array:
    """How far each row is from what was seen, in correlated spreads (Mahalanobis), shape (n_rows,)."""
    if not familiar.places:
        return np.zeros(len(blocks))
    centre, scale = np.array(familiar.centre), np.array(familiar.scale)
    apart = (blocks.numbers[:, list(familiar.places)].astype(np.float64) - centre) / scale
    apart[np.isnan(apart)] = 0.0
    precision = np.array(familiar.precision).reshape(len(centre), len(centre))
    return np.asarray(np.sqrt(np.einsum("ij,jk,ik->i", apart, precision, apart)))
