"""Stretches of time without a row."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Specimen
from mlwright.data.insights import Seeker
from mlwright.data.insights._candidate import Candidate, Measured
from mlwright.data.insights._evidence import Array, Evidence
from mlwright.data.words import moment_spelling, shortened

MIN_MOMENTS = 50
LEAST_TIMES = 10.0
MOST_MISSED = 0.5
LEAST_SHARE = 0.01
WEIGHT = 0.3
DAY_S, HOUR_S = 86_400.0, 3_600.0


class Gap(Seeker):
    """A stretch without rows that is much longer than chance would leave between rows that come when they like.

    Of `n` moments that come about independently and evenly, the longest gap exceeds `g` mean gaps with a chance of
    at most ``n * exp(-g)``. That chance is held below the level over all that is looked for; the mean is that of
    all other gaps, and the gap must be ten times the usual (the 90 % quantile of the gaps) and 1 % of the whole
    time. All rows are looked at: a gap is a gap.
    """

    title = "Stretches of time without a row"

    def look(self, evidence: Evidence) -> Iterator[Candidate]:
        """The longest gap of every column of dates."""
        roles = evidence.rows.profile.roles
        dates = evidence.of_kind("date")
        if (
            roles.time is not None
            and roles.time not in dates
            and evidence.rows.profile.column(roles.time).kind == "date"
        ):
            dates = [roles.time, *dates]
        if not dates:
            raise NotApplicable("there is no column of dates")
        for name in dates:
            moments = _moments(evidence, name)
            if len(moments) >= MIN_MOMENTS:
                yield _Longest((name,))

    @staticmethod
    def speaks() -> Specimen:
        """Nothing was written down in May."""
        days = np.delete(np.arange(400), np.arange(120, 160))
        return Specimen({"day": _spelled(days), "y": [float(day % 13) for day in days]})

    @staticmethod
    def quiet() -> Specimen:
        """A row a day."""
        return Specimen({"day": _spelled(np.arange(400)), "y": [float(day % 13) for day in range(400)]})


@dataclass(frozen=True, eq=False)
class _Longest(Candidate):
    """The longest stretch without a row."""

    columns: tuple[str, ...]

    def code(self) -> NDArray[np.float64] | None:
        """None: nothing else tells it."""
        return None

    def measure(self, evidence: Evidence, level: float) -> Measured | None:
        """The gap, if chance does not leave one as long."""
        moments = _moments(evidence, self.columns[0])
        gaps = np.diff(moments)
        at = int(gaps.argmax())
        longest, usual = float(gaps[at]), float(np.quantile(gaps, 0.9))
        mean = float(np.delete(gaps, at).mean())
        share = longest / float(moments[-1] - moments[0])
        if share < LEAST_SHARE or longest < LEAST_TIMES * usual or len(gaps) * math.exp(-longest / mean) > 1 - level:
            return None
        spell = moment_spelling(float(moments[0]), float(moments[-1]))
        sentence = (
            f"In '{shortened(self.columns[0])}' there is no row between {spell(float(moments[at]))} and "
            f"{spell(float(moments[at + 1]))}: {_length(longest)}, where 90 of 100 gaps are at most {_length(usual)}."
        )
        size = WEIGHT * min(1.0, share / MOST_MISSED) ** 0.5
        return Measured(sentence, "gap", longest, longest, longest, len(moments), size)


def _moments(evidence: Evidence, name: str) -> Array:
    values = evidence.rows.numbers(name)
    return np.unique(values[~np.isnan(values)])


def _length(seconds: float) -> str:
    if seconds >= 2 * DAY_S:
        return f"{seconds / DAY_S:,.0f} days"
    return f"{seconds / HOUR_S:,.0f} hours" if seconds >= 2 * HOUR_S else f"{seconds / 60:,.0f} minutes"


def _spelled(days: NDArray[np.int64]) -> list[str]:
    return [str(np.datetime64("2023-01-02") + day) for day in days]
