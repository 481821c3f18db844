"""Two inputs that give the target away together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.leaks.gaps import gap_leaks
from mlwright.data.leaks.values import SURE_SKILL, value_leaks
from mlwright.data.strength import Judge, Strength, chance, cut, strengths
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 200
MAX_ROWS = 4_000
MAX_NUMBERS = 30
MAX_NAMES = 30
QUICK_ROWS = 1_000
QUICK_BINS = 32
QUICK_SKILL = 0.6
CELLS = "combination"
MAX_CELLS_A_ROW = 0.1
SURE_FORMULA = 0.99
LEAST_GAIN = 0.1
FALSE_ALARMS = 0.001


class PairLeak(Check):
    """Two inputs of which neither gives the target away, and whose difference, ratio or combination nearly does.

    A limit that was crossed, a date that came before another, a share of a total: differences and ratios of numbers,
    differences of dates, and the cells of two categories are each judged like a column (`strength.Judge`), on up to
    4,000 training rows. 97 % of the squared error must be gone, 99 % for a target that is a number (sums and products
    that make it up are for `sum_leak`); either column alone must leave a good part of it (0.1 more). The chance that
    noise comes so far is held below 0.1 % over all pairs together (see `strength.chance`).
    """

    group = "leaks"
    severity = "warning"
    title = "Two columns give the target away together"
    action = (
        "Are both known at the moment when the prediction is made? If one is written down later, leave it out "
        "(mlwright run --ignore). If both are known (vouch for them: mlwright run --known-in-time), a formula may "
        "do the work of a model."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """The best pair, if one is good enough."""
        rows = training_rows(table, profile)
        if len(rows) < MIN_ROWS or len(profile.roles.inputs) < 2:
            raise NotApplicable("there are too few training rows or inputs")
        told = value_leaks(rows).keys() | gap_leaks(rows).keys()
        some = rows.sample(MAX_ROWS)
        pairs = list(_pairs(some, set(told)))
        found, alone = _promising(some, pairs), strengths(rows)
        sure = [
            (strength, pair)
            for strength, pair in found
            if strength.skill >= (SURE_FORMULA if pair.is_formula(profile) else SURE_SKILL)
            and max(alone[pair.first].skill, alone[pair.second].skill) <= strength.skill - LEAST_GAIN
            and chance(strength.order, some, len(pairs)) < FALSE_ALARMS
        ]
        if sure:
            strength, pair = max(sure, key=lambda each: each[0].skill)
            yield self.found(_told(strength, pair, alone, profile), pair.first, pair.second)

    @staticmethod
    def speaks() -> Specimen:
        """Who has paid less than was due is a defaulter."""
        return Specimen(plain_columns() | _bills(depends=True))

    @staticmethod
    def quiet() -> Specimen:
        """What was paid has nothing to do with the answer."""
        return Specimen(plain_columns() | _bills(depends=False))


class _Pair(NamedTuple):
    """Two columns and what they make together: numbers, or the places of cells."""

    first: str
    second: str
    how: str
    made: NDArray[np.float64]

    @property
    def are_cells(self) -> bool:
        """Whether it is the places of cells."""
        return self.how == CELLS

    def is_formula(self, profile: Profile) -> bool:
        """Whether two numbers make up a number: there a near fit is a law of nature as often as a leak."""
        return profile.roles.task == "regression" and profile.column(self.first).kind == "number"


def _promising(rows: TrainingRows, pairs: list[_Pair]) -> list[tuple[Strength, _Pair]]:
    """The strength of those pairs that look strong at a quick glance at a part of the rows."""
    few = np.arange(len(rows)) % max(1, len(rows) // QUICK_ROWS) == 0
    quick, judge = Judge(rows.only(few)), Judge(rows)
    return [
        (judge.strength(pair.made.astype(np.int64)) if pair.are_cells else judge.number(pair.made), pair)
        for pair in pairs
        if quick.skill(_places(pair, few)) >= QUICK_SKILL
    ]


def _places(pair: _Pair, few: NDArray[np.bool_]) -> NDArray[np.int64]:
    return pair.made[few].astype(np.int64) if pair.are_cells else cut(pair.made[few], QUICK_BINS)


def _pairs(rows: TrainingRows, told: set[str]) -> Iterator[_Pair]:
    profile = rows.profile
    names = [name for name in strengths(rows) if name not in told and rows.missing(name).mean() < 0.5]
    numbers = [name for name in names if profile.column(name).kind == "number"][:MAX_NUMBERS]
    dates = [name for name in names if profile.column(name).kind == "date"][:MAX_NUMBERS]
    for first, second in combinations(dates, 2):
        yield _Pair(first, second, "difference", rows.numbers(first) - rows.numbers(second))
    for first, second in combinations(numbers, 2):
        a, b = rows.numbers(first), rows.numbers(second)
        yield _Pair(first, second, "difference", a - b)
        if np.nanmin(a) > 0 and np.nanmin(b) > 0:
            yield _Pair(first, second, "ratio", np.log(a) - np.log(b))
    yield from _cells(rows, [name for name in names if not rows.is_ordered(name)])


def _cells(rows: TrainingRows, names: list[str]) -> Iterator[_Pair]:
    """Pairs of categories with enough rows for each of their cells."""
    levels = {name: rows.levels(name) for name in names}
    small = [name for name in names if len(levels[name].names) <= MAX_CELLS_A_ROW * len(rows)]
    small = sorted(small, key=lambda name: len(levels[name].names) == 2)[:MAX_NAMES]
    for first, second in combinations(small, 2):
        n = len(levels[second].names) + 1
        if (len(levels[first].names) + 1) * n <= MAX_CELLS_A_ROW * len(rows):
            cells = (levels[first].places + 1) * n + levels[second].places + 1
            yield _Pair(first, second, CELLS, cells.astype(np.float64))


def _told(strength: Strength, pair: _Pair, alone: dict[str, Strength], profile: Profile) -> str:
    each = " and ".join(f"'{name}' {alone[name].told(profile.roles)}" for name in (pair.first, pair.second))
    return (
        f"The {pair.how} of '{pair.first}' and '{pair.second}' {strength.told(profile.roles)}, which is nearly all; "
        f"alone, {each}."
    )


def _bills(*, depends: bool) -> dict[str, list[float]]:
    rng = np.random.default_rng(1)
    answers = np.asarray(plain_columns()["y"] if depends else rng.permutation(plain_columns()["y"]))
    due = rng.lognormal(4, 0.6, 300)
    paid = due + np.where(answers == "yes", -1, 1) * rng.exponential(0.3 * due)
    return {"due": due.round(2).tolist(), "paid": paid.round(2).tolist()}
