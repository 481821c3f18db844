"""How the target changes with the inputs that tell most about it."""

from __future__ import annotations

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.strength import strengths
from mlwright.data.style import labels
from mlwright.data.views import Picture, View
from mlwright.data.views._bars import frequent
from mlwright.data.views._grid import grid
from mlwright.data.views._measure import Group, Measure, Point
from mlwright.data.words import figure, moment_spelling
from mlwright.records.profile import Profile

MAX_COLUMNS = 6
N_BINS = 12
MAX_NAMES = 8


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
        measures = {name: Measure(rows, _groups(rows, name)) for name in drawn}
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
        chart.update_xaxes(nticks=6, showgrid=False)
        first = next(iter(measures))
        return Picture(_sentence(first, measures[first], measures[first].points()), chart)


def _groups(rows: TrainingRows, name: str) -> list[Group]:
    if not rows.is_ordered(name):
        found = frequent(rows.levels(name).places, rows.levels(name).names, MAX_NAMES)
        short = labels((label for label, _ in found), 11)
        return [Group(label, x, inside) for (label, inside), x in zip(found, short, strict=True)]
    bins, values = rows.bins(name, N_BINS), rows.numbers(name)
    is_date = rows.profile.column(name).kind == "date"
    spell = moment_spelling(np.nanmin(values), np.nanmax(values)) if is_date else figure
    groups = []
    for place in range(bins.n - bins.has_missing):
        inside = bins.places == place
        if inside.any():
            low, middle, high = (float(end) for end in np.quantile(values[inside], [0, 0.5, 1]))
            label = spell(low) if low == high else f"{spell(low)} to {spell(high)}"
            groups.append(Group(label, spell(middle) if is_date else middle, inside))
    return groups


def _sentence(name: str, measure: Measure, points: list[Point]) -> str:
    least, most = min(points, key=lambda point: point.centre), max(points, key=lambda point: point.centre)
    return (
        f"With '{name}', the {measure.name} goes from {measure.spell(least.centre)} ({least.label}) to "
        f"{measure.spell(most.centre)} ({most.label})."
    )
