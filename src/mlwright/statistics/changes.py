"""Whether the shares of some cells have changed since a reference, asked again and again, with a stated rate of errors.

What is known before is counts of a reference, which is finite itself. If nothing has changed, later counts follow the
Dirichlet-multinomial law of a Polya urn that was filled with the reference. For numbers whose cells end at order
statistics of the reference that law is exact, whatever their distribution; for names it is the law of the prior that
is stated. A change at look `s` means: from there on the counts follow a law with shares that lie near those before,
nearer or farther. The ratio of the two probabilities is an e-value: under "no change" it is 1 on average, at whatever
look one stops. It grows by what the data say and by nothing else, so that looking often costs nothing.

Days that are alike for reasons of their own (weather, campaigns) are no change. Counts of a day enter with as many rows
as they are worth if days vary as they did in training; see `worth_rows`. What is assumed is that days vary in future
as they varied then, and no more.

The rate. Let ``M`` be the sum of the e-values of all possible beginnings, each weighted by its share of a year, and
averaged over columns. ``M`` grows by the share of the year that has passed on average, and is set to zero at an alarm,
which is given at ``1 / budget``. So alarms come at most `budget` times a year on average, for ever, however the columns
hang together.

References
----------
Shin, J., Ramdas, A. and Rinaldo, A. (2023). E-detectors: a nonparametric framework for sequential change detection. New
England Journal of Statistics in Data Science 2. Vovk, V. and Wang, R. (2021). E-values: calibration, combination and
applications. Annals of Statistics 49.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

Array = NDArray[np.float64]
Places = NDArray[np.int64]

NEARNESS = (8.0, 64.0, 512.0, 4096.0)
"""How near to the shares before those after a change are looked for: with so many rows they would be mistaken for it.

A share of one half moves by about 0.18, 0.06, 0.02 or 0.008; one standard deviation of a normal column moves it by
0.34.
"""

UNSEEN = 1.0
"""A cell of the reference that holds no more than it was given beforehand."""

RECENT = 8
"""So many of the last looks are all taken for possible beginnings; of those before, ever fewer."""


class Change(NamedTuple):
    """What speaks for a change.

    Parameters
    ----------
    log_e : array, shape (..., n_beginnings, n_parts)
        Logarithms of e-values, by where the change began and by how cells were joined.
    beginnings : array of int, shape (n_beginnings,)
        Places of looks, rising.
    """

    log_e: Array
    beginnings: Places

    def likeliest(self, weights: Array) -> tuple[int, int]:
        """The look at which it most likely began, and by which parts it shows most; for one column.

        Parameters
        ----------
        weights : array, shape (n_looks,)
            Of a change that began with each look; 0 where it cannot have.
        """
        possible = np.where(weights[self.beginnings, None] > 0, self.log_e, -np.inf)
        at, part = np.unravel_index(int(possible.argmax()), possible.shape)
        return int(self.beginnings[at]), int(part)


def changed(reference: Array, counts: Array, parts: Sequence[Places], beginnings: Places | None = None) -> Change:
    """What speaks for a change of shares, by where it began.

    Parameters
    ----------
    reference : array, shape (..., n_cells)
        Rows of the reference in each cell and what a cell is given beforehand; above 0.
    counts : array, shape (..., n_looks, n_cells)
        Rows that each look is worth, oldest look first; axes before these are columns of like cells.
    parts : sequence of array of int, each of shape (n_cells,)
        Ways to join cells: those with the same number are one. Coarse parts find small moves of the level or the spread
        sooner than all cells on their own.
    beginnings : array of int, optional
        Looks with which a change may have begun; default: `possible_beginnings`.

    Examples
    --------
    >>> before = np.array([500.0, 500.0])
    >>> steady, moved = np.full((10, 2), 50.0), np.vstack([np.full((5, 2), 50.0), np.tile([70.0, 30.0], (5, 1))])
    >>> [round(float(changed(before, rows, [np.array([0, 1])]).log_e.max()), 1) for rows in (steady, moved)]
    [-0.3, 27.2]
    >>> changed(before, moved, [np.array([0, 1])]).likeliest(np.ones(10))[0]
    5
    """
    beginnings = possible_beginnings(counts.shape[-2]) if beginnings is None else beginnings
    total = np.cumsum(counts, axis=-2)
    earlier = (total - counts)[..., beginnings, :]
    pool = reference[..., None, :] + earlier
    since = total[..., -1:, :] - earlier
    found = np.stack([_ratio(_joined(pool, part), _joined(since, part)) for part in parts], axis=-1)
    return Change(found, beginnings)


def possible_beginnings(n_looks: int) -> Places:
    """Looks at which a change may have begun: the last ones and, the longer ago, the fewer, which a power of 2 divides.

    >>> possible_beginnings(20).tolist()
    [0, 4, 6, 8, 10, 12, 13, 14, 15, 16, 17, 18, 19]
    """
    places = np.arange(n_looks)
    lives = RECENT * (places & -places)
    return np.flatnonzero((places == 0) | (n_looks - places <= lives))


def summed(change: Change, weights: Array) -> Array:
    """Logarithm of the weighted sum over all beginnings, of the mean over the parts, shape (...,).

    Parameters
    ----------
    change : Change
    weights : array, shape (n_looks,)
        Of a change that began with each look.
    """
    by_look = logsumexp(change.log_e, axis=-1) - np.log(change.log_e.shape[-1])
    return np.asarray(logsumexp(by_look, axis=-1, b=weights[change.beginnings]))


def worth_rows(n_rows: Array | float, alike: float) -> Array | float:
    """How many independent rows those of one day are worth.

    With a share `alike` of the variance between days, the mean of a day of `n` rows has the variance of a mean of
    ``n / (1 + (n - 1) * alike)`` (the design effect).

    >>> round(float(worth_rows(100_000.0, 0.001)))
    990
    """
    return n_rows / (1.0 + np.maximum(n_rows - 1.0, 0.0) * alike)


def _joined(counts: Array, part: Places) -> Array:
    """Counts of joined cells, shape (..., n_joined)."""
    place = np.unique(part, return_inverse=True)[1]
    return counts @ np.eye(place.max() + 1)[place]


def _ratio(pool: Array, since: Array) -> Array:
    """Log of the probability of `since` if shares have changed over that if they have not, shape (...,).

    A cell that was never seen, then or since, is left out: that it stays empty is no news, and counts for nothing.
    """
    pool = np.where((pool <= UNSEEN) & (since == 0), 0.0, pool)
    total = pool.sum(axis=-1, keepdims=True)
    shares = pool / total
    changed = np.stack([_log_urn(shares * np.minimum(near, total / 2.0), since) for near in NEARNESS])
    highest = changed.max(axis=0)
    return np.asarray(highest + np.log(np.exp(changed - highest).mean(axis=0)) - _log_urn(pool, since))


def _log_urn(balls: Array, drawn: Array) -> Array:
    """Log of the chance of drawing so from a Polya urn, up to what does not depend on the urn."""
    total, own = balls.sum(axis=-1), np.where(balls > 0, balls, 1.0)
    by_cell = (gammaln(own + drawn) - gammaln(own)).sum(axis=-1)
    return np.asarray(gammaln(total) - gammaln(total + drawn.sum(axis=-1)) + by_cell)
