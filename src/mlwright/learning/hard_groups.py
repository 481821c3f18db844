"""Small parts of the rows in which a model is much further off than the widths of its intervals allow for.

A tree that cuts rows by how far off a model is spends its few cuts where most rows are. A rare name (stones of the
lowest clarity, a new branch) may be further off by far and never get a cut of its own: overall the intervals then hold
as often as they say, and there hardly ever.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from mlwright.records.uncertainty import Tree
from mlwright.statistics.several import holm

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

BEYOND = 0.1
"""The share of the rows of a region that lies beyond what it allows for."""
MUCH_BEYOND = 0.2
ALARM = 0.05
FEWEST_ROWS = 12
LARGEST_SHARE = 0.5
MOST_GROUPS = 6
MOST_VALUES = 40
QUANTILES = (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)


class Box(NamedTuple):
    """Rows whose `feature` lies above `low` and not above `high`."""

    feature: int
    low: float
    high: float

    def holds(self, features: Array) -> Mask:
        """Which rows lie inside, shape (n_rows,)."""
        values = features[:, self.feature]
        return np.asarray((values > self.low) & (values <= self.high))


def hard_groups(size: Array, region: Places, features: Array) -> tuple[Box, ...]:
    """Parts in which far more than a tenth of the rows lies beyond the distance that nine in ten of their region keep.

    One after the other, the one with most such rows first. Each round looks at all values and ranges of all features
    and corrects for their number (Holm), so that without such a part one is found in at most 5 of 100 cases.

    Parameters
    ----------
    size : array, shape (n_rows,)
        How far off the model is.
    region : array of int, shape (n_rows,)
    features : array, shape (n_rows, n_features)
    """
    found: list[Box] = []
    left = np.ones(len(size), dtype=bool)
    boxes = [box for box in _boxes(features) if FEWEST_ROWS <= box.holds(features).sum() <= LARGEST_SHARE * len(size)]
    while boxes and len(found) < MOST_GROUPS and left.sum() >= FEWEST_ROWS:
        box = _worst(boxes, _beyond(size, region, left), features, left)
        if box is None:
            break
        found.append(box)
        left &= ~box.holds(features)
    return tuple(found)


def _boxes(features: Array) -> Iterator[Box]:
    """Single values where there are few of them, else ranges."""
    for place, values in enumerate(features.T):
        distinct = np.unique(values)
        if len(distinct) <= MOST_VALUES:
            middles = (distinct[:-1] + distinct[1:]) / 2
            edges = np.array([-np.inf, *middles, np.inf])
        else:
            edges = np.array([-np.inf, *np.unique(np.quantile(values, QUANTILES, method="lower")), np.inf])
        for low, high in itertools.pairwise(edges):
            yield Box(place, float(low), float(high))


def _beyond(size: Array, region: Places, left: Mask) -> Mask:
    """Rows that are further off than nine in ten of their region."""
    found = np.zeros(len(size), dtype=bool)
    for place in np.unique(region[left]):
        rows = left & (region == place)
        found[rows] = size[rows] > np.quantile(size[rows], 1 - BEYOND)
    return found


def _worst(boxes: Sequence[Box], beyond: Mask, features: Array, left: Mask) -> Box | None:
    """The part with most rows too many beyond; None where none has surely too many."""
    counts = np.array([[(inside := box.holds(features) & left).sum(), (inside & beyond).sum()] for box in boxes])
    n_rows, n_beyond = counts.T
    sure = holm(binom.sf(n_beyond - 1, np.maximum(n_rows, 1), BEYOND)) < ALARM
    hard = sure & (n_beyond > MUCH_BEYOND * n_rows) & (n_rows >= FEWEST_ROWS)
    if not hard.any():
        return None
    return boxes[int(np.argmax(np.where(hard, n_beyond - BEYOND * n_rows, -np.inf)))]


def in_front(boxes: Sequence[Box], tree: Tree | None) -> Tree | None:
    """The tree with a leaf of its own for each box, asked about before all else; their regions come last."""
    if not boxes:
        return tree
    behind = tree or Tree(feature=(-1,), threshold=(0.0,), left=(-1,), right=(-1,), region=(0,))
    n_regions = max(behind.region) + 1
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    region: list[int] = []
    for place, box in enumerate(boxes):
        here = len(feature)
        feature += [box.feature, box.feature, -1]
        threshold += [max(box.low, -MOST), min(box.high, MOST), 0.0]
        left += [here + 3, here + 2, -1]
        right += [here + 1, here + 3, -1]
        region += [-1, -1, n_regions + place]
    moved = len(feature)
    return Tree(
        feature=(*feature, *behind.feature),
        threshold=(*threshold, *behind.threshold),
        left=(*left, *(node + moved if node >= 0 else -1 for node in behind.left)),
        right=(*right, *(node + moved if node >= 0 else -1 for node in behind.right)),
        region=(*region, *behind.region),
    )


MOST = 1.7e308
"""JSON knows no infinite numbers."""
