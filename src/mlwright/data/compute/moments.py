"""Count, mean, spread, skewness and extremes of numbers, which merge exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Moments:
    """Sums of powers of the distances from the mean, of finite numbers.

    Parameters
    ----------
    n : int
    mean : float
    m2, m3 : float
        Sums of ``(x - mean)**2`` and ``(x - mean)**3``.
    minimum, maximum : float
    n_zero : int
    n_infinite : int
        Infinite values, which are in none of the others.
    """

    n: int = 0
    mean: float = 0.0
    m2: float = 0.0
    m3: float = 0.0
    minimum: float = math.inf
    maximum: float = -math.inf
    n_zero: int = 0
    n_infinite: int = 0

    @classmethod
    def of(cls, values: NDArray[np.float64], counts: NDArray[np.int64] | None = None) -> Self:
        """Of numbers, each there `counts` times; NaN is left out."""
        weights = np.ones(len(values), np.int64) if counts is None else counts
        finite = np.isfinite(values)
        x, w = values[finite], weights[finite]
        n_infinite = int(weights[np.isinf(values)].sum())
        if not (n := int(w.sum())):
            return cls(n_infinite=n_infinite)
        with np.errstate(over="ignore", invalid="ignore"):
            mean = float(x[0] + ((x - x[0]) * w).sum() / n)
            away = x - mean
            m2, m3 = float((w * away**2).sum()), float((w * away**3).sum())
        n_zero = int(w[x == 0].sum())
        return cls(n, mean, m2, m3, float(x.min()), float(x.max()), n_zero, n_infinite)

    @classmethod
    def of_sums(cls, n: int, sums: tuple[float, float, float], shift: float, scale: float, **ends: float | int) -> Self:
        """From the sums of ``z``, ``z**2`` and ``z**3`` with ``z = (x - shift) / scale``.

        As exact as the sums if `shift` and `scale` are near the mean and the standard deviation.
        """
        if not n:
            return cls()
        mean, second, third = (each / n for each in sums)
        m2 = max(0.0, second - mean**2)
        m3 = third - 3 * mean * second + 2 * mean**3
        return cls(n, shift + scale * mean, n * m2 * scale**2, n * m3 * scale**3, **ends)  # type: ignore[arg-type]

    @property
    def std(self) -> float | None:
        """The standard deviation, with ``n - 1``; None if it cannot be told."""
        return math.sqrt(self.m2 / (self.n - 1)) if self.n > 1 and math.isfinite(self.m2) else None

    @property
    def skewness(self) -> float | None:
        """The third standardized moment, 0 for what is symmetric; None if it cannot be told."""
        if self.n < 3 or not (math.isfinite(self.m3) and math.isfinite(self.m2)):
            return None
        spread = math.sqrt(self.m2 / self.n)
        if spread <= 1e-12 * max(abs(self.minimum), abs(self.maximum)) or spread**3 == 0.0:
            return None
        return self.m3 / self.n / spread**3

    def merged(self, other: Self) -> Self:
        """The moments of both parts together.

        References
        ----------
        Chan, T. F., Golub, G. H. and LeVeque, R. J. (1983). Algorithms for computing the sample variance. The American
        Statistician 37(3). Pebay, P. (2008). Formulas for robust, one-pass parallel computation of covariances and
        arbitrary-order statistical moments. Sandia report SAND2008-6212.
        """
        n_infinite = self.n_infinite + other.n_infinite
        if not self.n or not other.n:
            known = self if self.n else other
            return type(self)(**{**known.__dict__, "n_infinite": n_infinite})
        a, b, n = self.n, other.n, self.n + other.n
        gap = other.mean - self.mean
        m2 = self.m2 + other.m2 + gap**2 * a * b / n
        m3 = self.m3 + other.m3 + gap**3 * a * b * (a - b) / n**2 + 3 * gap * (a * other.m2 - b * self.m2) / n
        return type(self)(
            n,
            (a * self.mean + b * other.mean) / n,
            m2,
            m3,
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
            self.n_zero + other.n_zero,
            n_infinite,
        )
