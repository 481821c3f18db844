"""What rows have been worth to a model that learned from them."""

from __future__ import annotations

from mlwright.data.style import BLUE
from mlwright.faces.render.charts.frame import Figure, framed
from mlwright.faces.render.telling import worth_unit
from mlwright.records.decision import Worth


def learning_curve(worth: Worth, scale: float) -> Figure | None:
    """Worth on rows that were held out against the rows that were learned from, each point twice the one before.

    Parameters
    ----------
    worth : Worth
    scale : float
        What the figures are multiplied with before they are shown.
    """
    more = worth.more_rows
    if more is None:
        return None
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(more.n_rows),
        "y": [scale * value for value in more.worth],
        "line": {"color": BLUE, "width": 2.5},
        "marker": {"size": 9, "color": BLUE},
        "hovertemplate": "%{x:,} rows: %{y:,.4~g}<extra></extra>",
    }
    ticks = {"tickvals": list(more.n_rows), "ticktext": [f"{n:,}" for n in more.n_rows], "rangemode": "tozero"}
    return framed([line], "rows that were learned from", worth_unit(worth), 260, xaxis=ticks)
