"""Inputs that add up to the target."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_numbers
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.strength import strengths
from mlwright.data.words import figure, percent
from mlwright.records.findings import Finding, Severity
from mlwright.records.profile import Profile

MAX_COLUMNS = 60
MAX_PARTS = 8
MIN_ROWS = 50
LEAST_FIT = 0.999
NO_CONSTANT = 1e-3
IS_ONE = 0.005
PLAIN_CONSTANT = 0.05


class SumLeak(Check):
    """The target is a sum, a difference or a product of a few inputs.

    Least squares over the numeric inputs (the 60 that tell most), fitted on one half of the training rows and tried
    on the other; then inputs are dropped one by one while 99.9 % of the target's spread is still accounted for. It
    speaks if eight or fewer are left. Products are sought in the same way among logarithms. Parts that simply add up,
    and a copy in another unit, are critical; weighted sums and products, which may be a law of nature, a warning.
    """

    group = "leaks"
    severity = "critical"
    title = "Inputs that make up the target"
    action = (
        "If the parts become known together with the target, the model is worthless in use: leave them out (mlwright "
        "run --ignore). If they are known before, a formula does the work of a model (vouch for them: mlwright run "
        "--known-in-time)."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        if profile.roles.task != "regression":
            raise NotApplicable("the target is not a number")
        rows = training_rows(table, profile)
        names, X = _numeric_inputs(rows)
        if not names or len(rows) < max(MIN_ROWS, 4 * len(names)):
            raise NotApplicable("there are no numeric inputs, or too few rows for them")
        found = _parts(names, X, rows.values)
        if found is not None:
            severity: Severity = "critical" if _adds_up(found) else "warning"
            yield self.found(f"{_as_sum(found, profile.roles.target)}.", *found.names, severity=severity)
            return
        positive = rows.values > 0
        usable = np.min(X[positive], axis=0, initial=np.inf) > 0
        if usable.any() and positive.mean() > 0.9:
            logs = np.log(X[positive][:, usable])
            kept = [name for name, use in zip(names, usable, strict=True) if use]
            if (found := _parts(kept, logs, np.log(rows.values[positive]))) is not None:
                yield self.found(f"{_as_product(found, profile.roles.target)}.", *found.names, severity="warning")

    @staticmethod
    def speaks() -> Specimen:
        """All rentals are those of members and those of guests."""
        rng = np.random.default_rng(0)
        guests, members = rng.poisson(30, 300), rng.poisson(80, 300)
        columns = {"guests": guests.tolist(), "members": members.tolist(), "y": (guests + members + 0.5).tolist()}
        return Specimen(plain_numbers() | columns)

    @staticmethod
    def quiet() -> Specimen:
        """The price depends on two parts and on much else."""
        rng = np.random.default_rng(0)
        work, parts = rng.poisson(30, 300), rng.poisson(80, 300)
        price = work + parts + rng.normal(0, 5, 300).round(2)
        return Specimen(plain_numbers() | {"work": work.tolist(), "parts": parts.tolist(), "y": price.tolist()})


class Parts(NamedTuple):
    """A linear combination that gives the target; `fit` is the share of its spread that it accounts for."""

    names: list[str]
    weights: NDArray[np.float64]
    constant: float
    spread: float
    fit: float


def _numeric_inputs(rows: TrainingRows) -> tuple[list[str], NDArray[np.float64]]:
    """The numeric inputs with few gaps, strongest first, as a matrix without gaps."""
    numeric = {column.name for column in rows.profile.inputs if column.kind == "number"}
    names = [name for name in strengths(rows) if name in numeric and rows.missing(name).mean() < 0.3][:MAX_COLUMNS]
    if not names:
        return [], np.empty((len(rows), 0))
    return names, np.nan_to_num(np.column_stack([rows.numbers(name) for name in names]))


def _parts(names: list[str], X: NDArray[np.float64], y: NDArray[np.float64]) -> Parts | None:
    """The few columns that make up `y`, or None."""
    varied = np.flatnonzero(X.std(axis=0) > 0)
    if not len(varied) or y.std() == 0:
        return None
    centre, scale = X[:, varied].mean(axis=0), X[:, varied].std(axis=0)
    halves = _Halves((X[:, varied] - centre) / scale, y)
    keep = list(range(len(varied)))
    if halves.fit(keep)[0] < LEAST_FIT:
        return None
    while len(keep) > 1:
        best, place = max((halves.fit([k for k in keep if k != place])[0], place) for place in keep)
        if best < LEAST_FIT:
            break
        keep.remove(place)
    if len(keep) > MAX_PARTS:
        return None
    fit, weights = halves.fit(keep)
    weights = weights / scale[keep]
    return Parts(
        [names[varied[k]] for k in keep], weights, float(y.mean() - weights @ centre[keep]), float(y.std()), fit
    )


class _Halves:
    """Least squares on every other row, tried on the rest, by the moments of both halves."""

    def __init__(self, Z: NDArray[np.float64], y: NDArray[np.float64]) -> None:
        whole = np.column_stack([Z, np.ones(len(y)), (y - y.mean()) / y.std()])
        self.learn, self.tried = whole[::2].T @ whole[::2], whole[1::2].T @ whole[1::2]
        self.spread = float(whole[1::2, -1].var() * len(whole[1::2]))
        self.scale = float(y.std())

    def fit(self, keep: list[int]) -> tuple[float, NDArray[np.float64]]:
        """The share of the spread that these columns account for, and their weights."""
        places = [*keep, len(self.learn) - 2]
        square = np.ix_(places, places)
        weights = np.linalg.lstsq(self.learn[square], self.learn[places, -1], rcond=1e-10)[0]
        moved = float(weights @ self.tried[square] @ weights - 2 * weights @ self.tried[places, -1])
        error = float(self.tried[-1, -1]) + moved
        return (1 - error / self.spread if self.spread > 0 else 0.0), weights[:-1] * self.scale


def _adds_up(parts: Parts) -> bool:
    """Whether it is a plain sum or difference, or one column in another unit."""
    plain = bool(np.all(np.abs(np.abs(parts.weights) - 1) < IS_ONE))
    return len(parts.names) == 1 or (plain and abs(parts.constant) <= PLAIN_CONSTANT * parts.spread)


def _as_sum(parts: Parts, target: str) -> str:
    terms = [_term(weight, name) for weight, name in zip(parts.weights, parts.names, strict=True)]
    if abs(parts.constant) > NO_CONSTANT * parts.spread:
        terms.append(figure(parts.constant))
    formula = " + ".join(terms).replace("+ -", "- ")
    return f"'{target}' is {formula}; that accounts for {percent(min(parts.fit, 1.0))} of its differences"


def _term(weight: float, name: str) -> str:
    sign = "-" if weight < 0 else ""
    return f"{sign}{name}" if abs(abs(weight) - 1) < IS_ONE else f"{figure(weight)} x {name}"


def _as_product(parts: Parts, target: str) -> str:
    factors = [
        name if abs(weight - 1) < IS_ONE else f"{name}^{figure(weight)}"
        for weight, name in zip(parts.weights, parts.names, strict=True)
    ]
    if abs(parts.constant) > IS_ONE:
        factors.insert(0, figure(math.exp(parts.constant)))
    fit = percent(min(parts.fit, 1.0))
    return f"'{target}' is {' x '.join(factors)}; that accounts for {fit} of the differences of its logarithm"
