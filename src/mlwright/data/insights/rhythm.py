"""Hours, weekdays and months with many rows, or few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Specimen
from mlwright.data.insights import Seeker
from mlwright.data.insights._calendar import DAY_S, Part, parts
from mlwright.data.insights._candidate import Candidate, Measured
from mlwright.data.insights._contrast import rounded
from mlwright.data.insights._evidence import MIN_ROWS, Evidence
from mlwright.data.words import percent
from mlwright.statistics.means import effective_rows
from mlwright.statistics.proportions import ratio_of_shares

LEAST_RATIO = 1.3
WEIGHT = 0.4


class Rhythm(Seeker):
    """The hour (weekday, month) with most rows against the one with fewest, of those that come round at least twice.

    Rows of one day are taken to come together where rows come about in time, so that one busy day is no rhythm.
    """

    title = "Hours, weekdays and months with many rows, or few"

    def look(self, evidence: Evidence) -> Iterator[Candidate]:
        """One candidate for each part of the calendar that is uneven."""
        found = list(parts(evidence))
        if not found:
            raise NotApplicable("no column of dates spans two weeks")
        for part in found:
            seen = part.places[evidence.first]
            counts = np.bincount(seen[seen >= 0], minlength=len(part.names))
            top, bottom = int(counts.argmax()), int(counts.argmin())
            if counts[top] >= MIN_ROWS and counts[top] >= LEAST_RATIO * max(1, counts[bottom]):
                yield _Uneven((part.name,), part, top, bottom)

    @staticmethod
    def speaks() -> Specimen:
        """Hardly anybody calls on Sundays."""
        rng = np.random.default_rng(15)
        days = rng.choice(700, 3000, p=_chances(700, sunday=0.2))
        return Specimen(_calls(np.sort(days), rng))

    @staticmethod
    def quiet() -> Specimen:
        """People call every day alike."""
        rng = np.random.default_rng(15)
        return Specimen(_calls(np.sort(rng.choice(700, 3000)), rng))


@dataclass(frozen=True, eq=False)
class _Uneven(Candidate):
    """The share of rows in two places of the calendar."""

    columns: tuple[str, ...]
    part: Part
    top: int
    bottom: int

    def code(self) -> NDArray[np.float64] | None:
        """None: facts about the target are others."""
        return None

    def measure(self, evidence: Evidence, level: float) -> Measured | None:
        """How many times as many rows there are."""
        places = self.part.places[evidence.second]
        n = _days(evidence, self.part)
        shares = [float((places == place).mean()) for place in (self.top, self.bottom)]
        everybody = np.ones(len(places), dtype=bool)
        rows = [
            min(n, effective_rows((places == place).astype(np.float64), everybody, evidence.sampling))
            for place in (self.top, self.bottom)
        ]
        low, high = ratio_of_shares(shares[0], rows[0], shares[1], rows[1], level)
        if low < LEAST_RATIO:
            return None
        names = self.part.names
        ratio = shares[0] / shares[1] if shares[1] else float("inf")
        times = f"{rounded(ratio)} times as many rows" if np.isfinite(ratio) else "many more rows"
        interval = (
            f"95 % interval of the ratio {rounded(low)} to {rounded(high)}"
            if np.isfinite(high)
            else (f"the ratio is at least {rounded(low)}")
        )
        sentence = (
            f"There are {times} where {self.part.clause(self.top)} as where it is {names[self.bottom]}: "
            f"{percent(shares[0])} against {percent(shares[1])} ({interval})."
        )
        value = ratio if np.isfinite(ratio) else low
        return Measured(sentence, "ratio", value, low, high, len(places), WEIGHT * (1 - 1 / low))


def _days(evidence: Evidence, part: Part) -> float:
    """How many days the second half holds: rows of one day may have come together."""
    moments = evidence.rows.numbers(part.name)[evidence.second]
    known = moments[~np.isnan(moments)]
    return float(len(np.unique(known // DAY_S)))


def _chances(n_days: int, sunday: float) -> NDArray[np.float64]:
    chances = np.where(np.arange(n_days) % 7 == 6, sunday, 1.0)
    found: NDArray[np.float64] = chances / chances.sum()
    return found


def _calls(days: NDArray[np.int64], rng: np.random.Generator) -> dict[str, list[object]]:
    stamps = np.datetime64("2023-01-02") + days
    return {"call": [str(day) for day in stamps], "y": rng.choice(["yes", "no"], len(days)).tolist()}
