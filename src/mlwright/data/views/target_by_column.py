"""How the target changes with the inputs that tell most about it."""

from __future__ import annotations

from mlwright.core.family import NotApplicable
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.strength import strengths
from mlwright.data.views import Picture, View
from mlwright.data.views._grid import grid
from mlwright.data.views._groups import groups
from mlwright.data.views._measure import Measure, Point
from mlwright.records.profile import Profile

MAX_COLUMNS = 6
LETTERS_ACROSS = 48
"""Letters that stand below a small picture without touching."""


class TargetByColumn(View):
    """The share of a class, or the mean of the number, in groups of each of the inputs that tell most.

    Bars are 95 % intervals (Wilson's for shares). With several classes, the one whose share changes most is shown.
    """

    title = "How the target changes with the inputs"
    order = 30

    def draw(self, table: SplitTable, profile: Profile) -> Picture:
        """Up to six small pictures, the most telling input first."""
        rows = training_rows(table, profile)
        drawn = [name for name in strengths(rows) if profile.column(name).kind != "text"][:MAX_COLUMNS]
        measures = {name: Measure(rows, groups(rows, name)) for name in drawn}
        measures = {name: measure for name, measure in measures.items() if len(measure.groups) > 1}
        if not measures:
            raise NotApplicable("no input has two groups of rows to compare")
        several = len(profile.roles.classes) > 2
        chart, places = grid([f"{name} ({m.answer})" if several else name for name, m in measures.items()])
        for (name, measure), (down, across) in zip(measures.items(), places, strict=True):
            ordered = rows.is_ordered(name)
            points = measure.points() if ordered else sorted(measure.points(), key=lambda point: point.centre)
            chart.add_trace(measure.trace(points, joined=ordered), row=down, col=across)
            chart.update_yaxes(**measure.axis, nticks=5, row=down, col=across)
            chart.update_xaxes(**(_NUMBERS if ordered else _names(points)), row=down, col=across)
        chart.update_xaxes(showgrid=False)
        first = next(iter(measures))
        return Picture(_sentence(first, measures[first], measures[first].points()), chart)


_NUMBERS = {"nticks": 6}


def _names(points: list[Point]) -> dict[str, object]:
    """An axis on which every name stands, turned where they would touch."""
    crowded = sum(len(point.label) + 2 for point in points) > LETTERS_ACROSS
    return {"type": "category", "dtick": 1, "tickangle": -30 if crowded else 0}


def _sentence(name: str, measure: Measure, points: list[Point]) -> str:
    least, most = min(points, key=lambda point: point.centre), max(points, key=lambda point: point.centre)
    return (
        f"With '{name}', the {measure.name} goes from {measure.spell(least.centre)} ({least.label}) to "
        f"{measure.spell(most.centre)} ({most.label})."
    )
