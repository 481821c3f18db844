"""Columns that name rows, and tell the target by their order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import TrainingRows, cells, mean_ranks, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.strength import Judge, Strength, chance, strengths
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile
from mlwright.scoring.spelling import spelled, to_number_array

MIN_ROWS = 100
LEAST_ORDER = 0.4
FALSE_ALARMS = 0.001
N_PARTS = 8
LEAD = 0.1
SAME_ORDER = 0.95
MOST_LETTERS = 0.1
LAST_DIGITS = r"(?P<n>[0-9]{1,15})[^0-9]*$"


class TellingIds(Check):
    """Columns that name rows and are left out for it, but whose numbers tell the target: rows were numbered by outcome.

    The number (or the last digits of a code), and the letters of a code, are judged like a column (`strength.Judge`)
    and must reach a Gini or correlation of 0.4, which noise does with a chance below 0.1 % over all such columns. Quiet
    if an input tells as much of the target, and the number better than the target does; and where numbers follow the
    order of the table, which `row_order` judges.
    """

    group = "leaks"
    severity = "warning"
    title = "Numbers of rows that tell the answer"
    action = (
        "mlwright leaves the column out. But rows were numbered when the outcome was known, or come from a file for "
        "each outcome: look whether other columns (dates, sources, formats) tell the files apart as well."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each column."""
        roles, rows = profile.roles, training_rows(table, profile)
        names = [
            c.name for c in profile.columns if c.kind == "id" and c.name in roles.left_out and c.name != roles.group
        ]
        if len(rows) < MIN_ROWS or not names:
            raise NotApplicable("no column names rows, or there are too few of them")
        judge = Judge(rows)
        for name in names:
            values = cells(table, name, rows.positions)
            for found, parts, what in _read(judge, values, rows.positions):
                is_strong = found.order >= LEAST_ORDER and chance(found.order, rows, 2 * len(names)) < FALSE_ALARMS
                if is_strong and not _follows_an_input(rows, parts, found):
                    yield self.found(f"The {what} in '{name}', which names rows, {found.told(roles)}.", name)
                    break

    @staticmethod
    def speaks() -> Specimen:
        """Those who left got their numbers first."""
        columns = plain_columns()
        order = np.argsort(np.argsort(np.asarray(columns["y"]) == "no", kind="stable"))
        return Specimen({"case": [f"N-{1000 + number}" for number in order]} | columns)

    @staticmethod
    def quiet() -> Specimen:
        """Numbers were dealt at random."""
        order = np.random.default_rng(0).permutation(300)
        return Specimen({"case": [f"N-{1000 + number}" for number in order]} | plain_columns())


def _follows_an_input(rows: TrainingRows, parts: NDArray[np.int64], strength: Strength) -> bool:
    """Whether an input tells the target nearly as well as numbers do, and the numbers better than the target does."""
    by_number = Judge(rows, parts.astype(np.float64))
    is_number = rows.profile.roles.task == "regression"
    own = by_number.number(rows.values) if is_number else by_number.strength(rows.classes)
    rivals = [name for name, rival in strengths(rows).items() if rival.order >= strength.order - LEAD]
    return any(by_number.column(name).skill > own.skill for name in rivals)


def _read(
    judge: Judge, values: pa.ChunkedArray, positions: NDArray[np.int64]
) -> Iterator[tuple[Strength, NDArray[np.int64], str]]:
    """How well the number in a column tells the target, unless it follows the rows, and how well its letters do."""
    is_text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    digits = pc.struct_field(pc.extract_regex(values, LAST_DIGITS), "n") if is_text else values
    numbers = to_number_array(digits)
    ranks = mean_ranks(numbers)
    if np.isfinite(numbers).mean() > 0.5 and abs(float(np.corrcoef(ranks, positions)[0, 1])) < SAME_ORDER:
        yield judge.number(numbers), np.minimum(ranks * N_PARTS, N_PARTS - 1).astype(np.int64), "number"
    if is_text:
        letters = spelled(pc.replace_substring_regex(values, "[0-9]+", "0"))
        if 1 < len(letters.levels) <= MOST_LETTERS * len(positions):
            places = np.where(letters.places < 0, len(letters.levels), letters.places)
            yield judge.strength(places), places, "letters"
