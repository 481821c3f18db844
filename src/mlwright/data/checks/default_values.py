"""One number that comes implausibly often."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.kinds.names import words_of
from mlwright.data.words import counted, figure, listing, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.scoring.spelling import to_number

MIN_DISTINCT = 50
LEAST_ROWS = 20
LEAST_SHARE = 0.02
TIMES_NEXT = 5.0
NEAR = 0.005
COORDINATES = frozenset({"latitude", "longitude", "lat", "lon", "lng"})


class DefaultValues(Check):
    """One number within the range of its column comes five times as often as any other, as defaults do.

    It holds 2 % of the rows and 20 of them at least, in a column of 50 different values or more; the ends of the
    range are left to other checks, and so is zero, which is natural but in coordinates. A number near the mean or the
    median is called by its name: gaps were filled with it.
    """

    severity = "note"
    title = "A number that comes too often"
    action = (
        "Is it a default that stands for 'not known', or a filled gap? Then say so: profile.missing = {COLUMN = "
        '["99"]}. mlwright takes it as a number.'
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        numbers = [column for column in profile.inputs if column.kind == "number"]
        if not numbers:
            raise NotApplicable("there is no numeric input")
        found = {column.name: _told(column, profile.n_rows) for column in numbers if _has_default(column, profile)}
        if found:
            yield self.found(
                f"In {counted(len(found), 'input')} one number comes far more often than any other: "
                f"{listing(found.values(), 4)}.",
                *found,
                examples=[profile.column(name).top[0].value for name in found][:6],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Unknown heights were filled in with the mean."""
        columns = plain_columns()
        filled = [170.05 if row % 8 == 0 else height for row, height in enumerate(columns["height"])]
        return Specimen(columns | {"height": filled})

    @staticmethod
    def quiet() -> Specimen:
        """People round their height, to several values."""
        columns = plain_columns()
        rounded = [5 * round(h / 5) if row % 3 == 0 else h for row, h in enumerate(columns["height"])]
        return Specimen(columns | {"height": rounded})


def _has_default(column: ColumnProfile, profile: Profile) -> bool:
    if column.n_distinct < MIN_DISTINCT or len(column.top) < 2:
        return False
    first, second = column.top[:2]
    n_known = profile.n_rows - column.n_missing
    is_often = first.count >= max(LEAST_ROWS, LEAST_SHARE * n_known, TIMES_NEXT * second.count)
    value = to_number(first.value)
    is_natural = value == 0 and not COORDINATES & set(words_of(column.name))
    return is_often and not is_natural and value not in (column.minimum, column.maximum)


def _told(column: ColumnProfile, n_rows: int) -> str:
    value, share = to_number(column.top[0].value), column.top[0].count / max(1, n_rows - column.n_missing)
    centres = {"mean": column.mean, "median": column.quantiles[3] if column.quantiles else None}
    near = [name for name, at in centres.items() if at is not None and abs(value - at) <= NEAR * (column.std or 0)]
    return f"{column.name} ({figure(value)}{f', its {near[0]},' if near else ''} in {percent(share)} of its rows)"
