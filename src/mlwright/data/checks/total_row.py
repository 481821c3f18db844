"""A line of totals among the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import MAX_ROWS
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import figure, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.scoring.spelling import canonical, to_number, to_number_array

MIN_ROWS = 20
N_LAST = 5
TOLERANCE = 1e-6
FEWEST_SUBTOTALS, MOST_SUBTOTALS = 2, 0.2
_TOTAL = re.compile(
    r"((grand|sub|over|sous|zwischen|gesamt)[- ]?)?"
    r"(total|totals|sum|average|mean|overall|summe|gesamt|somme|suma|totale)\b.{0,20}",
    re.IGNORECASE,
)


class TotalRow(Check):
    """One of the last five rows is the sum or the mean of all others, or rows between the others are subtotals.

    A row counts if two of its numbers are, or if one is and a cell says so ("Total") or is empty that hardly any other
    row leaves empty. Two such coincidences do not happen by chance: numbers must agree in six digits, differ from zero,
    and be held by no other row (where the mean of a column is one of its usual values, any row may hold it). A subtotal
    is a row of which a cell says so and a number is the sum of the rows since the last such row; two are needed.
    Of the target only its largest value is known here: it counts where a cell says so.
    """

    severity = "warning"
    title = "A line of totals among the rows"
    action = "Remove it where the data comes from: mlwright takes it for a case like any other."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each such row."""
        numbers = [column for column in profile.columns if _is_summed(column, profile.n_rows, table)]
        answers = [profile.target] if profile.roles.asked and _is_total(profile.target, profile) else []
        if not [*numbers, *answers] or profile.n_rows < MIN_ROWS:
            raise NotApplicable("there are no numbers, or too few rows, to add up")
        texts = [column.name for column in profile.columns if column.length_max and column.name in table.columns]
        last = np.arange(profile.n_rows - N_LAST, profile.n_rows)
        cells = table.arrow(_once(texts, numbers), last).to_pylist()
        for position, row in zip(last.tolist(), cells, strict=True):
            said = [name for name in texts if _says_total(row[name])]
            unsaid = [name for name in texts if row[name] is None and profile.column(name).n_missing <= N_LAST]
            values = {column.name: to_number(row[column.name]) for column in numbers}
            summed = {c.name: values[c.name] for c in numbers if _sums_up(c, values[c.name], profile)}
            summed |= {answer.name: answer.maximum or 0.0 for answer in answers if said}
            if len(summed) >= (1 if said or unsaid else 2):
                word = f" and '{unsaid[0]}' is empty" if unsaid else ""
                word = f" and '{said[0]}' says '{row[said[0]]}'" if said else word
                shown = listing((f"'{name}' ({figure(value)})" for name, value in summed.items()), 3)
                yield self.found(
                    f"Row {position:,}, one of the last, is the sum or the mean of all others in {shown}{word}.",
                    *summed,
                    rows=[position],
                )
        yield from self._subtotals(table, texts, numbers)

    def _subtotals(self, table: SplitTable, texts: list[str], numbers: list[ColumnProfile]) -> Iterator[Finding]:
        """Rows between the others that are the sum of those above them."""
        if not numbers or table.n_rows > MAX_ROWS:
            return
        arrow = table.arrow(_once(texts, numbers))
        for name in texts:
            said = np.flatnonzero([_says_total(value) for value in arrow[name].to_pylist()])
            if not FEWEST_SUBTOTALS <= len(said) <= MOST_SUBTOTALS * table.n_rows:
                continue
            for number in (column.name for column in numbers):
                values = np.nan_to_num(to_number_array(arrow[number]))
                blocks = zip([-1, *said[:-1].tolist()], said.tolist(), strict=True)
                rows = [end for start, end in blocks if values[end] and _is_sum(values[start + 1 : end], values[end])]
                if len(rows) >= FEWEST_SUBTOTALS:
                    shown = f"'{name}' says '{arrow[name][rows[0]]}'"
                    yield self.found(
                        f"{len(rows):,} rows between the others, such as row {rows[0]:,}, are the sum of the rows "
                        f"above them in '{number}': {shown}.",
                        number,
                        rows=rows[:6],
                    )
                    return

    @staticmethod
    def speaks() -> Specimen:
        """The sheet ends with the sums."""
        return Specimen(_sheet(ending=True))

    @staticmethod
    def quiet() -> Specimen:
        """The sheet ends with a large order."""
        return Specimen(_sheet(ending=False))


def _once(texts: list[str], numbers: list[ColumnProfile]) -> list[str]:
    """All of these columns; numbers that are stored as text are both."""
    return list(dict.fromkeys([*texts, *(column.name for column in numbers)]))


def _says_total(value: object) -> bool:
    return _TOTAL.fullmatch(canonical(value) or "") is not None


def _is_sum(values: NDArray[np.float64], total: float) -> bool:
    return len(values) > 1 and abs(values.sum() - total) <= TOLERANCE * abs(total)


def _is_summed(column: ColumnProfile, n_rows: int, table: SplitTable) -> bool:
    is_number = column.kind == "number" and column.mean is not None and column.name in table.columns
    return is_number and n_rows - column.n_missing >= MIN_ROWS


def _is_total(target: ColumnProfile, profile: Profile) -> bool:
    """Whether the largest answer is the sum of all others."""
    return target.kind == "number" and target.maximum is not None and _sums_up(target, target.maximum, profile)


def _sums_up(column: ColumnProfile, value: float, profile: Profile) -> bool:
    """Whether a value is the sum, or the mean, of all other values of its column."""
    n = profile.n_rows - column.n_missing - column.n_unparsed
    if not np.isfinite(value) or value == 0 or column.mean is None or column.std == 0:
        return False
    if any(to_number(each.value) == value and each.count > 1 for each in column.top):
        return False
    rest = column.mean * n - value
    return any(abs(value - other) <= TOLERANCE * abs(value) for other in (rest, rest / (n - 1)))


def _sheet(*, ending: bool) -> dict[str, list[object]]:
    columns = {name: list(values) for name, values in plain_columns().items()}
    columns["pieces"] = [1 + row * 7 % 13 for row in range(300)]
    columns["colour"][-1] = "Total" if ending else "red"
    for name in ("weight", "height", "pieces"):
        columns[name][-1] = sum(columns[name][:-1]) if ending else max(columns[name])
    return columns
