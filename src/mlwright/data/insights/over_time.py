"""A target that moves as time goes by."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Specimen
from mlwright.data.insights import Seeker
from mlwright.data.insights._contrast import Contrast
from mlwright.data.insights._evidence import Evidence
from mlwright.data.insights._shapes import SEEN, apart
from mlwright.data.words import moment_spelling, shortened


class OverTime(Seeker):
    """The earliest fifth of the rows against the latest, for every column of dates."""

    title = "A target that moves as time goes by"

    def look(self, evidence: Evidence) -> Iterator[Contrast]:
        """One contrast for each column of dates and outcome."""
        time = evidence.rows.profile.roles.time
        dates = evidence.of_kind("date")
        if time is not None and time not in dates and evidence.rows.profile.column(time).kind == "date":
            dates = [time, *dates]
        if not dates:
            raise NotApplicable("there is no column of time")
        for name in dates:
            yield from _ends(evidence, name)

    @staticmethod
    def speaks() -> Specimen:
        """Prices double within two years."""
        rng = np.random.default_rng(10)
        days = np.datetime64("2023-01-02") + np.arange(600)
        prices = rng.normal(100, 10, 600) * np.linspace(1, 2, 600)
        return Specimen({"day": [str(day) for day in days], "y": prices.round(2).tolist()})

    @staticmethod
    def quiet() -> Specimen:
        """Prices stay where they are."""
        rng = np.random.default_rng(10)
        days = np.datetime64("2023-01-02") + np.arange(600)
        return Specimen({"day": [str(day) for day in days], "y": rng.normal(100, 10, 600).round(2).tolist()})


def _ends(evidence: Evidence, name: str) -> Iterator[Contrast]:
    moments = evidence.rows.numbers(name)
    known = moments[evidence.first]
    known = known[~np.isnan(known)]
    if not len(known):
        return
    early, late = np.quantile(known, [0.2, 0.8])
    if not early < late:
        return
    spell = moment_spelling(float(known.min()), float(known.max()))
    before, after = moments <= early, moments >= late
    for outcome in evidence.outcomes:
        strength = apart(outcome.ranks[evidence.first], after[evidence.first], before[evidence.first])
        column = f"'{shortened(name)}'"
        if strength >= SEEN:
            yield Contrast(
                (name,),
                outcome,
                after,
                before,
                f"{column} is {spell(late)} or later",
                f"it is {spell(early)} or before",
            )
        elif strength <= -SEEN:
            yield Contrast(
                (name,),
                outcome,
                before,
                after,
                f"{column} is {spell(early)} or before",
                f"it is {spell(late)} or later",
            )
