"""Whether probabilities mean what they say: of the rows called 30 % likely, 30 of 100 should come true."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.records.evaluation import CalibrationBin, Estimate
from mlwright.statistics.means import share_estimate
from mlwright.statistics.sampling import Draws, Sampling

Array = NDArray[np.float64]

MOST_BINS = 10
ROWS_IN_A_BIN = 20
N_SIMULATED = 2000
N_STEPS = 200


class _Bins(NamedTuple):
    """Rows of like probability: their share of all, what happened less what was said, and how sure that is."""

    share: Array
    gap: Array
    error: Array


def calibration_bins(said: Array, happened: Array, draws: Draws, level: float = 0.95) -> tuple[CalibrationBin, ...]:
    """Up to ten bins of as many rows each, by rising probability.

    Parameters
    ----------
    said : array, shape (n_rows,)
        Probabilities.
    happened : array, shape (n_rows,)
        1 where it came true, else 0.
    draws : Draws
    level : float
    """
    bins = []
    for part in _parts(said):
        estimate = share_estimate(happened, draws, level, part)
        bins.append(CalibrationBin(n_rows=int(part.sum()), said=float(said[part].mean()), happened=estimate))
    return tuple(bins)


def calibration_error(said: Array, happened: Array, sampling: Sampling, seed: int, level: float = 0.95) -> Estimate:
    """Mean distance between said and happened over the bins, less what chance alone adds to it.

    With few rows even perfect probabilities seem off. So the figure is the distance that would, half of the time,
    look at least as large as what was seen, and the interval holds the distances that would not make what was seen
    a rarity. How the distance is spread over the bins is not known: the upper end takes the spread that hides most
    (all bins equally), the lower end the one that shows most (one bin).
    """
    bins = _binned(said, happened, sampling)
    noise = bins.error * np.random.default_rng(seed).standard_normal((N_SIMULATED, len(bins.gap)))
    seen = float(bins.share @ np.abs(bins.gap))
    even = np.ones(len(bins.gap))
    one = np.zeros(len(bins.gap))
    one[np.argmax(bins.share)] = 1.0 / bins.share.max()
    steps = np.linspace(0.0, max(seen, 1e-9) + 4.0 * float(bins.share @ bins.error), N_STEPS)
    tail = (1 - level) / 2

    def looks(shape: Array, quantile: float) -> Callable[[float], float]:
        return lambda distance: float(np.quantile(np.abs(distance * shape + noise) @ bins.share, quantile))

    return Estimate(
        value=_last_below(seen, steps, looks(even, 0.5)),
        low=_last_below(seen, steps, looks(one, 1 - tail)),
        high=_last_below(seen, steps, looks(even, tail)),
        level=level,
        method="simulation of the bins",
    )


def _last_below(seen: float, steps: Array, looks: Callable[[float], float]) -> float:
    """The largest distance that looks no larger than what was seen; by halving, as looks grow with distance."""
    low, high = 0, len(steps)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if looks(steps[middle]) <= seen else (low, middle)
    return float(steps[max(low - 1, 0)])


def _binned(said: Array, happened: Array, sampling: Sampling) -> _Bins:
    parts = _parts(said)
    gaps = [float((happened - said)[part].mean()) for part in parts]
    errors = [_error(said, happened, part, sampling) for part in parts]
    return _Bins(np.array([part.mean() for part in parts]), np.array(gaps), np.array(errors))


def _error(said: Array, happened: Array, part: NDArray[np.bool_], sampling: Sampling) -> float:
    """Standard error of a bin's gap: at least what probabilities like these bring with them."""
    gap = happened - said
    seen = sampling.error_of_mean(part * (gap - gap[part].mean()) / part.mean())
    expected = float(np.sqrt((said * (1 - said))[part].sum()) / part.sum())
    return max(seen, expected)


def _parts(said: Array) -> list[NDArray[np.bool_]]:
    n_bins = int(np.clip(len(said) // ROWS_IN_A_BIN, 1, MOST_BINS))
    edges = np.unique(np.quantile(said, np.linspace(0, 1, n_bins + 1)[1:-1]))
    places = np.searchsorted(edges, said, side="left")
    return [places == place for place in np.unique(places)]
