"""Test rows that are near copies of training rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._neighbours import N_NEAREST, Nearest, nearest
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import TrainingRows, mean_ranks, rows_for_test, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 200
LEAST_SHARE = 0.1
LEAST_COLUMNS = 3
MIN_STRIKING = 3
STRIKING = 0.001
FALSE_ALARMS = 0.001
SAME_ANSWER = 0.9
SAME_RANK = 0.002
UPPER = 0.75


class NearCopies(Check):
    """Test rows, 10 % of them or more, whose nearest training row is far nearer than the other near ones, like a copy.

    Among rows that have nothing to do with each other, the ratio of the distances to the nearest and the tenth-nearest
    row follows from the dimension `d` of the cloud: it is below `r` with the chance ``1 - (1 - r**d)**9``. The
    dimension is read off the upper quartile of the ratios, where copies do not reach. Striking is a ratio with a chance
    below 0.1 %; so many of those must have a chance below 0.1 % (binomial). And among training rows, striking pairs
    must share their answer in 90 % of the cases (numbers: the same rank to 0.2 %), and fail to half as often as other
    near rows: rows that are alike by nature, like the hours of a day, do not. Rows that are equal are left to
    `train_test_overlap`.

    References
    ----------
    Facco, E., d'Errico, M., Rodriguez, A. and Laio, A. (2017). Estimating the intrinsic dimension of datasets by a
    minimal neighborhood information. Scientific Reports 7.
    """

    dear = True
    group = "leaks"
    severity = "warning"
    title = "Test rows that nearly repeat a training row"
    action = (
        "The test flatters a model that learns rows by heart. If the rows are several records of one thing, name the "
        "column that tells the things apart (collect.group); if they are copies, remove them where the data comes from."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding with a few of the test rows."""
        if profile.roles.group is not None:
            raise NotApplicable("rows that belong together are kept on one side")
        train, test = training_rows(table, profile), rows_for_test(table, profile)
        names = [column.name for column in profile.inputs if column.kind != "text"]
        if len(train) < MIN_ROWS or not len(test) or len(names) < LEAST_COLUMNS:
            raise NotApplicable("there are too few rows or inputs to say what is near")
        found = nearest(test, train, names)
        striking, dimension = _striking(found)
        n, n_asked = int(striking.sum()), len(found.asked)
        if n < max(MIN_STRIKING, LEAST_SHARE * n_asked) or bdtrc(n - 1, n_asked, STRIKING) > FALSE_ALARMS:
            return
        alike = _alike(train, nearest(train, train, names), dimension)
        if alike is not None:
            yield self.found(
                f"{n:,} of {n_asked:,} test rows ({percent(n / n_asked)}) have a training row that is nearly equal, "
                f"far nearer than the next ones; among training rows such pairs share their answer in "
                f"{percent(alike.striking)} of the cases, other near rows in {percent(alike.others)}.",
                rows=test.positions[found.asked[striking]][:5].tolist(),
            )

    @staticmethod
    def speaks() -> Specimen:
        """A quarter of the people were weighed twice."""
        return Specimen(_weighed_again(same=True))

    @staticmethod
    def quiet() -> Specimen:
        """As many rows, of people who have nothing to do with each other."""
        return Specimen(_weighed_again(same=False))


class _Alike(NamedTuple):
    """How often pairs of training rows share their answer."""

    striking: float
    others: float


def _striking(found: Nearest, dimension: float | None = None) -> tuple[NDArray[np.bool_], float]:
    """Rows whose nearest row is strikingly near, and the dimension of the cloud."""
    first, last = found.distances[:, 0], found.distances[:, -1]
    ratio = np.where(last > 0, first / np.maximum(last, 1e-12), 1.0)
    apart = (first > 0) & (ratio < 1)
    if not apart.any():
        return apart, 1.0
    if dimension is None:
        typical = 1 - (1 - UPPER) ** (1 / (N_NEAREST - 1))
        dimension = float(np.log(typical) / np.log(np.quantile(ratio[apart], UPPER)))
    chance = 1 - (1 - ratio**dimension) ** (N_NEAREST - 1)
    return apart & (chance < STRIKING), dimension


def _alike(train: TrainingRows, found: Nearest, dimension: float) -> _Alike | None:
    """How often striking pairs of training rows share their answer, if that is nearly always and far from usual."""
    striking, _ = _striking(found, dimension)
    if striking.sum() < MIN_STRIKING:
        return None
    answers = mean_ranks(train.values) if train.profile.roles.task == "regression" else train.classes.astype(np.float64)
    same = np.abs(answers[found.asked][:, None] - answers[found.places]) <= SAME_RANK
    n_same, usual = int(same[striking, 0].sum()), float(same[:, 1:].mean())
    share = n_same / int(striking.sum())
    is_copy = share >= SAME_ANSWER and 1 - share <= (1 - usual) / 2
    by_chance = float(bdtrc(n_same - 1, int(striking.sum()), usual))
    return _Alike(share, usual) if is_copy and by_chance < FALSE_ALARMS else None


def _weighed_again(*, same: bool) -> dict[str, list[Any]]:
    """Eight hundred people, and two hundred rows more: of the same people, or of others."""
    first, more = _people(0), _people(0 if same else 1)
    more["weight"] = [value + 0.01 * (1 + row % 3) for row, value in enumerate(more["weight"])]
    return {name: [*values, *more[name][:200]] for name, values in first.items()}


def _people(seed: int) -> dict[str, list[Any]]:
    incomes = np.random.default_rng(seed + 5).lognormal(10, 0.5, 800)
    return {name: list(values) for name, values in plain_columns(800, seed).items()} | {"income": incomes.tolist()}
