"""Parts of the calendar: the hour, the weekday, the month of a moment."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mlwright.data.insights._evidence import Array, Evidence

DAY_S = 86_400.0
CYCLES = 2
"""How often a part must come round within the time that the rows span, lest it stands for the time itself."""


class Part(NamedTuple):
    """A part of the calendar, for one column of moments.

    Parameters
    ----------
    name : str
        The column.
    unit : str
        ``hour``, ``weekday`` or ``month``.
    names : tuple of str
        What the places are called.
    places : array of int64, shape (n_rows,)
        The place of each row in `names`; -1 where the moment is missing.
    """

    name: str
    unit: str
    names: tuple[str, ...]
    places: np.ndarray

    def clause(self, place: int) -> str:
        """A place as a clause: "the month of 'day' is May"."""
        return f"the {self.unit} of '{self.name}' is {self.names[place]}"


def parts(evidence: Evidence) -> Iterator[Part]:
    """The parts of the calendar that come round at least twice, for every column of dates."""
    roles = evidence.rows.profile.roles
    dates = evidence.of_kind("date")
    if roles.time is not None and roles.time not in dates and evidence.rows.profile.column(roles.time).kind == "date":
        dates = [roles.time, *dates]
    for name in dates:
        yield from parts_of(name, evidence.rows.numbers(name))


def parts_of(name: str, moments: Array) -> Iterator[Part]:
    """The parts of the calendar that come round at least twice in these moments (seconds since 1970)."""
    known = ~np.isnan(moments)
    if not known.any():
        return
    seconds = np.where(known, moments, 0.0)
    span = float(seconds[known].max() - seconds[known].min())
    stamps = seconds.astype("datetime64[s]")
    places = {
        "hour": (stamps - stamps.astype("datetime64[D]")).astype(np.int64) // 3600,
        "weekday": (stamps.astype("datetime64[D]").astype(np.int64) + 3) % 7,
        "month": stamps.astype("datetime64[M]").astype(np.int64) % 12,
    }
    names = {
        "hour": tuple(f"{hour}" for hour in range(24)),
        "weekday": tuple(calendar.day_name),
        "month": tuple(calendar.month_name)[1:],
    }
    cycle = {"hour": DAY_S, "weekday": 7 * DAY_S, "month": 365.0 * DAY_S}
    for unit, found in places.items():
        if span >= CYCLES * cycle[unit] and len(np.unique(found[known])) > 1:
            yield Part(name, unit, names[unit], np.where(known, found, -1))
