"""Numbers with which the target rises or falls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mlwright.data.checks import Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.insights import Seeker
from mlwright.data.insights._contrast import Contrast, subject, times
from mlwright.data.insights._evidence import Evidence
from mlwright.data.insights._shapes import groups, shape, spelling_of
from mlwright.data.words import shortened
from mlwright.statistics.shares import Bounds


class Trend(Seeker):
    """The lowest fifth of a number against its highest, where a straight line says more than one step does."""

    title = "Numbers with which the target rises or falls"

    def look(self, evidence: Evidence) -> Iterator[Contrast]:
        """One contrast for each column and outcome that a line suits."""
        for name in evidence.of_kind("number"):
            for outcome in evidence.outcomes:
                found = shape(evidence, name, outcome)
                if found is not None and found.form == "trend":
                    more, less = groups(evidence, name, found)
                    spell = spelling_of(evidence, name)
                    ends = f"it is at most {spell(found.low)}", f"it is {spell(found.high)} or more"
                    where_more, where_less = ends[::-1] if found.rises else ends
                    yield Slope((name,), outcome, more, less, where_more, where_less, rises=found.rises)

    @staticmethod
    def speaks() -> Specimen:
        """The more years, the more often yes."""
        rng = np.random.default_rng(6)
        years = rng.uniform(0, 40, 1200)
        return Specimen(
            {"years": years.round(1).tolist(), "y": np.where(rng.random(1200) < years / 40, "yes", "no").tolist()}
        )

    @staticmethod
    def quiet() -> Specimen:
        """A number that says nothing."""
        rng = np.random.default_rng(6)
        columns = plain_columns()
        return Specimen({"height": rng.normal(170, 8, len(columns["y"])).tolist(), "y": columns["y"]})


@dataclass(frozen=True, eq=False)
class Slope(Contrast):
    """The two ends of a number, told as a trend."""

    rises: bool = True

    def sentence(self, high: float, low: float, measure: str, bounds: Bounds) -> str:
        """The fact in words, the lower end of the column first."""
        name, what, is_share = shortened(self.columns[0]), subject(self.outcome), self.outcome.is_share
        how = ("more often" if self.rises else "less often") if is_share else ("higher" if self.rises else "lower")
        parts = [f"{self.spell(low)} where {self.where_less}", f"{self.spell(high)} where {self.where_more}"]
        first, second = parts if self.rises else parts[::-1]
        ratio = f"{times(high / low)} as much, " if measure == "ratio" else ""
        return f"The higher '{name}', the {how} {what}: {first}, {second} ({ratio}{self.interval(measure, bounds)})."
