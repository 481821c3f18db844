"""How the columns change over time."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from mlwright.core.family import NotApplicable
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.style import BLUE, SKY
from mlwright.data.views import Picture, View
from mlwright.data.views._grid import grid
from mlwright.data.views.calendar import _dates
from mlwright.data.words import figure as told
from mlwright.data.words import moment_spelling
from mlwright.records.profile import Profile

MAX_COLUMNS = 6
N_PERIODS = 24
MIN_ROWS = 5


class ColumnsOverTime(View):
    """The median and the middle half of each of six numbers, in 24 periods: those that move most come first."""

    title = "How the columns move over time"
    order = 74

    def draw(self, table: SplitTable, profile: Profile) -> Picture:
        """A line with a band for each column."""
        rows, time = training_rows(table, profile), _dates(profile)
        moments = rows.numbers(time)
        known = moments[~np.isnan(moments)]
        if not len(known) or known.min() == known.max():
            raise NotApplicable(f"'{time}' does not spread over time")
        edges = np.linspace(known.min(), known.max(), N_PERIODS + 1)
        places = np.clip(np.searchsorted(edges, moments, "right") - 1, 0, N_PERIODS - 1)
        period = np.where(np.isnan(moments), -1, places)
        lines = {c.name: _quartiles(rows, c.name, period) for c in profile.inputs if c.kind == "number"}
        moved = {name: _moved(quartiles) for name, quartiles in lines.items()}
        names = sorted((name for name in moved if moved[name] > 0), key=lambda name: -moved[name])[:MAX_COLUMNS]
        if not names:
            raise NotApplicable("no number moves over time")
        spell = moment_spelling(edges[0], edges[-1])
        x = [spell(float(middle)) for middle in (edges[:-1] + edges[1:]) / 2]
        chart, corners = grid(names)
        for name, (down, across) in zip(names, corners, strict=True):
            for trace in _traces(x, lines[name]):
                chart.add_trace(trace, row=down, col=across)
        chart.update_xaxes(nticks=4, showgrid=False)
        chart.update_yaxes(nticks=5)
        first, middle = names[0], lines[names[0]][1]
        there = np.flatnonzero(~np.isnan(middle))
        return Picture(
            f"'{first}' moves most for its spread: its median goes from {told(float(middle[there[0]]))} (about "
            f"{x[there[0]]}) to {told(float(middle[there[-1]]))} (about {x[there[-1]]}).",
            chart,
        )


def _quartiles(rows: TrainingRows, name: str, period: np.ndarray) -> np.ndarray:
    """The quartiles of each period, shape (3, n_periods); NaN where there are fewer than five values."""
    values = rows.numbers(name)
    found = np.full((3, N_PERIODS), np.nan)
    for place in range(N_PERIODS):
        inside = values[(period == place) & ~np.isnan(values)]
        if len(inside) >= MIN_ROWS:
            found[:, place] = np.quantile(inside, [0.25, 0.5, 0.75])
    return found


def _moved(quartiles: np.ndarray) -> float:
    """How far the median moves, in units of the usual middle half."""
    middle = quartiles[1][~np.isnan(quartiles[1])]
    if len(middle) < 2:
        return 0.0
    width = float(np.nanmedian(quartiles[2] - quartiles[0]))
    return float(middle.max() - middle.min()) / width if width > 0 else 0.0


def _traces(x: list[str], quartiles: np.ndarray) -> list[go.Scatter]:
    there = ~np.isnan(quartiles[1])
    at = [label for label, is_there in zip(x, there, strict=True) if is_there]
    low, middle, high = (line[there].tolist() for line in quartiles)
    band, line = {"color": SKY, "width": 1, "dash": "dot"}, {"color": BLUE, "width": 2}
    look = {"mode": "lines", "hovertemplate": "%{x}: %{y:.4~g}<extra></extra>", "showlegend": False}
    return [go.Scatter(x=at, y=y, line=of, **look) for y, of in ((low, band), (high, band), (middle, line))]
