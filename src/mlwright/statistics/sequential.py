"""Evidence about a mean that may be looked at after every value, and stays valid.

A test that is made again every day until it says what one hopes for finds something in the end, whatever is true. The
e-process here does not: the chance that it ever comes to ``1 / alpha`` while the mean is not above what it was tested
against is at most `alpha`, over all looks together, and however the values hang together in time. So it is the one tool
wherever mlwright decides while values still come in.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import logsumexp

Array = NDArray[np.float64]

N_BETS = 12
_SHARES = 0.75 * 0.55 ** np.arange(N_BETS)
"""Bets as shares of the highest one: small ones find small gains in many values, large ones large gains in few."""


class Gathered(NamedTuple):
    """What is kept of the values that came so far; `Gathered()` before the first one.

    Parameters
    ----------
    n : int
    total : float
        Their sum.
    spread : float
        Sum of the squared distances of each value to the mean of those before it.
    """

    n: int = 0
    total: float = 0.0
    spread: float = 0.0

    @property
    def mean(self) -> float:
        """Mean of the values; 0 before the first one."""
        return self.total / self.n if self.n else 0.0

    def adding(self, values: Array) -> Gathered:
        """With more values, shape (n,), in the order in which they came to be known."""
        if not len(values):
            return self
        totals = self.total + np.cumsum(values)
        before = np.concatenate([[self.total], totals[:-1]]) / (self.n + 1 + np.arange(len(values)))
        spread = self.spread + float(((values - before) ** 2).sum())
        return Gathered(self.n + len(values), float(totals[-1]), spread)

    def turned(self) -> Gathered:
        """The same of the values with their sign turned."""
        return self._replace(total=-self.total)


def log_e_value(gathered: Gathered, width: float, above: float = 0.0) -> float:
    """Logarithm of the evidence that the mean is above `above`.

    With values in an interval of length `width`, the product of ``exp(bet * (x - mu) - psi(bet) * (x - before)**2)``
    is expected to be at most 1, where `mu` is the value's own expectation given all before it, `before` any forecast of
    it, and ``psi(bet) = (-log(1 - width * bet) - width * bet) / width**2``. So is its mean over several bets. What is
    tested is that the mean of these expectations, over the values so far, is at most `above`.

    Parameters
    ----------
    gathered : Gathered
    width : float
        All values lie in an interval of this length, which was fixed before the first of them was seen.
    above : float

    Returns
    -------
    float
        May be compared with ``log(1 / alpha)`` after every value.

    References
    ----------
    Howard, S. R., Ramdas, A., McAuliffe, J. and Sekhon, J. (2021). Time-uniform, nonparametric, nonasymptotic
    confidence sequences. Annals of Statistics 49. Choe, Y. J. and Ramdas, A. (2024). Comparing sequential forecasters.
    Operations Research 72.
    """
    return float(log_e_values(np.array([gathered], dtype=np.float64), width, above)[0])


def log_e_values(gathered: Array, width: float, above: float = 0.0) -> Array:
    """`log_e_value` of many at once, shape (...,).

    Parameters
    ----------
    gathered : array, shape (..., 3)
        Number, total and spread of each; see `Gathered`.
    width, above : float
    """
    n, total, spread = (gathered[..., at, None] for at in range(3))
    cost = (-np.log1p(-_SHARES) - _SHARES) / width**2
    gains = _SHARES / width * (total - n * above) - cost * spread
    return np.asarray(logsumexp(gains, axis=-1) - math.log(N_BETS))


def log_e_since(parts: Array, width: float, above: float = 0.0) -> Array:
    """`log_e_value` of the values from each of several parts on, shape (n_parts,).

    Values of before a change dilute the evidence of those after it. The mean of the e-values of all beginnings, with
    weights that were fixed beforehand and sum to 1, is an e-value again.

    Parameters
    ----------
    parts : array, shape (n_parts, 3)
        A `Gathered` of the values of each part, in the order in which they came.
    width, above : float
        As for `log_e_value`.
    """
    return log_e_values(np.cumsum(parts[::-1], axis=0)[::-1], width, above)


def log_e_of_late(parts: Array, width: float, above: float = 0.0) -> float:
    """Logarithm of the mean of `log_e_since` over all beginnings so far.

    It forgets nothing and finds changes of late soon. Where nothing changes it passes ``1 / alpha`` now and then, but
    not more often than in one of ``1 / alpha`` looks: enough for what costs little when done in vain.
    """
    return float(logsumexp(log_e_since(parts, width, above)) - math.log(len(parts)))


def lower_bound(gathered: Gathered, width: float, alpha: float) -> float:
    """What the mean is above, with a chance of at most `alpha` that this is ever wrong at any look.

    Parameters
    ----------
    gathered : Gathered
    width : float
        As for `log_e_value`.
    alpha : float
    """
    if not gathered.n:
        return -math.inf
    wanted = -math.log(alpha)

    def short(above: float) -> float:
        return log_e_value(gathered, width, above) - wanted

    low, step = gathered.mean, width
    while short(low) < 0:
        low, step = low - step, 2 * step
        if step > 1e6 * width:
            return -math.inf
    high = gathered.mean + width
    while short(high) > 0:
        high += width
    return float(brentq(short, low, high, xtol=1e-9 * width))


def upper_bound(gathered: Gathered, width: float, alpha: float) -> float:
    """What the mean is below, likewise."""
    return -lower_bound(gathered.turned(), width, alpha)
