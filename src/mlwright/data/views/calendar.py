"""The hours, weekdays and months of the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from scipy.stats import norm

from mlwright.core.family import NotApplicable
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.insights._calendar import Part, parts_of
from mlwright.data.style import BLUE
from mlwright.data.views import Picture, View
from mlwright.data.views._grid import grid
from mlwright.data.views._measure import Group, Measure
from mlwright.data.words import percent
from mlwright.records.profile import Profile

OF_ROWS = {"tickformat": "~%", "rangemode": "tozero"}


class Calendar(View):
    """The target by hour, weekday and month, with 95 % intervals; without a target, how many rows there are.

    Only parts of the calendar that come round at least twice.
    """

    title = "Through the day, the week, the year"
    order = 72

    def draw(self, table: SplitTable, profile: Profile) -> Picture:
        """Up to three small pictures."""
        rows = training_rows(table, profile)
        name = _dates(profile)
        parts = list(parts_of(name, rows.numbers(name)))
        if not parts:
            raise NotApplicable(f"'{name}' does not span two weeks")
        figure, places = grid([f"{part.unit} of {name}" for part in parts])
        told = []
        for part, (down, across) in zip(parts, places, strict=True):
            if profile.roles.asked is None:
                trace, axis, said = _rows_drawn(part), OF_ROWS, _rows_told(part)
            else:
                measure = _measure(rows, part)
                trace, axis = measure.trace(measure.points(), joined=True), measure.axis
                said = _told(part, measure, len(parts))
            told.append(said)
            figure.add_trace(trace, row=down, col=across)
            figure.update_yaxes(**axis, nticks=5, row=down, col=across)
            ticks = _short(part)
            figure.update_xaxes(tickvals=list(range(len(ticks))), ticktext=ticks, showgrid=False, row=down, col=across)
        return Picture(" ".join(told), figure)


def _dates(profile: Profile) -> str:
    dates = [column.name for column in profile.inputs if column.kind == "date"]
    time = profile.roles.time
    name = time if time is not None and profile.column(time).kind == "date" else next(iter(dates), None)
    if name is None:
        raise NotApplicable("there is no column of dates")
    return name


def _measure(rows: TrainingRows, part: Part) -> Measure:
    return Measure(rows, [Group(label, place, part.places == place) for place, label in enumerate(part.names)])


def _rows_drawn(part: Part) -> Any:
    counts = np.bincount(part.places[part.places >= 0], minlength=len(part.names))
    shares = (counts / max(1, counts.sum())).round(4).tolist()
    hover = "%{customdata}: %{y:.1%} of the rows<extra></extra>"
    return go.Bar(x=list(range(len(counts))), y=shares, marker_color=BLUE, customdata=part.names, hovertemplate=hover)


def _short(part: Part) -> list[str]:
    if part.unit == "hour":
        return [label if place % 6 == 0 else "" for place, label in enumerate(part.names)]
    return [label[:3] if part.unit == "weekday" else label[:1] for label in part.names]


def _told(part: Part, measure: Measure, n_parts: int) -> str:
    """Where the target is highest and lowest, and whether that may be chance, all pairs of all parts taken together."""
    points = sorted(measure.points(), key=lambda point: point.centre)
    if len(points) < 2:
        return f"There are too few rows to tell the target by the {part.unit}."
    low, high = points[0], points[-1]
    n_pairs = n_parts * len(points) * (len(points) - 1) / 2
    reach = np.hypot(high.centre - high.low, low.high - low.centre) * norm.ppf(1 - 0.025 / n_pairs) / norm.ppf(0.975)
    figures = f"{measure.spell(high.centre)} ({high.label}) to {measure.spell(low.centre)} ({low.label})"
    if high.centre - low.centre > reach:
        return f"By the {part.unit} of '{part.name}', the {measure.name} goes from {figures}."
    return f"By the {part.unit} of '{part.name}', the {measure.name} differs no more than by chance: {figures}."


def _rows_told(part: Part) -> str:
    counts = np.bincount(part.places[part.places >= 0], minlength=len(part.names))
    top, bottom = int(counts.argmax()), int(counts.argmin())
    total = max(1, int(counts.sum()))
    return (
        f"By the {part.unit} of '{part.name}', most rows are of {part.names[top]} ({percent(counts[top] / total)}) and "
        f"fewest of {part.names[bottom]} ({percent(counts[bottom] / total)})."
    )
