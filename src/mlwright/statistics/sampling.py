"""How the test rows were drawn, and how to draw them again.

Rows of one household, or of one hour, are alike: twenty of them say less than twenty rows that have nothing to do
with each other. So what is drawn is a unit: a row, a whole group, or a stretch of time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.int64]

MOST_REPLICATES = 2000
FEWEST_REPLICATES = 60
MOST_CELLS = 8_000_000
CHUNK_CELLS = 2_000_000
LEAST_SERIES = 20
MOST_MEMORY, MOST_WIDENED = 0.97, 2.5
MOST_LOOKED_AT = 20_000
"""Rows from which the length of a stretch of time is learned; it grows with the cube root of their number."""


class Strata(NamedTuple):
    """Classes of which the rows were drawn one class after the other, each in its share.

    Parameters
    ----------
    of_row : array of int, shape (n_rows,)
        The class of each row, from 0.
    behind : array, shape (n_classes,)
        How many rows of each class there were to draw from.
    """

    of_row: Places
    behind: Array


@dataclass(frozen=True)
class Sampling:
    """Which rows were drawn together.

    Parameters
    ----------
    n_rows : int
    groups : array of int, shape (n_rows,), or None
        Rows of equal value were drawn as one.
    order : array of int, shape (n_rows,), or None
        The rows from the earliest to the latest, where neighbours in time are alike.
    block : int
        How many rows in time are drawn as one; used with `order`.
    strata : Strata or None
        Where rows were drawn one by one, but class by class; only means of rows know of it (`strata`).
    """

    n_rows: int
    groups: Places | None = None
    order: Places | None = None
    block: int = 1
    strata: Strata | None = None

    @property
    def drawn(self) -> str:
        """What is drawn, for the name of a method."""
        return "groups" if self.groups is not None else "stretches of time" if self._by_time else "rows"

    @property
    def _by_time(self) -> bool:
        return self.order is not None and self.block > 1

    @property
    def is_plain(self) -> bool:
        """Whether every row was drawn by itself."""
        return self.drawn == "rows"

    @cached_property
    def unit_of_row(self) -> Places:
        """The group of each row, counted from 0."""
        assert self.groups is not None
        return np.unique(self.groups, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def n_units(self) -> int:
        """How many units there are to draw from; stretches of time overlap, there is one from each row on."""
        return int(self.unit_of_row.max()) + 1 if self.groups is not None else self.n_rows

    @property
    def n_draws(self) -> int:
        """How many units make a sample of the same size."""
        return max(2, round(self.n_rows / self.block)) if self._by_time else self.n_units

    def units_in(self, part: NDArray[np.bool_]) -> int:
        """How many units have rows in a part, shape (n_rows,); of stretches of time those that do not overlap."""
        if self.groups is not None:
            return len(np.unique(self.groups[part]))
        if self.order is None or self.block == 1:
            return int(part.sum())
        return len(np.unique(np.flatnonzero(part[self.order]) // self.block))

    def take(self, rows: Places) -> Sampling:
        """How some of the rows were drawn; how many of each class are among them is left to chance.

        Stretches of time are at most half of the rows long, or all of them would be the same.
        """
        groups = None if self.groups is None else self.groups[rows]
        order = None if self.order is None else np.argsort(np.argsort(self.order)[rows])
        return Sampling(len(rows), groups, order, max(1, min(self.block, len(rows) // 2)))

    def sums(self, values: Array) -> Array:
        """Sum of the values over the rows of each unit; (n_rows, k) gives (n_units, k)."""
        if self.is_plain:
            return values
        if self.groups is not None:
            columns = [np.bincount(self.unit_of_row, weights=column, minlength=self.n_units) for column in values.T]
            return np.stack(columns, axis=1)
        assert self.order is not None
        ordered = values[self.order]
        running = np.cumsum(np.vstack([np.zeros_like(ordered[:1]), ordered, ordered[: self.block - 1]]), axis=0)
        return np.asarray(running[self.block :] - running[: -self.block])

    @cached_property
    def sizes(self) -> Array:
        """Rows in each unit, shape (n_units,)."""
        return self.sums(np.ones((self.n_rows, 1)))[:, 0]

    def error_of_mean(self, values: Array) -> float:
        """Standard error of the mean of row values, shape (n_rows,)."""
        return float(self.covariance_of_means(values[:, None])[0, 0] ** 0.5)

    def covariance_of_means(self, values: Array) -> Array:
        """Covariance of the means of several columns, shape (k, k) for values of shape (n_rows, k)."""
        centred = values - values.mean(axis=0)
        sums = self.sums(centred)
        freedom = max(1, self.n_draws - 1)
        found = (sums.T @ sums) / (self.n_units * freedom * self.sizes.mean() ** 2)
        if self.order is None or self.groups is not None:
            return np.asarray(found)
        wider = np.array(
            [_wider(column, float(cell)) for column, cell in zip(centred[self.order].T, found.diagonal(), strict=True)]
        )
        return np.asarray(found * np.outer(wider, wider))

    def row_weights(self, counts: NDArray[np.uint8]) -> Array:
        """How often each row is drawn when the units are drawn that often, shape (n_rows,)."""
        if self.is_plain:
            return counts.astype(np.float64)
        if self.groups is not None:
            return counts[self.unit_of_row].astype(np.float64)
        assert self.order is not None
        wrapped = np.concatenate([counts[len(counts) - self.block + 1 :], counts]).astype(np.float64)
        running = np.cumsum(np.append(0.0, wrapped))
        weights = np.empty(self.n_rows)
        weights[self.order] = running[self.block :] - running[: -self.block]
        return weights


class Draws:
    """Samples drawn again from the test rows: the same ones for every figure, so that differences are paired.

    Parameters
    ----------
    sampling : Sampling
    seed : int
    n_replicates : int, optional
        Default: 2,000, and fewer where there are more than 4,000 units, down to 60.
    """

    def __init__(self, sampling: Sampling, seed: int, n_replicates: int | None = None) -> None:
        self.sampling = sampling
        affordable = MOST_CELLS // max(1, sampling.n_units)
        self.n_replicates = n_replicates or min(MOST_REPLICATES, max(FEWEST_REPLICATES, affordable))
        self._seed = seed
        self._parts: dict[tuple[int, int], Draws] = {}

    def of(self, sampling: Sampling) -> Draws:
        """As many samples, by the same seed, of rows that were drawn otherwise."""
        return Draws(sampling, self._seed, self.n_replicates)

    def of_part(self, place: int, n_rows: int) -> Draws:
        """As many samples of a part of the rows that has so many, such as a class; those of others are independent."""
        if (place, n_rows) not in self._parts:
            self._parts[place, n_rows] = Draws(Sampling(n_rows), self._seed + 1 + place, self.n_replicates)
        return self._parts[place, n_rows]

    def rng(self) -> np.random.Generator:
        """For whatever else is drawn along with the samples."""
        return np.random.default_rng([self._seed, 1])

    @cached_property
    def counts(self) -> NDArray[np.uint8]:
        """How often each unit is drawn in each sample, shape (n_replicates, n_units)."""
        rng = np.random.default_rng(self._seed)
        units, draws = self.sampling.n_units, self.sampling.n_draws
        counts = np.empty((self.n_replicates, units), dtype=np.uint8)
        step = max(1, CHUNK_CELLS // units)
        for start in range(0, self.n_replicates, step):
            n = min(step, self.n_replicates - start)
            places = rng.integers(units, size=(n, draws)) + units * np.arange(n)[:, None]
            counts[start : start + n] = np.bincount(places.ravel(), minlength=n * units).reshape(n, units)
        return counts

    def totals(self, unit_sums: Array) -> Array:
        """Sums over each sample, shape (n_replicates, k), of the units' sums, shape (n_units, k)."""
        step = max(1, CHUNK_CELLS // self.sampling.n_units)
        parts = [
            self.counts[start : start + step].astype(np.float64) @ unit_sums
            for start in range(0, self.n_replicates, step)
        ]
        return np.concatenate(parts)


def _wider(series: Array, variance: float) -> float:
    """By how much a standard error from stretches of time is too small for the memory of a series; 1 to 2.5.

    A stretch cuts off what goes beyond its ends. An autoregression of order one, its memory corrected for its own
    bias, has no ends: the error is at least its error.

    Parameters
    ----------
    series : array, shape (n_rows,)
        Centred values in the order of time.
    variance : float
        Of the mean, from stretches.

    References
    ----------
    Andrews, D. W. K. and Monahan, J. C. (1992). An improved heteroskedasticity and autocorrelation consistent
    covariance matrix estimator. Econometrica 60. Kendall, M. G. (1954). Note on bias in the estimation of
    autocorrelation. Biometrika 41.
    """
    n, total = len(series), float(series @ series)
    if n < LEAST_SERIES or not (total > 0 and variance > 0):
        return 1.0
    memory = float(series[1:] @ series[:-1]) / total
    left = series[1:] - memory * series[:-1]
    memory = min(MOST_MEMORY, memory + (1 + 3 * memory) / n)
    expected = float(left.var()) / (1 - memory) ** 2 / n
    return float(min(MOST_WIDENED, max(1.0, math.sqrt(expected / variance))))


def block_length(series: Array) -> int:
    """How many neighbours in time are so alike that they should be drawn as one; 1 if none are.

    The flat-top rule for the circular block bootstrap: the spectrum is estimated up to the lag from which the
    autocorrelations are no more than noise.

    Parameters
    ----------
    series : array, shape (n_rows,)
        Row values in the order of time.

    References
    ----------
    Politis, D. N. and White, H. (2004); corrected by Patton, A., Politis, D. N. and White, H. (2009). Automatic
    block-length selection for the dependent bootstrap. Econometric Reviews 23 and 28.
    """
    n = len(series)
    most = max(1, n // 10)
    if n > MOST_LOOKED_AT:
        longer = math.cbrt(n / MOST_LOOKED_AT)
        return min(most, math.ceil(block_length(series[-MOST_LOOKED_AT:]) * longer))
    if n < 20 or not series.std() > 0:
        return 1
    covariances = _autocovariances(series, min(n - 1, 2 * (math.ceil(math.sqrt(n)) + 5)))
    band = _last_lag_that_matters(covariances / covariances[0], n)
    if band == 0:
        return 1
    lags = np.arange(1, min(2 * band, len(covariances) - 1) + 1)
    taper = np.clip(2.0 * (1.0 - lags / (2.0 * band)), 0.0, 1.0)
    weighted = taper * covariances[lags]
    spectrum = covariances[0] + 2.0 * weighted.sum()
    slope = 2.0 * (weighted * lags).sum()
    if not spectrum > 0:
        return most
    length = (1.5 * slope**2 / spectrum**2) ** (1 / 3) * n ** (1 / 3)
    return int(min(max(1, math.ceil(length)), most))


def _autocovariances(series: Array, n_lags: int) -> Array:
    centred = series - series.mean()
    n = len(centred)
    return np.array([centred[: n - lag] @ centred[lag:] / n for lag in range(n_lags + 1)])


def _last_lag_that_matters(correlations: Array, n: int) -> int:
    """The lag after which a run of correlations is within noise."""
    run = max(5, math.ceil(math.sqrt(math.log10(n))))
    limit = 2.0 * math.sqrt(math.log10(n) / n)
    small = np.abs(correlations[1:]) < limit
    for lag in range(len(small) - run + 1):
        if small[lag : lag + run].all():
            return lag
    large = np.flatnonzero(~small)
    return int(large[-1]) + 1 if len(large) else 0
