"""A series that lies along the columns."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.kinds.periods import FEWEST, period_of, series_in
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile


class SeriesInColumns(Check):
    """Four columns of numbers or more whose names are months, quarters or years at one step: one quantity over time.

    Where the target is called one of them too, those that come after it are not known in time.
    """

    group = "leaks"
    severity = "note"
    title = "A series that lies along the columns"
    action = (
        "mlwright takes each as an input of its own. Are all of these moments past when a prediction is made? Leave "
        "out the later ones (mlwright run --ignore). To foretell the next moment of each row, turn the table: one row "
        "for each case and moment, with the moment in a column."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each series, and one for what comes after the target."""
        asked = None if profile.roles.asked is None else profile.roles.target
        names = [c.name for c in profile.inputs if c.kind == "number" and c.name in table.columns]
        if len(names) < FEWEST:
            raise NotApplicable(f"there are fewer than {FEWEST} columns of numbers")
        known = [name for name in (*names, asked) if name is not None]
        for series in series_in(known):
            after = _after(asked, series) if asked in series else ()
            if after:
                shown = listing((f"'{name}'" for name in after), 4)
                yield self.found(
                    f"{counted(len(after), 'column')} of the same series as the target '{asked}' "
                    f"{'comes' if len(after) == 1 else 'come'} after it: {shown}.",
                    *after,
                    severity="warning",
                )
            inputs = [name for name in series if name != asked]
            yield self.found(
                f"{len(inputs):,} columns hold one quantity at as many moments, from '{inputs[0]}' to '{inputs[-1]}'.",
                *inputs,
            )

    @staticmethod
    def speaks() -> Specimen:
        """Sales of six months."""
        months = {f"sales 2023-{month:02d}": [row * 7 % 101 + month for row in range(300)] for month in range(1, 7)}
        return Specimen(plain_columns() | months)

    @staticmethod
    def quiet() -> Specimen:
        """Six answers."""
        answers = {f"question {place}": [row * 7 % 5 + place for row in range(300)] for place in range(1, 7)}
        return Specimen(plain_columns() | answers)


def _after(asked: str | None, series: tuple[str, ...]) -> tuple[str, ...]:
    own = period_of(asked or "")
    begins = {name: period.begins for name in series if (period := period_of(name))}
    return tuple(name for name in series if own and begins[name] > own.begins)
