"""What is to be predicted."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.style import BLUE, ORANGE, dress, labels
from mlwright.data.views import Picture, View
from mlwright.data.views._bars import heap
from mlwright.data.words import figure as told
from mlwright.data.words import percent
from mlwright.records.profile import Profile

MAX_CLASSES = 20


class Target(View):
    """How often each class comes, or how the numbers spread, among the training rows."""

    title = "What is to be predicted"
    order = 10

    def draw(self, table: SplitTable, profile: Profile) -> Picture:
        """Bars of classes, or a histogram with the median."""
        rows = training_rows(table, profile)
        return _numbers(rows) if profile.roles.task == "regression" else _classes(rows)


def _classes(rows: TrainingRows) -> Picture:
    names = rows.profile.roles.classes
    shares = np.bincount(rows.classes, minlength=len(names)) / max(1, len(rows))
    ranked = np.argsort(-shares, kind="stable")
    shown = ranked[:MAX_CLASSES][::-1]
    most, least = ranked[0], ranked[-1]
    bars = go.Bar(
        x=shares[shown].tolist(),
        y=labels((names[place] for place in shown), 30),
        orientation="h",
        marker_color=BLUE,
        text=[percent(shares[place]) for place in shown],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure = dress(go.Figure(bars), height=90 + 34 * len(shown))
    figure.update_xaxes(tickformat="~%", range=[0, 1.12 * float(shares.max())], title="share of the training rows")
    figure.update_yaxes(type="category")
    return Picture(
        f"Of {len(names)} classes, '{names[most]}' is the most frequent with {percent(shares[most])} of the training "
        f"rows, '{names[least]}' the rarest with {percent(shares[least])}.",
        figure,
    )


def _numbers(rows: TrainingRows) -> Picture:
    values = rows.values
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
    x, share, width, ranges = heap(values, n_bins=40)
    bars = go.Bar(
        x=x,
        y=share,
        width=width,
        marker_color=BLUE,
        customdata=ranges,
        hovertemplate="%{customdata}: %{y:.1%}<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.add_vline(
        float(median), line={"color": ORANGE, "width": 2}, annotation={"text": "median", "yanchor": "bottom"}
    )
    dress(figure).update_layout(bargap=0.02)
    figure.update_xaxes(title=rows.profile.roles.target)
    figure.update_yaxes(tickformat="~%", title="share of the training rows")
    sentence = (
        f"Half of the training rows lie below {told(float(median))}, and 90 % between {told(float(low))} and "
        f"{told(float(high))}; the largest has {told(float(values.max()))}."
    )
    if ranges[-1].endswith(" or more"):
        sentence += f" The last bar holds all that have {ranges[-1]}."
    return Picture(sentence, figure)
