"""Columns that add up in nearly all rows, but not in all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, figure, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MAX_COLUMNS = 40
N_TRIED = 60
MIN_ROWS = 50
MIN_DISTINCT = 20
HOLDS_SHARE = 0.9
TOLERANCE = 1e-6
MOST_FOUND = 3
SURE_SHARE = 0.99


class BrokenSums(Check):
    """Three columns of numbers of which two make up the third, as a sum or a product, in most rows but not in all.

    The rule must hold, to six digits, in 90 % of the rows in which none of the three is zero; there must be 50 such
    rows and 20 different values of the third. Chance does not make nine of ten rows agree. The first 40 columns of
    numbers are tried, on 50,000 rows at most; the target is not looked at. A warning
    where the rule holds in 99 %.
    """

    severity = "note"
    title = "Sums that do not add up"
    action = (
        "Look at the rows that break the rule: is one of the three numbers wrong there, or does something else go into "
        "the result as well? Mend what is wrong at its source."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each rule, three at most."""
        numbers = [c for c in profile.columns if c.kind == "number" and c.n_distinct >= 3 and c.name in table.columns]
        names = [column.name for column in numbers][:MAX_COLUMNS]
        if len(names) < 3:
            raise NotApplicable("there are fewer than three columns of numbers")
        rows = sampled_rows(table, profile)
        found = [rule for likely in _likely(rows, names) if (rule := likely.tried(rows))]
        for rule in sorted(found, key=lambda rule: -rule.share)[:MOST_FOUND]:
            yield self.found(
                f"'{rule.whole}' is {rule.one} {rule.sign} {rule.other} in {percent(rule.share)} of the rows that have "
                f"all three, but not in {counted(len(rule.broken), 'row')}: {rule.example(rows)}.",
                rule.whole,
                rule.one,
                rule.other,
                rows=rows.positions[rule.broken[:6]].tolist(),
                severity="warning" if rule.share >= SURE_SHARE else None,
            )

    @staticmethod
    def speaks() -> Specimen:
        """Two totals are wrong."""
        return Specimen(plain_columns() | _bills(wrong=(20, 180)))

    @staticmethod
    def quiet() -> Specimen:
        """All totals are right."""
        return Specimen(plain_columns() | _bills(wrong=()))


class Rule(NamedTuple):
    """Two columns that make up a third one, how often, and the places of the rows that break it."""

    whole: str
    one: str
    other: str
    sign: str
    share: float = 0.0
    broken: NDArray[np.int64] = np.empty(0, dtype=np.int64)

    def tried(self, rows: Rows) -> Rule | None:
        """The same, tried on all rows; None if it holds too seldom, or always."""
        whole, one, other = (rows.numbers(name) for name in (self.whole, self.one, self.other))
        there = np.isfinite(whole) & np.isfinite(one) & np.isfinite(other) & (whole != 0) & (one != 0) & (other != 0)
        holds = _agree(one + other if self.sign == "+" else one * other, whole)
        n = int(there.sum())
        if n < MIN_ROWS or len(np.unique(whole[there])) < MIN_DISTINCT:
            return None
        share = float(holds[there].mean())
        return self._replace(share=share, broken=np.flatnonzero(there & ~holds)) if HOLDS_SHARE <= share < 1 else None

    def example(self, rows: Rows) -> str:
        """The first row that breaks the rule, in numbers."""
        one, other, whole = (figure(rows.numbers(n)[self.broken[0]]) for n in (self.one, self.other, self.whole))
        return f"there {one} {self.sign} {other} stands beside {whole}"


def _agree(made: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        agreeing: NDArray[np.bool_] = np.abs(made - whole) <= TOLERANCE * np.maximum(np.abs(whole), np.abs(made))
    return agreeing


def _likely(rows: Rows, names: list[str]) -> Iterator[Rule]:
    """The rules that hold in most of a few rows, looked for among all triples."""
    matrix = np.column_stack([rows.numbers(name) for name in names])
    for one, other in combinations(range(len(names)), 2):
        full = np.flatnonzero(np.isfinite(matrix[:, one]) & np.isfinite(matrix[:, other]))
        full = full[(matrix[full, one] != 0) & (matrix[full, other] != 0)]
        few = full[np.linspace(0, len(full) - 1, min(N_TRIED, len(full))).astype(np.int64)]
        a, b = matrix[few, one], matrix[few, other]
        for sign, made in (("+", a + b), ("x", a * b)):
            holds = _agree(made[:, None], matrix[few]).mean(axis=0) if len(few) else np.zeros(len(names))
            for whole in np.flatnonzero(holds >= HOLDS_SHARE - 0.1):
                if whole not in (one, other):
                    yield Rule(names[whole], names[one], names[other], sign)


def _bills(wrong: tuple[int, ...]) -> dict[str, list[float]]:
    net = [round(10 + row * 1.37, 2) for row in range(300)]
    tax = [round(0.19 * value, 2) for value in net]
    total = [round(n + t + (5 if row in wrong else 0), 2) for row, (n, t) in enumerate(zip(net, tax, strict=True))]
    return {"net": net, "tax": tax, "total": total}
