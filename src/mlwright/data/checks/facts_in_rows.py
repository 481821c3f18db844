"""Rows that hold one fact of a thing each, and not one thing."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Levels, Rows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import quoted
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile
from mlwright.scoring.spelling import to_number

MOST_FACTS = 200
FEWEST_ROWS = 20
FEWEST_OF_A_NAME = 5
FEWEST_WORDS = 2
PURE_SHARE = 0.95


class FactsInRows(Check):
    """A column of names settles what stands in a column of values: numbers beside one name, words beside another.

    So it is in tables of names and values (``weight``, ``75``; ``smoker``, ``no``), and of measurements. Up to 200
    names; 95 % of the values of each are numbers, or no numbers, and either sort has 20 rows of names that come five
    times or more: one or two values are always of one sort. One and the same word
    says that there is nothing to measure (the height of a squirrel on the ground: ``FALSE``), and is no fact. Critical
    where the values are what is to be predicted, as a model would then predict a mixture.
    """

    severity = "warning"
    title = "One fact in each row"
    action = (
        "Make one row of each thing, with a column for each of these names, where the data comes from (in pandas: "
        "table.pivot). As it is, each value is taken for the same kind of thing."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for the first such pair of columns."""
        rows = training_rows(table, profile)
        shown = {*profile.roles.inputs, *([profile.roles.target] if profile.roles.asked else [])}
        texts = [c for c in profile.columns if c.name in shown and c.length_max and c.kind in ("category", "text")]
        if len(texts) < 2 or len(rows) < 2 * FEWEST_ROWS:
            raise NotApplicable("there are no two columns of names")
        for values in texts:
            levels = rows.levels(values.name)
            numeric = np.array([*(not math.isnan(to_number(level)) for level in levels.names), False])
            n_numbers = int(numeric[levels.places].sum())
            if not FEWEST_ROWS <= n_numbers <= int((levels.places >= 0).sum()) - FEWEST_ROWS:
                continue
            others = [c.name for c in texts if c.name != values.name and c.n_distinct <= MOST_FACTS]
            found = ((name, _sorts(rows, name, levels, numeric)) for name in others)
            if told := next((self._told(name, values.name, sorts, profile) for name, sorts in found if sorts), None):
                yield told
                return

    def _told(self, names: str, values: str, sorts: tuple[list[str], list[str]], profile: Profile) -> Finding:
        is_asked = profile.roles.asked is not None and values == profile.roles.target
        return self.found(
            f"'{names}' says what stands in '{values}': numbers beside {quoted(sorts[0])}, words beside "
            f"{quoted(sorts[1])}.",
            names,
            values,
            severity="critical" if is_asked else self.severity,
        )

    @staticmethod
    def speaks() -> Specimen:
        """Weights and answers stand below each other."""
        facts = {"fact": ["weight", "smoker", "height"] * 100, "value": ["75.5", "no", "180", "82", "yes", "171"] * 50}
        return Specimen(plain_columns() | facts)

    @staticmethod
    def quiet() -> Specimen:
        """Some rooms have a number and some a name, on every floor."""
        rooms = {"floor": ["first", "second", "third"] * 100, "room": ["12", "hall", "14", "15", "attic"] * 60}
        return Specimen(plain_columns() | rooms)


def _sorts(rows: Rows, names: str, values: Levels, numeric: NDArray[np.bool_]) -> tuple[list[str], list[str]] | None:
    """The names beside which numbers stand, and those beside which there are words; None where they are mixed."""
    levels, places = rows.levels(names)
    known = (places >= 0) & (values.places >= 0)
    n_all = np.bincount(places[known], minlength=len(levels))
    n_numbers = np.bincount(places[known], numeric[values.places[known]], len(levels))
    shares = n_numbers / np.maximum(n_all, 1)
    if not ((shares >= PURE_SHARE) | (shares <= 1 - PURE_SHARE) | (n_all == 0)).all():
        return None
    of_numbers, of_words = (np.flatnonzero((n_all > 0) & side) for side in (shares > 1 / 2, shares < 1 / 2))
    n_told = np.where(n_all >= FEWEST_OF_A_NAME, n_all, 0)
    if min(n_told[of_numbers].sum(), n_told[of_words].sum()) < FEWEST_ROWS:
        return None
    words = values.places[known & np.isin(places, of_words)]
    if len(np.unique(words[~numeric[words]])) < FEWEST_WORDS:
        return None
    return [levels[place] for place in of_numbers], [levels[place] for place in of_words]
