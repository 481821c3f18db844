"""Numbers of which a few rows hold a large part."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlwright.data.checks import Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.insights import Seeker
from mlwright.data.insights._candidate import Candidate, Measured
from mlwright.data.insights._evidence import Array, Evidence
from mlwright.data.words import figure, percent, shortened
from mlwright.statistics.shares import quantile_of

TOP = 0.01
LEAST = 0.2
MIN_ABOVE = 10
WEIGHT = 0.5


class Concentration(Seeker):
    """The largest 1 % of the values of a number that is never negative hold a fifth of the sum, or more.

    The cut is the 99 % quantile of the first half. The target is looked at as well.
    """

    title = "Numbers of which a few rows hold a large part"

    def look(self, evidence: Evidence) -> Iterator[Candidate]:
        """The columns whose largest values hold most."""
        asked = evidence.rows.profile.roles.asked
        names = evidence.of_kind("number")
        if asked is not None and asked.task == "regression":
            names = [*names, asked.target]
        for name in names:
            values = evidence.rows.numbers(name)
            seen = values[evidence.first & ~np.isnan(values)]
            if len(seen) * TOP < MIN_ABOVE or seen.min() < 0 or not seen.sum() > 0:
                continue
            cut = float(np.quantile(seen, 1 - TOP))
            if seen[seen > cut].sum() >= LEAST * seen.sum():
                yield _Top((name,), cut)

    @staticmethod
    def speaks() -> Specimen:
        """A few customers buy most."""
        rng = np.random.default_rng(14)
        return Specimen({"spent": rng.pareto(1.1, 4000).round(2).tolist(), "y": _answers(rng, 4000)})

    @staticmethod
    def quiet() -> Specimen:
        """Weights and heights."""
        return Specimen(plain_columns(2500))


@dataclass(frozen=True, eq=False)
class _Top(Candidate):
    """What lies above a cut, as a share of the sum."""

    columns: tuple[str, ...]
    cut: float

    def code(self) -> NDArray[np.float64] | None:
        """None: nothing else tells it."""
        return None

    def measure(self, evidence: Evidence, level: float) -> Measured | None:
        """The share of the sum, with the interval of a ratio of means on the scale of log odds."""
        every = evidence.rows.numbers(self.columns[0])[evidence.second]
        values = np.where(np.isnan(every), 0.0, every)
        above = values > self.cut
        if above.sum() < MIN_ABOVE or values.min() < 0:
            return None
        share = float(values[above].sum() / values.sum())
        pull: Array = values * (above - share) / values.mean()
        error = evidence.sampling.error_of_mean(pull) / max(share * (1 - share), 1e-9)
        middle, half = math.log(share / (1 - share)) if share < 1 else 700.0, quantile_of(level) * error
        low, high = (1 / (1 + math.exp(-min(max(end, -700.0), 700.0))) for end in (middle - half, middle + half))
        if low < LEAST / 2:
            return None
        rows = float(above.sum() / (~np.isnan(every)).sum())
        sentence = (
            f"Few rows hold much of '{shortened(self.columns[0])}': the {percent(rows)} above {figure(self.cut)} hold "
            f"{percent(share)} of the sum (95 % interval {percent(low)} to {percent(high)})."
        )
        return Measured(sentence, "share", share, low, high, len(values), WEIGHT * low)


def _answers(rng: np.random.Generator, n_rows: int) -> list[str]:
    return rng.choice(["yes", "no"], n_rows).tolist()  # type: ignore[no-any-return]
