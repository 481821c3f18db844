"""Numbers of which many were rounded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

GRIDS = (1_000_000, 100_000, 10_000, 1_000, 100, 10, 5)
SPAN = 20
MIN_ROWS = 100
LEAST_SHARE = 0.5
MOST_SHARE = 0.9
FALSE_ALARMS = 0.001


class RoundedValues(Check):
    """Whole numbers of which half to nine tenths are multiples of 5, 10, 100 ...: some were guessed or rounded.

    The column must span 20 steps of the grid, and multiples must be three times as frequent as chance makes them and
    more frequent than chance would have it once in 1,000 tables, over all columns and grids together (binomial test on
    different values' rows, Bonferroni). Looks at 50,000 rows at most.
    """

    severity = "note"
    title = "Rounded numbers among exact ones"
    action = (
        "Nothing needs to be done: read such numbers as 'about', and small differences between them as nothing. If two "
        "ways of measuring are mixed, a column that says which would help."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        names = [column.name for column in profile.inputs if column.kind == "number" and column.n_distinct >= SPAN]
        if not names:
            raise NotApplicable("there is no numeric input that varies")
        rows = sampled_rows(table, profile)
        found = {name: grid for name in names if (grid := _grid(rows.numbers(name), len(names)))}
        if found:
            told = listing(f"{name} ({percent(g.share)} are multiples of {g.step:,})" for name, g in found.items())
            yield self.found(
                f"{counted(len(found), 'numeric input mixes', 'numeric inputs mix')} rounded numbers with exact ones: "
                f"{told}.",
                *found,
            )

    @staticmethod
    def speaks() -> Specimen:
        """Two of three distances were guessed."""
        return Specimen(plain_columns() | {"distance": _distances(3)})

    @staticmethod
    def quiet() -> Specimen:
        """All distances were measured."""
        return Specimen(plain_columns() | {"distance": _distances(1)})


class Grid(NamedTuple):
    """A step of which many values are multiples, and their share."""

    step: int
    share: float


def _grid(values: NDArray[np.float64], n_columns: int) -> Grid | None:
    """The widest step of which more values are multiples than chance makes."""
    known = values[np.isfinite(values) & (values != 0)]
    if len(known) < MIN_ROWS or not (known == np.floor(known)).all():
        return None
    low, high = np.quantile(known, [0.05, 0.95])
    for step in GRIDS:
        if high - low < SPAN * step:
            continue
        n = int((known % step == 0).sum())
        is_mixed = max(LEAST_SHARE, 3 / step) <= n / len(known) <= MOST_SHARE
        chance = binom.sf(n - 1, len(known), 1 / step) * n_columns * len(GRIDS)
        if is_mixed and chance < FALSE_ALARMS and _are_spread(known[known % step == 0]):
            return Grid(step, n / len(known))
    return None


def _are_spread(multiples: NDArray[np.float64]) -> bool:
    """Whether the multiples are many different values, none of which holds half of them."""
    _, counts = np.unique(multiples, return_counts=True)
    return len(counts) >= SPAN / 2 and counts.max() < len(multiples) / 2


def _distances(rounded_in: int) -> list[int]:
    metres = np.random.default_rng(0).integers(100, 9_000, 300)
    return [int(m) if row % rounded_in == 0 else int(100 * round(m / 100)) for row, m in enumerate(metres)]
