"""A column of numbers in two units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ks_2samp, rankdata

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, figure, listing, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

Array = NDArray[np.float64]

MIN_DISTINCT = 20
LEAST_ROWS = 10
LEAST_SHARE = 0.005
NEAR = 0.08
ALIKE = 0.05
MOST_SPREAD = 0.5
PARTED = 0.9
"""The share of pairs, one row from each heap, that another number puts in the same order."""
UNITS = {
    1000.0: "thousands (grams and kilograms, metres and kilometres)",
    100.0: "hundreds (cents, centimetres, per cent)",
    2.54: "inches and centimetres",
    2.2046: "kilograms and pounds",
    3.2808: "metres and feet",
    1.6093: "miles and kilometres",
}
"""Factors between units that are mixed up, and what they stand for."""


class MixedUnits(Check):
    """Positive numbers in two heaps with nothing between them, of which one is the other times 1,000, 100, 2.54 ...

    The heaps must be apart by more than half of what either is wide (in logarithms), the medians of one moved by the
    factor must agree within 8 %, and the two heaps then be of the same shape (a Kolmogorov-Smirnov test must not tell
    them apart at 5 %). That two heaps which have nothing to do with each other pass all three is rare; a column that
    has no gap is never judged. Where another number, which is not in two units itself, parts the same rows, they are of
    two kinds (petals of two species) and not of two units. Looks at 50,000 rows at most.
    """

    severity = "warning"
    title = "Numbers in two units"
    action = "Bring all rows to one unit where the data comes from: mlwright takes the numbers as they are."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        numbers = [column for column in profile.columns if column.kind == "number" and column.name in table.columns]
        names = [column.name for column in numbers if column.n_distinct >= MIN_DISTINCT]
        if not names:
            raise NotApplicable("there is no column of numbers that vary")
        rows = sampled_rows(table, profile)
        mixed = {name: each for name in names if (each := _mixed(rows.numbers(name)))}
        others = [rows.numbers(column.name) for column in numbers if column.name not in mixed]
        found = {name: each for name, each in mixed.items() if not _are_two_kinds(rows.numbers(name), each, others)}
        if found:
            places = [np.flatnonzero(_in_part(rows.numbers(name), mixed))[:3] for name, mixed in found.items()]
            yield self.found(
                f"{counted(len(found), 'column holds', 'columns hold')} numbers in two units: "
                f"{listing((f'{name} ({mixed.told()})' for name, mixed in found.items()), 3)}.",
                *found,
                rows=rows.positions[np.concatenate(places)[:6]].tolist(),
            )

    @staticmethod
    def speaks() -> Specimen:
        """One person in ten gave the height in metres."""
        columns = plain_columns()
        mixed = [round(height / 100, 4) if row % 10 == 0 else height for row, height in enumerate(columns["height"])]
        return Specimen(columns | {"height": mixed})

    @staticmethod
    def quiet() -> Specimen:
        """One row in ten is a child's."""
        columns = plain_columns()
        mixed = [round(60 + row % 9, 1) if row % 10 == 0 else height for row, height in enumerate(columns["height"])]
        return Specimen(columns | {"height": mixed})


class Mixed(NamedTuple):
    """Two heaps: where they part, the share of the smaller one, whether it lies below, and the factor between them."""

    parting: float
    share: float
    is_below: bool
    factor: float

    def told(self) -> str:
        """What it means."""
        side = "below" if self.is_below else "above"
        return f"{percent(self.share)} lie {side} {figure(self.parting)}, as if in other {UNITS[self.factor]}"


def _mixed(values: Array) -> Mixed | None:
    positive = np.sort(values[values > 0])
    if len(positive) < 2 * LEAST_ROWS or len(positive) < 0.9 * np.isfinite(values).sum():
        return None
    logs = np.log(positive)
    place = int(np.diff(logs).argmax()) + 1
    low, high = logs[:place], logs[place:]
    smaller = min(len(low), len(high))
    if smaller < max(LEAST_ROWS, LEAST_SHARE * len(logs)) or not _are_apart(low, high):
        return None
    ratio = float(np.exp(np.median(high) - np.median(low)))
    factor = min(UNITS, key=lambda factor: abs(np.log(ratio / factor)))
    if abs(np.log(ratio / factor)) > NEAR or ks_2samp(low + np.log(factor), high).pvalue < ALIKE:
        return None
    return Mixed(float(np.exp((low[-1] + high[0]) / 2)), smaller / len(logs), len(low) < len(high), factor)


def _are_apart(low: Array, high: Array) -> bool:
    gap = high[0] - low[-1]
    return bool(
        gap > MOST_SPREAD * max(np.ptp(low), np.ptp(high)) and min(len(np.unique(low)), len(np.unique(high))) > 4
    )


def _are_two_kinds(values: Array, mixed: Mixed, others: Sequence[Array]) -> bool:
    """Whether another column tells the rows of one heap from those of the other."""
    inside = _in_part(values, mixed)
    for other in others:
        known = np.isfinite(other) & np.isfinite(values)
        n_inside, n_known = int((inside & known).sum()), int(known.sum())
        if min(n_inside, n_known - n_inside) < LEAST_ROWS:
            continue
        ranks = rankdata(other[known])[inside[known]]
        share = (ranks.sum() - n_inside * (n_inside + 1) / 2) / (n_inside * (n_known - n_inside))
        if max(share, 1 - share) >= PARTED:
            return True
    return False


def _in_part(values: Array, mixed: Mixed) -> NDArray[np.bool_]:
    return (values < mixed.parting) if mixed.is_below else (values > mixed.parting)
