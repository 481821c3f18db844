"""Hours, weekdays and months in which the target differs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Specimen
from mlwright.data.insights import Seeker
from mlwright.data.insights._calendar import Part, parts
from mlwright.data.insights._contrast import Contrast
from mlwright.data.insights._evidence import MIN_ROWS, Evidence, Outcome
from mlwright.data.insights._shapes import SEEN, apart


class Seasonality(Seeker):
    """The hour (weekday, month) with the largest figure against the one with the smallest.

    Only parts of the calendar that come round at least twice in the rows: a month of a single year may stand for
    anything that happened in it.
    """

    title = "Hours, weekdays and months in which the target differs"

    def look(self, evidence: Evidence) -> Iterator[Contrast]:
        """One contrast for each part of the calendar and outcome."""
        found = list(parts(evidence))
        if not found:
            raise NotApplicable("no column of dates spans two weeks")
        for part in found:
            for outcome in evidence.outcomes:
                if (contrast := _widest(evidence, part, outcome)) is not None:
                    yield contrast

    @staticmethod
    def speaks() -> Specimen:
        """More is sold on Saturdays."""
        rng = np.random.default_rng(9)
        days = np.datetime64("2023-01-02") + np.arange(500)
        sold = rng.normal(100, 10, 500) + 40 * (np.arange(500) % 7 == 5)
        return Specimen({"day": [str(day) for day in days], "y": sold.round(1).tolist()})

    @staticmethod
    def quiet() -> Specimen:
        """Every day is like another."""
        rng = np.random.default_rng(9)
        days = np.datetime64("2023-01-02") + np.arange(500)
        return Specimen({"day": [str(day) for day in days], "y": rng.normal(100, 10, 500).round(1).tolist()})


def _widest(evidence: Evidence, part: Part, outcome: Outcome) -> Contrast | None:
    seen, y = part.places[evidence.first], outcome.ranks[evidence.first]
    shown = [place for place in range(len(part.names)) if (seen == place).sum() >= MIN_ROWS]
    if len(shown) < 2:
        return None
    means = [float(y[seen == place].mean()) for place in shown]
    top, bottom = shown[int(np.argmax(means))], shown[int(np.argmin(means))]
    if apart(y, seen == top, seen == bottom) < SEEN:
        return None
    more, less = part.places == top, part.places == bottom
    return Contrast((part.name,), outcome, more, less, part.clause(top), f"it is {part.names[bottom]}")
