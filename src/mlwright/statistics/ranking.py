"""Intervals of the area under the ROC curve."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from scipy.stats import t as student

from mlwright.statistics.sampling import Sampling
from mlwright.statistics.shares import Bounds, wilson

Array = NDArray[np.float64]


def area_bounds(area: float, influence: Array, fewest: int, sampling: Sampling, level: float = 0.95) -> Bounds:
    """Interval of an area, on the logit scale, on which it is close to normal.

    Parameters
    ----------
    area : float
    influence : array, shape (n_rows,)
        See `area_influence`.
    fewest : int
        Rows of the rarest class (groups or stretches of time, if there are fewer): with few of them the interval
        is wider, and they are all that is known where the order is perfect.
    sampling : Sampling
    level : float

    References
    ----------
    DeLong, E. R., DeLong, D. M. and Clarke-Pearson, D. L. (1988). Comparing the areas under two or more correlated
    receiver operating characteristic curves. Biometrics 44. For groups: Obuchowski, N. A. (1997), Biometrics 53.
    """
    if not 0 < area < 1:
        return wilson(area, fewest, level)
    error = sampling.error_of_mean(influence)
    logit = math.log(area / (1 - area))
    half = student.ppf(0.5 + level / 2, max(1, fewest - 1)) * error / (area * (1 - area))
    return Bounds(_expit(logit - half), _expit(logit + half))


def area_influence(target: Array, prediction: Array) -> Array:
    """How much each row moves the area; their mean is 0 and the error of their mean is the area's.

    Several classes: the mean over the classes, each against the rest, of those that are there.

    Parameters
    ----------
    target : array, shape (n_rows,)
        Class places.
    prediction : array, shape (n_rows, n_outputs)
    """
    pairs = one_against_rest(target, prediction)
    return np.asarray(np.mean([_influence(is_it, score) for is_it, score in pairs], axis=0))


def one_against_rest(target: Array, prediction: Array) -> list[tuple[NDArray[np.bool_], Array]]:
    """Pairs (is it that class, its score) of the classes that have both members and others."""
    single = prediction.shape[1] == 1
    classes = [1] if single else range(prediction.shape[1])
    pairs = [(target == place, prediction[:, 0 if single else place]) for place in classes]
    return [(is_it, score) for is_it, score in pairs if 0 < is_it.sum() < len(is_it)]


def _influence(positive: NDArray[np.bool_], score: Array) -> Array:
    """From the placements of each row among those of the other class, by mid-ranks."""
    n, n_positive = len(score), int(positive.sum())
    ranks = rankdata(score)
    within = np.empty(n)
    for side in (positive, ~positive):
        within[side] = rankdata(score[side])
    placement = np.where(positive, (ranks - within) / (n - n_positive), 1.0 - (ranks - within) / n_positive)
    influence = np.empty(n)
    for side in (positive, ~positive):
        size = int(side.sum())
        few = math.sqrt(size / max(1, size - 1))
        influence[side] = few * (placement[side] - placement[side].mean()) * n / size
    return influence


def _expit(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value)) if value >= 0 else math.exp(value) / (1.0 + math.exp(value))
