"""Inputs that are means of the target, the row's own among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._groups import grouping_columns
from mlwright.data.checks._own_means import certain_ends, closeness
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.leaks.values import value_leaks
from mlwright.data.words import figure
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 60
MOST_SPREAD = 0.65
FALSE_ALARMS = 0.001
SCALES = (1.0, 100.0)


class TargetMeanLeak(Check):
    """Inputs that equal the mean of the target over the rows of a group, and follow even its chance.

    A figure from elsewhere, be it the best forecast there is, differs from the mean of the `n` rows of a group by
    their chance: by ``s2 / n`` in the square, with `s2` the variance of the target within groups. A mean that was
    taken over these very rows does not. So the squared distances over ``s2 / n`` are averaged over the groups: 1 or
    more for an honest column, about the share of the rows that are set aside for such a mean. It speaks below 0.65,
    if so small a figure has a chance below 0.1 % (see `_own_means.closeness`). Groups are the rows of one value of the
    column, and those of one value of another column within which it does not vary. For small groups of yes and no,
    whose means are few, it is enough that all rows at 0 are no, all at 1 are yes, and the rest, fractions of small
    numbers, is as it says (see `_own_means.certain_ends`). Chance is held over all columns, groups, classes and scales
    (shares, per cents) together.
    """

    group = "leaks"
    severity = "critical"
    title = "A mean of the target that holds the row's own"
    action = (
        "Compute such means from earlier rows, or from other rows than the one they are written to, or leave the "
        "column out (mlwright run --ignore): a model that trusts it will be wrong about new rows."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each column."""
        rows = training_rows(table, profile)
        told = value_leaks(rows)
        names = [column.name for column in profile.inputs if column.kind == "number" and column.name not in told]
        if len(rows) < MIN_ROWS or not names:
            raise NotApplicable("there are too few rows, or no column of numbers that could be a mean")
        groupings = grouping_columns(rows)
        scales = SCALES[: 1 if profile.roles.task == "regression" else 2]
        n_looks = len(names) * (1 + len(groupings)) * len(rows.memberships) * len(scales)
        for name in names:
            for target, values in rows.memberships.items():
                told_as = _seen(_Look(rows, name, target), values, groupings, scales, FALSE_ALARMS / n_looks)
                if told_as is not None:
                    yield self.found(told_as, name)
                    break

    @staticmethod
    def speaks() -> Specimen:
        """The share of yes among people of a street, of whom this one is one."""
        columns = plain_columns(600)
        return Specimen(columns | _streets(columns["y"], with_own=True))

    @staticmethod
    def quiet() -> Specimen:
        """The share among others in the street."""
        columns = plain_columns(600)
        return Specimen(columns | _streets(columns["y"], with_own=False))


class _Look(NamedTuple):
    rows: TrainingRows
    name: str
    target: str

    @property
    def what(self) -> str:
        is_number = self.rows.profile.roles.task == "regression"
        return f"'{self.target}'" if is_number else f"whether the answer is '{self.target}'"


def _seen(
    look: _Look,
    target: NDArray[np.float64],
    groupings: dict[str, NDArray[np.int64]],
    scales: tuple[float, ...],
    most_chance: float,
) -> str | None:
    """What shows that a column is a mean of the target, as a sentence; None if nothing does."""
    values = look.rows.numbers(look.name)
    known = np.isfinite(values)
    own = np.unique(values[known], return_inverse=True)[1]
    for scale in scales:
        if not known.any() or values[known].min() < scale * target.min() or values[known].max() > scale * target.max():
            continue
        scaled = values[known] / scale
        for by, places in [
            ("", own),
            *((name, found[known]) for name, found in groupings.items() if name != look.name),
        ]:
            found = closeness(scaled, target[known], places)
            if found is not None and found.spread <= MOST_SPREAD and found.chance < most_chance:
                return _told_closeness(look, found.n_groups, found.spread, by)
        if (ends := certain_ends(scaled, target[known], most_chance)) is not None:
            return _told_ends(look, *ends, scale)
    return None


def _told_closeness(look: _Look, n_groups: int, spread: float, by: str) -> str:
    groups = f"of one '{by}'" if by else f"that share a value of '{look.name}'"
    return (
        f"In {n_groups:,} groups of training rows {groups}, '{look.name}' differs from the mean of {look.what} by "
        f"{figure(spread)} of what chance alone would make of it (1 or more for a figure that was known before): "
        "it is a mean that holds the row's own answer."
    )


def _told_ends(look: _Look, n_no: int, n_yes: int, n_between: int, scale: float) -> str:
    return (
        f"'{look.name}' tells {look.what}: no in all {n_no:,} training rows where it is 0, yes in all {n_yes:,} "
        f"where it is {scale:g}, and as often as it says in the {n_between:,} rows between: it is the share of a small "
        "group that holds the row's own answer."
    )


def _streets(answers: Sequence[Any], *, with_own: bool) -> dict[str, Sequence[Any]]:
    yes = np.asarray(answers) == "yes"
    street = np.arange(len(yes)) * 7919 % (len(yes) // 5)
    total, size = (np.bincount(street, each)[street] for each in (yes, np.ones(len(yes))))
    shares = (total - (0 if with_own else yes)) / (size - (0 if with_own else 1))
    return {"street": [f"S{number}" for number in street], "street_share": shares.round(4).tolist()}
