"""Columns of which one settles another in nearly all rows, but not in all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, percent, shortened
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile

MAX_COLUMNS = 40
MIN_ROWS = 100
MIN_GROUPS = 5
ROWS_A_GROUP = 3.0
HOLDS_SHARE = 0.95
TIMES_BETTER = 10.0
MOST_FOUND = 3
LONGEST_SHOWN = 30


class BrokenDependencies(Check):
    """A name goes with one value of another column in 95 % of the rows and more, and in a few rows with another.

    A town has one postal code, a measure one condition: rows that break such a rule are likely wrong. The names must
    come three times each on average, and there must be five of them; always answering with the most frequent value of
    the other column must be wrong ten times as often as the rule, which columns that know nothing of each other never
    allow. A measured number settles nothing. The first 40 columns of names are tried, on 50,000 rows at most; the
    target is not looked at.
    """

    severity = "note"
    title = "Rows that break a rule between two columns"
    action = (
        "Look at these rows: one of the two values is likely wrong, or the rule has exceptions. Mend what is wrong at "
        "its source."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all rules, three at most."""
        names = [c.name for c in profile.columns if _is_name(c, profile.n_rows) and c.name in table.columns]
        if len(names) < 2:
            raise NotApplicable("there are fewer than two columns of names")
        rows = sampled_rows(table, profile)
        pairs = [pair for pair in permutations(names[:MAX_COLUMNS], 2) if profile.column(pair[0]).kind != "number"]
        found = [rule for pair in pairs if (rule := _rule(rows, *pair))]
        rules = _strongest(found)
        if rules:
            n = np.unique(np.concatenate([rule.broken for rule in rules])).size
            told = listing((rule.told(rows) for rule in rules), MOST_FOUND)
            yield self.found(
                f"{counted(n, 'row breaks', 'rows break')} what holds in nearly all others: {told}.",
                *dict.fromkeys(name for rule in rules for name in (rule.giver, rule.given)),
                rows=[int(rows.positions[place]) for rule in rules for place in rule.broken[:3]],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Two rows have the wrong region."""
        return Specimen(plain_columns() | _towns(wrong=(50, 130)))

    @staticmethod
    def quiet() -> Specimen:
        """All regions are right."""
        return Specimen(plain_columns() | _towns(wrong=()))


class Rule(NamedTuple):
    """A column that settles another one, how often, the places of the rows that break it, and the usual values."""

    giver: str
    given: str
    share: float
    broken: NDArray[np.int64]
    usual: NDArray[np.int64]

    def told(self, rows: Rows) -> str:
        """What it means, with the first row that breaks it."""
        givers, givens = rows.levels(self.giver), rows.levels(self.given)
        row = self.broken[0]
        giver = givers.places[row]
        stands, usual = givens.names[givens.places[row]], givens.names[self.usual[giver]]
        shown = [shortened(name, LONGEST_SHOWN) for name in (givers.names[giver], usual, stands)]
        return (
            f"'{self.giver}' settles '{self.given}' in {percent(self.share)} of the rows (with '{shown[0]}' goes "
            f"'{shown[1]}', and in one row '{shown[2]}')"
        )


def _is_name(column: ColumnProfile, n_rows: int) -> bool:
    is_code = (
        column.kind == "number" and not column.type.startswith(("float", "double", "decimal")) and _is_whole(column)
    )
    is_name = is_code or column.kind in ("category", "boolean", "text", "id")
    return is_name and 2 <= column.n_distinct <= n_rows / ROWS_A_GROUP


def _is_whole(column: ColumnProfile) -> bool:
    """Whether its numbers, which may be written as text, are whole as far as the profile tells."""
    figures = (*column.quantiles, column.minimum, column.maximum)
    return all(value is not None and value % 1 == 0 for value in figures)


def _rule(rows: Rows, giver: str, given: str) -> Rule | None:
    """Whether one column settles the other nearly always; both orders are tried by the caller."""
    (names, ones), (others, twos) = rows.levels(giver), rows.levels(given)
    known = np.flatnonzero((ones >= 0) & (twos >= 0))
    if len(known) < MIN_ROWS or len(names) < MIN_GROUPS or len(names) * ROWS_A_GROUP > len(known):
        return None
    pairs, inverse, counts = np.unique(ones[known] * len(others) + twos[known], return_inverse=True, return_counts=True)
    of_giver = pairs // len(others)
    best = np.lexsort([-counts, of_giver])
    first = best[np.unique(of_giver[best], return_index=True)[1]]
    n_broken, n_without = len(known) - counts[first].sum(), len(known) - np.bincount(twos[known]).max()
    if not 0 < n_broken <= (1 - HOLDS_SHARE) * len(known) or n_without < TIMES_BETTER * n_broken:
        return None
    usual = np.full(len(names), -1, dtype=np.int64)
    usual[of_giver[first]] = pairs[first] % len(others)
    is_clear = np.isin(inverse, np.flatnonzero(_is_clear(counts, of_giver, first)))
    broken = known[~np.isin(inverse, first) & is_clear]
    return Rule(giver, given, float(1 - n_broken / len(known)), broken, usual) if len(broken) else None


def _is_clear(counts: NDArray[np.int64], of_giver: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which pairs belong to a name whose usual value makes up three quarters of its rows and comes three times."""
    totals = np.bincount(of_giver, counts)
    usual = np.zeros(len(totals))
    usual[of_giver[first]] = counts[first]
    clear: NDArray[np.bool_] = ((usual >= 0.75 * totals) & (usual >= ROWS_A_GROUP))[of_giver]
    return clear


def _strongest(found: list[Rule]) -> list[Rule]:
    """The rules that hold most often, of those that are broken by the same rows the first."""
    chosen: dict[bytes, Rule] = {}
    for rule in sorted(found, key=lambda rule: -rule.share):
        chosen.setdefault(rule.broken.tobytes(), rule)
    return list(chosen.values())[:MOST_FOUND]


def _towns(wrong: tuple[int, ...]) -> dict[str, list[str]]:
    town = [row * 7 % 12 for row in range(300)]
    region = [(place + 2 * (row in wrong)) % 12 // 2 for row, place in enumerate(town)]
    return {"town": [f"Town {chr(65 + t)}" for t in town], "region": [f"Region {chr(65 + r)}" for r in region]}
