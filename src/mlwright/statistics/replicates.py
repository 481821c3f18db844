"""Intervals of any other figure: its spread over samples that are drawn again, on a scale that suits it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from mlwright.statistics.sampling import Draws
from mlwright.statistics.shares import Bounds, wilson

Array = NDArray[np.float64]
Scale = Literal["share", "positive", "at most one", "plain"]

MOST_CALLS = 200
FEWEST_CALLS = 40
MOST_WEIGHED_ROWS = 1_000_000
"""Calls of a metric times rows, for one figure."""


def replicate(figure: Callable[[Array], float], draws: Draws, n_outputs: int = 1) -> Array:
    """The figure on samples that are drawn again; those on which it is not defined are NaN.

    Parameters
    ----------
    figure : callable
        Takes how often each row counts, shape (n_rows,).
    draws : Draws
    n_outputs : int
        Columns of a prediction; with many rows or columns there are fewer samples.
    """
    affordable = MOST_WEIGHED_ROWS // max(1, draws.sampling.n_rows * n_outputs)
    n_calls = min(draws.n_replicates, max(FEWEST_CALLS, min(MOST_CALLS, affordable)))
    return np.array([figure(draws.sampling.row_weights(counts)) for counts in draws.counts[:n_calls]])


def bounds_from(value: float, replicates: Array, n_effective: float, scale: Scale, level: float = 0.95) -> Bounds:
    """Interval from the spread of replicates, symmetric on a scale where the figure is close to normal.

    Parameters
    ----------
    value : float
    replicates : array
    n_effective : float
        How many rows (groups, stretches of time) the figure rests on: few make the interval wider.
    scale : str
        ``share``: 0 to 1; ``positive``: from 0 upwards; ``at most one``; ``plain``: any number.
    level : float
    """
    there, back = _SCALES[scale].there, _SCALES[scale].back
    if scale == "share" and value in (0.0, 1.0):
        return wilson(value, n_effective, level)
    # A sample may sit on the very end of the scale, where its place is infinite: half a row moves it inside.
    edge = 0.5 / max(n_effective, 1.0)
    moved = there(np.array([value]), edge)[0]
    spread = there(replicates[np.isfinite(replicates)], edge)
    if len(spread) < 2:
        return Bounds(-math.inf, math.inf)
    # The spread over samples of few rows is too small by the root of (n - 1) / n.
    few = math.sqrt(n_effective / (n_effective - 1)) if n_effective > 2 else math.sqrt(2.0)
    half = float(student.ppf(0.5 + level / 2, max(1.0, n_effective - 1)) * spread.std(ddof=1)) * few
    return Bounds(min(value, back(moved - half)), max(value, back(moved + half)))


@dataclass(frozen=True)
class _Transform:
    there: Callable[[Array, float], Array]
    back: Callable[[float], float]


def _logit(values: Array, edge: float) -> Array:
    inside = np.clip(values, edge, 1 - edge)
    return np.log(inside / (1 - inside))


_SCALES: dict[Scale, _Transform] = {
    "plain": _Transform(lambda values, edge: values, float),
    "share": _Transform(_logit, lambda moved: 1.0 / (1.0 + math.exp(-moved))),
    "positive": _Transform(lambda values, edge: np.log(np.maximum(values, 1e-300)), math.exp),
    "at most one": _Transform(lambda values, edge: -np.log(np.maximum(1 - values, edge)), lambda m: 1 - math.exp(-m)),
}
