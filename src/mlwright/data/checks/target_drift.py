"""A target that is not what it was."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._breaks import in_order
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import figure, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

N_PARTS = 8
MIN_ROWS = 400
LEAST_MOVED = 0.1
SIGMAS = 4.0
TIMES_SPREAD = 2.0


class TargetDrift(Check):
    """In the newest eighth of the training rows the target lies beyond all that it was before.

    The share of a class, or the mean rank of a number, is compared over eight parts of equal size in the order of the
    time column. The last must lie outside the range of the first seven by 0.1, by twice their spread and by four
    standard errors, so that seasons and slow swings that were there before are left alone; all classes are looked at
    together, and noise reaches four standard errors once in 15,000.
    """

    group = "target"
    severity = "warning"
    title = "A target that is not what it was"
    action = (
        "What was learned from old rows may not hold. Learn from newer rows only, train again often, and watch the "
        "share of each answer in use."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        target = profile.roles.target
        if profile.roles.time is None:
            raise NotApplicable("no column is known to order the rows in time")
        rows = training_rows(table, profile)
        if len(rows) < MIN_ROWS:
            raise NotApplicable(f"{len(rows)} training rows are too few to judge a trend")
        parts = np.array_split(in_order(rows), N_PARTS)
        measured = {name: [float(values[part].mean()) for part in parts] for name, values in _measures(rows).items()}
        excess = {name: _beyond(shares, len(parts[0])) for name, shares in measured.items()}
        name = max(excess, key=lambda name: excess[name])
        if excess[name] > 0:
            yield self.found(f"By '{profile.roles.time}', {_told(rows, name, parts, measured[name])}.", target)

    @staticmethod
    def speaks() -> Specimen:
        """Lately nearly all say yes."""
        return Specimen(_answers(0.95), settings={"time": "day"})

    @staticmethod
    def quiet() -> Specimen:
        """As many as ever say yes."""
        return Specimen(_answers(0.5), settings={"time": "day"})


def _measures(rows: TrainingRows) -> dict[str, NDArray[np.float64]]:
    """What is followed over time, between 0 and 1: membership of each class, or the rank of the number."""
    if rows.profile.roles.task == "regression":
        ranks = np.argsort(np.argsort(rows.values, kind="stable"), kind="stable") / len(rows)
        return {"": ranks}
    return {name: (rows.classes == place).astype(np.float64) for place, name in enumerate(rows.profile.roles.classes)}


def _beyond(shares: list[float], n_rows: int) -> float:
    """How far the last share lies outside of what is bearable; positive if it does."""
    before, last = shares[:-1], shares[-1]
    low, high = min(before), max(before)
    middle = (low + high) / 2
    error = np.sqrt(max(middle * (1 - middle), 0.25 / n_rows) / n_rows)
    margin = max(LEAST_MOVED, TIMES_SPREAD * float(np.std(before)), SIGMAS * float(error))
    return max(low - last, last - high) - margin


def _told(rows: TrainingRows, name: str, parts: list[NDArray[np.int64]], shares: list[float]) -> str:
    if rows.profile.roles.task == "regression":
        medians = [float(np.median(rows.values[part])) for part in parts]
        low, high, last = (figure(value) for value in (min(medians[:-1]), max(medians[:-1]), medians[-1]))
        what = f"the median of '{rows.profile.roles.target}' is {last}"
    else:
        low, high, last = (percent(value) for value in (min(shares[:-1]), max(shares[:-1]), shares[-1]))
        what = f"'{name}' makes up {last}"
    return f"{what} in the newest eighth of the training rows, after {low} to {high} in all parts before"


def _answers(lately: float) -> dict[str, list[object]]:
    columns = {name: list(values) for name, values in plain_columns(800).items()}
    drawn = np.random.default_rng(1).random(800)
    columns["y"] = ["yes" if drawn[row] < (lately if row >= 540 else 0.5) else "no" for row in range(800)]
    return columns | {"day": [str(np.datetime64("2021-01-01") + row) for row in range(800)]}
