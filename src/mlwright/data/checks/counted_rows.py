"""Rows that stand for many cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.kinds.names import words_of
from mlwright.data.words import counted
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

FREQUENCIES = frozenset({"freq", "frequency", "count", "counts", "n", "cases", "haeufigkeit", "anzahl", "effectif"})
FEWEST_ROWS = 12
LEAST_FILLED = 0.5
MOST_CELLS = 100_000


class CountedRows(Check):
    """A table of counts: each combination of some categories and the answer in one row, and a column of how many.

    The column is called so (``Freq``, ``count``, ``n``) and holds whole numbers that are not all the same; all other
    inputs are categories or numbers of few values; each combination of them and the answer comes once; and at least
    half of all combinations that there could be are there, which cases drawn one by one do not do.
    """

    group = "target"
    severity = "critical"
    title = "Rows that stand for many cases"
    action = (
        "The model would learn from combinations, each counted once, in place of cases. Write one row for each case "
        "(pandas: frame.loc[frame.index.repeat(frame['Freq'])]), and leave the count out."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        roles = profile.roles
        if roles.task == "regression":
            raise NotApplicable("the target is a number")
        counts = [name for name in roles.inputs if len(words_of(name)) == 1 and words_of(name)[0] in FREQUENCIES]
        others = [name for name in roles.inputs if name not in counts]
        if len(counts) != 1 or not others or table.n_rows < FEWEST_ROWS:
            return
        rows = training_rows(table, profile)
        cells = _cells(rows, others)
        if cells is None or not _are_counts(rows, counts[0]):
            return
        places, n_cells = cells
        if len(np.unique(places)) == len(places) and table.n_rows >= LEAST_FILLED * n_cells:
            yield self.found(
                f"Each combination of {counted(len(others), 'input')} and '{roles.target}' stands in one row, and "
                f"'{counts[0]}' says how many cases that stands for: {rows.numbers(counts[0]).sum():,.0f} in "
                f"{len(rows):,} training rows.",
                counts[0],
            )

    @staticmethod
    def speaks() -> Specimen:
        """How many survived, by class, sex and age."""
        return Specimen(_table("Freq"), target="survived")

    @staticmethod
    def quiet() -> Specimen:
        """What each of them paid."""
        return Specimen(_table("fare"), target="survived")


def _are_counts(rows: TrainingRows, name: str) -> bool:
    if not rows.is_ordered(name):
        return False
    numbers = rows.numbers(name)
    return bool((numbers >= 0).all() and (numbers % 1 == 0).all() and np.ptp(numbers) > 0)


def _cells(rows: TrainingRows, names: Sequence[str]) -> tuple[NDArray[np.int64], int] | None:
    """The combination of inputs and answer of each row, and how many there could be; None where these are very many."""
    places, n_cells = rows.classes.astype(np.int64), len(rows.profile.roles.classes)
    for name in names:
        values = rows.numbers(name) if rows.is_ordered(name) else rows.levels(name).places
        levels, codes = np.unique(values, return_inverse=True)
        n_cells *= len(levels)
        if n_cells > MOST_CELLS:
            return None
        places = places * len(levels) + codes
    return places, n_cells


def _table(name: str) -> dict[str, list[object]]:
    place = np.arange(4 * 3 * 5 * 2)
    return {
        "class": [f"class {cls}" for cls in place % 4],
        "port": [("Cork", "Brest", "Hull")[port] for port in place // 4 % 3],
        "deck": [f"deck {deck}" for deck in place // 12 % 5],
        name: [int(7 + (row * 37) % 91) for row in place],
        "survived": ["yes" if row else "no" for row in place // 60],
    }
