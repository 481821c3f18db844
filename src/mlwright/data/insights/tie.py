"""Columns that go together, among the inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from mlwright.core.family import NotApplicable
from mlwright.data.association import associations, cramers_v
from mlwright.data.checks import Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import TrainingRows
from mlwright.data.insights import Seeker
from mlwright.data.insights._candidate import Candidate, Measured
from mlwright.data.insights._evidence import MIN_ROWS, Evidence
from mlwright.data.words import quoted, shortened
from mlwright.statistics.association import cramers_v_bounds, rank_correlation_bounds

MAX_COLUMNS = 60
MAX_PAIRS = 15
STRONG = 0.5
COPY = 0.98
N_BINS = 8
MAX_NAMES = 12
RISING, FALLING = "rank correlation", "falling rank correlation"
WEIGHT = 0.2
"""With a target in view, what the inputs have to do with each other comes second."""


class Tie(Seeker):
    """Pairs of inputs whose association is 0.5 or more on a scale from 0 to 1, and groups of copies.

    Numbers and dates: the rank correlation. All other pairs: Cramer's V over eight groups of equal size and the 12
    most frequent names. Columns tied at 0.98 and more are told as one fact.
    """

    title = "Columns that go together"

    def look(self, evidence: Evidence) -> Iterator[Candidate]:
        """The groups of copies, then the closest pairs."""
        names = evidence.of_kind("number", "date", "category", "boolean")[:MAX_COLUMNS]
        if len(names) < 2 or evidence.first.sum() < 2 * MIN_ROWS:
            raise NotApplicable("there are not two inputs with enough rows to compare")
        found = associations(evidence.first_rows, names)
        np.fill_diagonal(found, 0.0)
        group = connected_components(csr_matrix(found >= COPY), directed=False)[1]
        for number in np.flatnonzero(np.bincount(group) > 1):
            yield _Pair(tuple(names[place] for place in np.flatnonzero(group == number)))
        first = np.unique(group, return_index=True)[1]
        pairs = [(found[a, b], names[a], names[b]) for a in first for b in first if a < b and found[a, b] >= STRONG]
        for _, a, b in sorted(pairs, key=lambda pair: -pair[0])[:MAX_PAIRS]:
            yield _Pair((a, b))

    @staticmethod
    def speaks() -> Specimen:
        """The shoe size goes with the height."""
        columns = plain_columns()
        noise = np.random.default_rng(1).normal(0, 0.5, 300)
        shoe = [height / 4 + extra for height, extra in zip(columns["height"], noise, strict=True)]
        return Specimen(columns | {"shoe": shoe})

    @staticmethod
    def quiet() -> Specimen:
        """Weight, height and colour have nothing to do with each other."""
        return Specimen(plain_columns())


@dataclass(frozen=True, eq=False)
class _Pair(Candidate):
    """Two columns, or several that are copies of each other."""

    columns: tuple[str, ...]

    def code(self) -> NDArray[np.float64] | None:
        """None: no other kind of fact is about inputs alone."""
        return None

    def measure(self, evidence: Evidence, level: float) -> Measured | None:
        """The association of the first column with the one that it is least tied to."""
        rows = evidence.second_rows
        found = [_tied(rows, self.columns[0], other, evidence.independent, level) for other in self.columns[1:]]
        value, low, high, how = min(found, key=lambda tie: tie[0])
        if low < STRONG:
            return None
        size = low if evidence.rows.profile.roles.asked is None else WEIGHT * low
        return Measured(self._sentence(value, low, high, how), "correlation", value, low, high, len(rows), size)

    def _sentence(self, value: float, low: float, high: float, how: str) -> str:
        figures = f"{how} {value:.2f}, 95 % interval {low:.2f} to {high:.2f}"
        if how == FALLING:
            figures = f"{RISING} -{value:.2f}, 95 % interval -{high:.2f} to -{low:.2f}"
        if value >= COPY or len(self.columns) > 2:
            return f"{quoted(self.columns, 6)} say nearly the same ({figures})."
        a, b = (shortened(name) for name in self.columns)
        if how == FALLING:
            return f"The higher '{a}', the lower '{b}' ({figures})."
        if how == RISING:
            return f"The higher '{a}', the higher '{b}' ({figures})."
        return f"'{a}' and '{b}' go closely together ({figures})."


def _tied(rows: TrainingRows, a: str, b: str, independent: int, level: float) -> tuple[float, float, float, str]:
    """Association with its interval and its name."""
    if rows.is_ordered(a) and rows.is_ordered(b):
        x, y = rows.numbers(a), rows.numbers(b)
        known = ~np.isnan(x) & ~np.isnan(y)
        if known.sum() < MIN_ROWS:
            return 0.0, 0.0, 0.0, RISING
        value = _rank_correlation(x[known], y[known])
        n = min(int(known.sum()), round(independent * float(known.mean())))
        low, high = rank_correlation_bounds(abs(value), n, level)
        return abs(value), low, high, RISING if value > 0 else FALLING
    return _named(rows, a, b, independent, level)


def _named(rows: TrainingRows, a: str, b: str, independent: int, level: float) -> tuple[float, float, float, str]:
    places = [_places(rows, name) for name in (a, b)]
    known = (places[0] >= 0) & (places[1] >= 0)
    if known.sum() < MIN_ROWS:
        return 0.0, 0.0, 0.0, "Cramer's V"
    first, second = (np.unique(each[known], return_inverse=True)[1] for each in places)
    shape = int(first.max()) + 1, int(second.max()) + 1
    counts = np.bincount(first * shape[1] + second, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
    low, high = cramers_v_bounds(counts, min(float(known.sum()), independent * float(known.mean())), level)
    value = min(max(cramers_v(first, second), low), high)
    return value, low, high, "Cramer's V"


def _places(rows: TrainingRows, name: str) -> NDArray[np.int64]:
    if rows.is_ordered(name):
        bins = rows.bins(name, N_BINS)
        return np.where(rows.missing(name), -1, bins.places)
    places = rows.levels(name).places
    counts = np.bincount(places[places >= 0])
    frequent = np.argsort(-counts, kind="stable")[:MAX_NAMES]
    return np.where((places >= 0) & ~np.isin(places, frequent), len(counts), places)


def _rank_correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    from scipy.stats import rankdata

    a, b = rankdata(x), rankdata(y)
    spread = float(a.std() * b.std())
    return float(np.mean((a - a.mean()) * (b - b.mean()))) / spread if spread > 0 else 0.0
