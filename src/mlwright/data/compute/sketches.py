"""Bounded summaries of many values that merge without loss: distinct values, and rows.

Both rest on one idea: what has the smallest hashes is a random sample that does not depend on the order or the
partition of the rows. The smallest of a whole are among the smallest of its parts, so a sketch that is merged from
parts is the sketch of the whole, bit by bit, in whatever order the parts come.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import Fault

N_HASHES = 16_384
N_ROWS = 16_384
SPACE = 1 << 64


@dataclass(frozen=True, eq=False)
class Distinct:
    """How many different values there are, from those with the smallest hashes (a theta sketch).

    With `m` hashes below a limit that a share `s` of all hashes lies below, there are about ``m / s`` different values,
    with a relative standard error of ``sqrt((1 - s) / m)``; with ``s = 1`` all are there and the count is exact.

    Parameters
    ----------
    hashes : array of uint64
        Rising, each once; all that lie below `limit`.
    counts : array of int64
        How many rows hold the value of each.
    limit : int
        From 1 to 2^64.
    family : str
        The function that made the hashes; those of two functions cannot be merged.

    References
    ----------
    Dasgupta, A., Lang, K., Rhodes, L. and Thaler, J. (2016). A framework for estimating stream expression
    cardinalities. ICDT 2016.
    """

    hashes: NDArray[np.uint64]
    counts: NDArray[np.int64]
    limit: int = SPACE
    family: str = ""

    @classmethod
    def of(cls, hashes: NDArray[np.uint64], counts: NDArray[np.int64] | None, limit: int, family: str) -> Self:
        """From hashes in any order, each that of so many rows (None: of one), cut to the `N_HASHES` smallest."""
        if counts is None:
            found, n_rows = np.unique(hashes, return_counts=True)
        else:
            found, places = np.unique(hashes, return_inverse=True)
            n_rows = np.bincount(places, counts, len(found)).astype(np.int64)
        if len(found) > N_HASHES:
            limit = int(found[N_HASHES])
        return cls(found[:N_HASHES], n_rows[:N_HASHES], limit, family)

    @property
    def share(self) -> float:
        """The share of all hashes that lies below the limit."""
        return self.limit / SPACE

    @property
    def n(self) -> int:
        """About how many different values there are."""
        return round(len(self.hashes) / self.share)

    @property
    def error(self) -> float:
        """The relative standard error of `n`; 0 where it is exact."""
        return math.sqrt((1 - self.share) / max(1, len(self.hashes)))

    def merged(self, other: Self) -> Self:
        """The sketch of both parts together."""
        if self.family != other.family:
            raise Fault(f"Sketches made with {self.family!r} and {other.family!r} cannot be merged.")
        limit = min(self.limit, other.limit)
        hashes = np.concatenate([self.hashes, other.hashes])
        counts = np.concatenate([self.counts, other.counts])
        below = hashes <= np.uint64(limit - 1)
        return self.of(hashes[below], counts[below], limit, self.family)


@dataclass(frozen=True, eq=False)
class RowSample:
    """Values of the rows with the smallest hashes: rows drawn at random, each with the same chance.

    Parameters
    ----------
    codes : array of uint64
        Rising; hashes of what tells rows apart.
    values : array of float64
        The value of each of the rows; NaN where it is missing.
    n_rows : int
        Of so many rows it is a sample.
    """

    codes: NDArray[np.uint64]
    values: NDArray[np.float64]
    n_rows: int

    @classmethod
    def of(cls, codes: NDArray[np.uint64], values: NDArray[np.float64], n_rows: int) -> Self:
        """From rows in any order, cut to the `N_ROWS` smallest."""
        order = np.lexsort((values, codes))[:N_ROWS]
        return cls(codes[order], values[order], n_rows)

    @cached_property
    def known(self) -> NDArray[np.float64]:
        """The values that are there, rising."""
        return np.sort(self.values[np.isfinite(self.values)])

    @property
    def is_whole(self) -> bool:
        """Whether it holds all rows."""
        return len(self.codes) >= self.n_rows

    def quantiles(self, levels: tuple[float, ...]) -> tuple[float, ...]:
        """The values below which these shares of the rows lie; empty where no value is known."""
        return tuple(float(q) for q in np.quantile(self.known, levels)) if len(self.known) else ()

    @property
    def error(self) -> float:
        """How far the rank of a quantile may be off, as a share of the rows; see `rank_error`."""
        return 0.0 if self.is_whole else rank_error(len(self.known))

    def merged(self, other: Self) -> Self:
        """The sample of both parts together."""
        return self.of(
            np.concatenate([self.codes, other.codes]),
            np.concatenate([self.values, other.values]),
            self.n_rows + other.n_rows,
        )


def rank_error(n: int) -> float:
    """How far the ranks of all quantiles may be off in a random sample of `n`, as a share, 95 times in 100.

    >>> round(rank_error(100_000), 4)
    0.0043

    References
    ----------
    Massart, P. (1990). The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality. Annals of Probability 18(3).
    """
    return min(1.0, math.sqrt(math.log(2 / 0.05) / (2 * n))) if n else 1.0
