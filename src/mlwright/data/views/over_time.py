"""How rows and target change over time."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from mlwright.core.family import NotApplicable
from mlwright.data.columns import Rows, rows_for_test, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.style import BLUE, ORANGE, dress
from mlwright.data.views import Picture, View
from mlwright.data.views._measure import Group, Measure
from mlwright.data.words import moment_spelling
from mlwright.records.profile import Profile

N_PERIODS = 30


class OverTime(View):
    """The target of the training rows with 95 % intervals, and how many rows there are, in 30 periods."""

    title = "Over time"
    order = 70

    def draw(self, table: SplitTable, profile: Profile) -> Picture:
        """The target above, the rows below; the rows of the test in another colour."""
        name = _time_column(profile)
        train, test = training_rows(table, profile), rows_for_test(table, profile)
        edges = _edges(np.concatenate([train.numbers(name), test.numbers(name)]), name)
        spell = moment_spelling(edges[0], edges[-1])
        middles = [spell(float(middle)) for middle in (edges[:-1] + edges[1:]) / 2]
        period = _periods(train, name, edges)
        measure = Measure(train, [Group(x, x, period == place) for place, x in enumerate(middles)])
        points = measure.points()
        chart = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.06, row_heights=[0.6, 0.4])
        chart.add_trace(measure.trace(points, joined=True), row=1, col=1)
        for rows, whole, colour, label in (
            (train, table.train, BLUE, "training rows"),
            (test, table.test, ORANGE, "test rows"),
        ):
            periods = _periods(rows, name, edges)
            counts = np.bincount(periods[periods >= 0], minlength=N_PERIODS) * (whole.n_rows / max(1, len(rows)))
            bars = go.Bar(x=middles, y=counts.round().tolist(), name=label, marker_color=colour)
            chart.add_trace(bars, row=2, col=1)
        dress(chart, height=380, legend=True).update_layout(barmode="stack")
        chart.update_yaxes(title=measure.name, **measure.axis, row=1, col=1)
        chart.update_yaxes(title="rows", row=2, col=1)
        if len(points) < 2:
            return Picture(f"By '{name}', the rows lie between {middles[0]} and {middles[-1]}.", chart)
        return Picture(
            f"By '{name}', the {measure.name} goes from {measure.spell(points[0].centre)} (about {points[0].label}) to "
            f"{measure.spell(points[-1].centre)} (about {points[-1].label}).",
            chart,
        )


def _time_column(profile: Profile) -> str:
    """The column that the user or the profile names, else the first input of dates."""
    dates = [column.name for column in profile.inputs if column.kind == "date"]
    name = profile.roles.time or next(iter(dates), None)
    if name is None:
        raise NotApplicable("there is no column of time")
    if profile.column(name).kind != "date":
        raise NotApplicable(f"'{name}' tells the time in values that are no dates")
    return name


def _edges(moments: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Where the periods begin and end."""
    known = moments[~np.isnan(moments)]
    if not len(known) or known.min() == known.max():
        raise NotApplicable(f"'{name}' does not spread over time")
    return np.linspace(known.min(), known.max(), N_PERIODS + 1)


def _periods(rows: Rows, name: str, edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """The period of each row; -1 where the time is missing."""
    moments = rows.numbers(name)
    found = np.clip(np.searchsorted(edges, moments, side="right") - 1, 0, N_PERIODS - 1)
    return np.where(np.isnan(moments), -1, found).astype(np.int64)
