"""Ranges of a number in which the target is highest, or lowest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.data.checks import Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.insights import Seeker
from mlwright.data.insights._contrast import Contrast
from mlwright.data.insights._evidence import Evidence
from mlwright.data.insights._shapes import groups, shape, spelling_of
from mlwright.data.words import shortened


class Band(Seeker):
    """Rows between two cuts against those outside, where that says clearly more than a line or one step does."""

    title = "Ranges in which the target is highest or lowest"

    def look(self, evidence: Evidence) -> Iterator[Contrast]:
        """One contrast for each column and outcome that a band suits."""
        for name in evidence.of_kind("number"):
            for outcome in evidence.outcomes:
                found = shape(evidence, name, outcome)
                if found is not None and found.form == "band":
                    more, less = groups(evidence, name, found)
                    spell = spelling_of(evidence, name)
                    column = f"'{shortened(name)}'"
                    inside = f"is above {spell(found.low)} and at most {spell(found.high)}"
                    sides = f"{column} {inside}", "it is outside"
                    if not found.rises:
                        sides = f"{column} is outside {spell(found.low)} to {spell(found.high)}", "it is inside"
                    yield Contrast((name,), outcome, more, less, *sides)

    @staticmethod
    def speaks() -> Specimen:
        """Yes in the middle of the day."""
        rng = np.random.default_rng(7)
        hour = rng.integers(0, 24, 800)
        answers = np.where(rng.random(800) < np.where((hour > 8) & (hour < 16), 0.7, 0.15), "yes", "no")
        return Specimen({"hour": hour.tolist(), "y": answers.tolist()}, settings={"kinds": {"hour": "number"}})

    @staticmethod
    def quiet() -> Specimen:
        """An hour that says nothing."""
        rng = np.random.default_rng(7)
        return Specimen({"hour": rng.integers(0, 24, 300).tolist(), "y": plain_columns()["y"]})
