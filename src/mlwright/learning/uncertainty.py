"""Learns from out-of-fold answers how far off a model may be: conformal intervals and sets of classes.

Every training row was answered by cores that had not learned from it. As rows that come later are as likely to be
further off than the k-th furthest of n such rows as these are among themselves, the quantile of order
``ceil((n + 1) * level) / n`` holds the truth in a share `level` of cases, whatever the model and the errors.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeRegressor

from mlwright.learning.hard_groups import Box, hard_groups, in_front
from mlwright.records.model import CategoryColumn, DateColumn, EncodingPlan
from mlwright.records.uncertainty import Familiar, Tree, Uncertainty
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.encoder import names
from mlwright.scoring.uncertain import distances, regions, tree_features

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

LEVELS = (0.8, 0.9, 0.95)
FEWEST_ROWS = 50
ROWS_OF_A_REGION, MOST_REGIONS = 100, 12
ROWS_FOR_BOTH_ENDS = 40
ROWS_OF_A_CLASS = 20
"""With fewer rows of a class its limit is that of all."""
MOST_FAMILIAR, SHRUNK = 40, 0.1
BEYOND = 0.001
PASSING = (":days", ":year", ":month", ":day_of_year")
"""Parts of dates that count the time on; months do until a year is over."""
OFTEN = 0.005


def learn_intervals(target: Array, said: Array, blocks: Blocks, seed: int) -> Uncertainty:
    """Intervals around numbers, one width for each region of the rows.

    On one half of the rows a small tree finds where the model is further off; on the other half, which the tree has
    not seen, each region gets the quantiles of what was missing. So coverage holds in every region, and in every part
    of the rows as far as regions follow it (Mondrian). Rare parts that are further off than their region allows for
    get a region of their own (`hard_groups`), from all of their rows: as they were chosen for being far off, their
    intervals are rather too wide. A region of few rows is as wide above as below.

    Parameters
    ----------
    target, said : array, shape (n_rows,)
        The truth, and the out-of-fold answer.
    blocks : Blocks
        The same rows.
    seed : int

    References
    ----------
    Vovk, V., Gammerman, A. and Shafer, G. (2005). Algorithmic learning in a random world, chapter 4.5.
    Vovk, V. (2015). Cross-conformal predictors. Annals of Mathematics and Artificial Intelligence 74.
    """
    missing = target - said
    half = np.random.default_rng(seed).random(len(target)) < 0.5
    grown = _tree(np.abs(missing[half]), said[half], blocks.take(np.flatnonzero(half)), seed)
    n_regions = 1 if grown is None else max(grown.region) + 1
    tree = in_front(_hard_to_tell(np.abs(missing), said, blocks, grown), grown)
    region = regions(tree, said, blocks)
    judged = ~half | (region >= n_regions) if n_regions > 1 else np.ones(len(target), dtype=bool)
    values = [missing[judged & (region == place)] for place in range(int(region.max()) + 1)]
    ends = [[_ends(part, level) for level in LEVELS] for part in values]
    return Uncertainty(
        levels=LEVELS,
        n_rows=len(target),
        tree=tree,
        below=tuple(tuple(end.below for end in part) for part in ends),
        above=tuple(tuple(end.above for end in part) for part in ends),
    )


class _Ends(NamedTuple):
    """What is added to a prediction for the ends of its interval."""

    below: float
    above: float


def _ends(missing: Array, level: float) -> _Ends:
    """Each end by itself; where there are so few rows that an end is none of them, both by the distance."""
    if len(missing) < ROWS_FOR_BOTH_ENDS:
        reach = _upper(np.abs(missing), level)
        return _Ends(-reach, reach)
    return _Ends(-_upper(-missing, (1 + level) / 2), _upper(missing, (1 + level) / 2))


def _upper(values: Array, level: float) -> float:
    """The quantile that a further value is not beyond, with a chance of `level`; the largest where there are few."""
    rank = min(len(values), math.ceil((len(values) + 1) * level))
    return float(np.sort(values)[rank - 1])


def _hard_to_tell(size: Array, said: Array, blocks: Blocks, tree: Tree | None) -> tuple[Box, ...]:
    return hard_groups(size, regions(tree, said, blocks), tree_features(said, blocks))


def _tree(size: Array, said: Array, blocks: Blocks, seed: int) -> Tree | None:
    """Where the model is further off; None where there are too few rows for two regions, or nothing is found."""
    if len(size) < 2 * ROWS_OF_A_REGION:
        return None
    fitted = DecisionTreeRegressor(
        max_leaf_nodes=MOST_REGIONS, min_samples_leaf=ROWS_OF_A_REGION, random_state=seed % 2**31
    ).fit(tree_features(said, blocks), np.log(size + 1e-3 * size.mean() + np.finfo(float).tiny))
    grown = fitted.tree_
    if grown.node_count == 1:
        return None
    is_leaf = grown.children_left < 0
    return Tree(
        feature=tuple(int(place) for place in np.where(is_leaf, -1, grown.feature)),
        threshold=tuple(float(cut) for cut in np.where(is_leaf, 0.0, grown.threshold)),
        left=tuple(int(node) for node in grown.children_left),
        right=tuple(int(node) for node in grown.children_right),
        region=tuple(int(place) for place in np.where(is_leaf, np.cumsum(is_leaf) - 1, -1)),
    )


def learn_sets(target: Array, probabilities: Array, blocks: Blocks) -> Uncertainty:
    """From which probability on a class cannot be ruled out, one limit for each class.

    Of the rows that are of a class a share `level` has it in their set, for each class by itself, so that a rare one is
    not left out for the sake of the others. Rare parts whose truth is ruled out far more often than the level allows
    (`hard_groups`) get limits of their own, from all of their rows.

    Parameters
    ----------
    target : array, shape (n_rows,)
        Class places.
    probabilities : array, shape (n_rows, n_classes)
        Out of fold.
    blocks : Blocks
        The same rows.

    References
    ----------
    Sadinle, M., Lei, J. and Wasserman, L. (2019). Least ambiguous set-valued classifiers with bounded error levels.
    JASA 114.
    """
    classes, said = target.astype(np.int64), np.zeros(len(target))
    of_truth = probabilities[np.arange(len(target)), classes]
    boxes = hard_groups(1.0 - of_truth, classes, tree_features(said, blocks))
    tree, n_classes = in_front(boxes, None), probabilities.shape[1]
    region = regions(tree, said, blocks)
    parts = (
        _limits(of_truth[region == place], classes[region == place], n_classes) for place in range(1, len(boxes) + 1)
    )
    return Uncertainty(
        levels=LEVELS,
        n_rows=len(target),
        tree=tree,
        limits=_limits(of_truth, classes, n_classes),
        limits_of_parts=tuple(parts),
    )


def _limits(of_truth: Array, classes: Places, n_classes: int) -> tuple[tuple[float, ...], ...]:
    """By class and level, the probability that the truth hardly ever lies below."""
    limits = []
    for place in range(n_classes):
        own = of_truth[classes == place]
        known = own if len(own) >= ROWS_OF_A_CLASS else of_truth
        limits.append(tuple(max(0.0, -_upper(-known, level)) for level in LEVELS))
    return tuple(limits)


def often_new(plan: EncodingPlan, blocks: Blocks) -> tuple[str, ...]:
    """Categories in which a rare or new name is nothing unusual: all others together have one in one row of 200.

    Of training rows those with a name that the plan does not keep, and those whose name comes once: as many as these
    are to be expected to come with a name that was never seen (Good and Turing).

    References
    ----------
    Good, I. J. (1953). The population frequencies of species and the estimation of population parameters.
    Biometrika 40.
    """
    columns = [column for column in plan.columns if isinstance(column, CategoryColumn)]
    expected = []
    for column, codes in zip(columns, blocks.codes.T, strict=True):
        counts = np.bincount(codes[codes >= 0], minlength=len(column.levels) + 1)
        expected.append((counts[-1] + (counts[:-1] == 1).sum()) / len(blocks))
    rising = np.argsort(expected, kind="stable")
    usual = rising[np.cumsum(np.array(expected)[rising]) > OFTEN]
    return tuple(columns[place].name for place in sorted(usual))


def passing(plan: EncodingPlan) -> frozenset[int]:
    """Places of the numbers that count the time on: every later row is beyond all that was seen in them."""
    dates = {column.name for column in plan.columns if isinstance(column, DateColumn)}
    named = names(plan)
    outputs = enumerate(zip(named.numbers, named.number_inputs, strict=True))
    return frozenset(place for place, (output, name) in outputs if name in dates and output.endswith(PASSING))


def learn_familiar(blocks: Blocks, seed: int, leave_out: Collection[int] = ()) -> Familiar:
    """What the rows look like as a whole: centre, spread and correlations of the numbers, shrunk to be safe.

    The limit is set on rows from which the rest was not learned.

    Parameters
    ----------
    blocks : Blocks
    seed : int
    leave_out : collection of int
        Places of numbers that do not count; see `passing`.
    """
    half = np.random.default_rng(seed).random(len(blocks)) < 0.5
    learn, other = (blocks.take(np.flatnonzero(part)) for part in (half, ~half))
    numbers = learn.numbers.astype(np.float64)
    with np.errstate(all="ignore"):
        known = np.isfinite(numbers).mean(axis=0) > 0.5
    varied = [int(place) for place in np.flatnonzero(known) if np.nanstd(numbers[:, place]) > 0]
    places = [place for place in varied if place not in leave_out][:MOST_FAMILIAR]
    if not places:
        return Familiar()
    centre, scale = np.nanmedian(numbers[:, places], axis=0), np.nanstd(numbers[:, places], axis=0)
    apart = np.nan_to_num((numbers[:, places] - centre) / scale)
    covariance = (1 - SHRUNK) * np.cov(apart, rowvar=False).reshape(len(places), -1) + SHRUNK * np.eye(len(places))
    familiar = Familiar(
        places=tuple(places),
        centre=tuple(centre.tolist()),
        scale=tuple(scale.tolist()),
        precision=tuple(np.linalg.inv(covariance).ravel().tolist()),
    )
    return familiar.model_copy(update={"limit": 1.1 * _upper(distances(familiar, other), 1 - BEYOND)})
