"""Test rows that are unlike the training rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, kolmogorov

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, mean_ranks, rows_for_test, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import listing, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 50
FALSE_ALARMS = 0.001
LEAST_MOVED = 0.15
MAX_NAMES = 50
SAME_AS_TIME = 0.95


class TrainTestDrift(Check):
    """Inputs whose values differ between the training rows and the test rows.

    Ordered inputs by the distance of Kolmogorov and Smirnov, all others by the total variation of their shares (names
    beyond the 50 most frequent taken together) with a chi-square test. Spoken of if a distance is 0.15 or more, and
    its chance, over all columns together, below 0.1 % (Bonferroni). With a time
    column, dates and what goes with it are left out.
    """

    group = "leaks"
    severity = "warning"
    title = "Test rows unlike the training rows"
    action = (
        "If the test rows are the newest, the world is moving: expect less as time goes by, and train again often. "
        "Else look how the rows came to be divided."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns, the one that moved most first."""
        if profile.roles.group is not None:
            raise NotApplicable("training and test rows are of different groups, which differ by nature")
        train, test = training_rows(table, profile), rows_for_test(table, profile)
        if min(len(train), len(test)) < MIN_ROWS:
            raise NotApplicable("there are too few training or test rows to compare")
        names = [name for name in profile.roles.inputs if not _tells_time(train, name)]
        moves = {name: _move(train, test, name) for name in names}
        found = {n: m for n, m in moves.items() if m.size >= LEAST_MOVED and m.chance * len(names) < FALSE_ALARMS}
        if found:
            ranked = sorted(found, key=lambda name: -found[name].size)
            told = listing((f"'{name}' ({found[name].told})" for name in ranked), 3)
            verb = "differs" if len(found) == 1 else "differ"
            yield self.found(
                f"{len(found)} of {len(names)} inputs {verb} between training and test rows: {told}.", *ranked
            )

    @staticmethod
    def speaks() -> Specimen:
        """The weight grows from month to month, and the newest rows are the test."""
        columns = plain_columns(600)
        days = [f"20{20 + row // 336}-{1 + row // 28 % 12:02d}-{1 + row % 28:02d}" for row in range(600)]
        weight = [float(value) + row / 10 for row, value in enumerate(columns["weight"])]
        return Specimen(columns | {"weight": weight, "day": days}, settings={"time": "day"})

    @staticmethod
    def quiet() -> Specimen:
        """The weight stays as it is."""
        columns = plain_columns(600)
        days = [f"20{20 + row // 336}-{1 + row // 28 % 12:02d}-{1 + row % 28:02d}" for row in range(600)]
        return Specimen(columns | {"day": days}, settings={"time": "day"})


def _tells_time(rows: Rows, name: str) -> bool:
    """Whether a column is a date, or goes up or down with the time column: then it differs by its nature."""
    time = rows.profile.roles.time
    if time is None or not rows.is_ordered(time) or not rows.is_ordered(name):
        return False
    if name == time or rows.profile.column(name).kind == "date":
        return True
    ranks = np.corrcoef(mean_ranks(rows.numbers(time)), mean_ranks(rows.numbers(name)))
    return bool(abs(ranks[0, 1]) >= SAME_AS_TIME)


class _Move(NamedTuple):
    size: float
    chance: float
    told: str


def _move(train: Rows, test: Rows, name: str) -> _Move:
    return _move_of_numbers(train, test, name) if train.is_ordered(name) else _move_of_names(train, test, name)


def _move_of_numbers(train: Rows, test: Rows, name: str) -> _Move:
    before, after = (np.sort(rows.numbers(name)[~rows.missing(name)]) for rows in (train, test))
    if min(len(before), len(after)) < MIN_ROWS:
        return _Move(0.0, 1.0, "")
    both = np.concatenate([before, after])
    below = [np.searchsorted(values, both, side="right") / len(values) for values in (before, after)]
    size = float(np.abs(below[0] - below[1]).max())
    n = len(before) * len(after) / (len(before) + len(after))
    share = float((after > np.median(before)).mean())
    told = f"{percent(share)} of the test rows lie above the median of the training rows"
    return _Move(size, float(kolmogorov(size * np.sqrt(n))), told)


def _move_of_names(train: Rows, test: Rows, name: str) -> _Move:
    (known, before), (found, after) = train.levels(name), test.levels(name)
    frequent = np.argsort(-np.bincount(before[before >= 0], minlength=len(known)), kind="stable")[:MAX_NAMES]
    place = {known[k]: at + 2 for at, k in enumerate(frequent)}
    by_name = [np.array([*(place.get(n, 1) for n in names), 0]) for names in (known, found)]
    counts = [
        np.bincount(group[places], minlength=MAX_NAMES + 2)
        for group, places in zip(by_name, (before, after), strict=True)
    ]
    shares = [count / count.sum() for count in counts]
    pooled = (counts[0] + counts[1]) / (counts[0].sum() + counts[1].sum())
    used = pooled > 0
    chi2 = sum(((c[used] - pooled[used] * c.sum()) ** 2 / (pooled[used] * c.sum())).sum() for c in counts)
    most = int(np.abs(shares[0] - shares[1]).argmax())
    labels = {at: f"'{label}'" for label, at in place.items()} | {0: "a missing value", 1: "a rare or new name"}
    told = f"{labels[most]} goes from {percent(shares[0][most])} to {percent(shares[1][most])}"
    return _Move(float(np.abs(shares[0] - shares[1]).sum() / 2), float(chdtrc(max(1, used.sum() - 1), chi2)), told)
