"""How the values of the most telling inputs spread."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from mlwright.core.family import NotApplicable
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.strength import strengths
from mlwright.data.style import BLUE, labels
from mlwright.data.views import Picture, View
from mlwright.data.views._bars import frequent, heap
from mlwright.data.views._grid import grid
from mlwright.data.words import figure as told
from mlwright.data.words import listing, moment_spelling, percent, shortened
from mlwright.records.profile import Profile

MAX_COLUMNS = 8
N_BINS = 30
MAX_NAMES = 8


class Distributions(View):
    """A small histogram of each of the inputs that tell most about the target."""

    title = "How the inputs spread"
    order = 40

    def draw(self, table: SplitTable, profile: Profile) -> Picture:
        """Up to eight histograms, the most telling input first."""
        rows = training_rows(table, profile)
        drawn = {column.name for column in profile.inputs if column.kind != "text"}
        names = [name for name in strengths(rows) if name in drawn and not rows.missing(name).all()][:MAX_COLUMNS]
        if not names:
            raise NotApplicable("no input has values that could be counted")
        figure, places = grid(names)
        for name, (down, across) in zip(names, places, strict=True):
            figure.add_trace(_bars(rows, name), row=down, col=across)
        figure.update_yaxes(tickformat="~%", nticks=4, rangemode="tozero")
        figure.update_xaxes(nticks=6, showgrid=False)
        return Picture(f"Among the training rows, {listing(_told(rows, name) for name in names[:2])}.", figure)


def _bars(rows: TrainingRows, name: str) -> Any:
    hover = "%{customdata}: %{y:.1%}<extra></extra>"
    if not rows.is_ordered(name):
        groups = frequent(rows.levels(name).places, rows.levels(name).names, MAX_NAMES)
        names, shares = [name for name, _ in groups], [float(inside.mean()) for _, inside in groups]
        return go.Bar(x=labels(names, 11), y=shares, customdata=labels(names), marker_color=BLUE, hovertemplate=hover)
    x, shares, width, ranges = heap(rows.numbers(name), N_BINS)
    if rows.profile.column(name).kind == "date":
        spell = moment_spelling(x[0], x[-1])
        moments = [spell(moment) for moment in x]
        return go.Bar(x=moments, y=shares, customdata=moments, marker_color=BLUE, hovertemplate=hover)
    return go.Bar(x=x, y=shares, width=width, customdata=ranges, marker_color=BLUE, hovertemplate=hover)


def _told(rows: TrainingRows, name: str) -> str:
    if not rows.is_ordered(name):
        names, places = rows.levels(name)
        counts = np.bincount(places[places >= 0], minlength=len(names))
        return f"'{name}' is '{shortened(names[counts.argmax()])}' in {percent(counts.max() / len(rows))} of them"
    low, high = (float(end) for end in np.nanquantile(rows.numbers(name), [0.25, 0.75]))
    spell = moment_spelling(low, high) if rows.profile.column(name).kind == "date" else told
    return f"the middle half of '{name}' lies between {spell(low)} and {spell(high)}"
