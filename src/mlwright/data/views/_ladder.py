"""Points with intervals, one below the other, with room for words."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from mlwright.data.style import BLUE, dress, labels
from mlwright.data.views._measure import Measure, Point, error_bars

WIDTH = 38
"""Letters on one line of a label."""


def ladder(measure: Measure, points: Sequence[Point]) -> Any:
    """A figure with one line for each point, the first on top."""
    lines = ["<br>".join(labels(_lines(point.label))) for point in points]
    dots = go.Scatter(
        x=[point.centre for point in points],
        y=list(range(len(points))),
        mode="markers",
        marker={"color": BLUE, "size": 9},
        error_x=error_bars(points) | {"width": 4},
        customdata=labels([point.label for point in points], 90),
        hovertemplate=f"%{{customdata}}: %{{x:{'.4g' if measure.is_number else '.1%'}}}<extra></extra>",
    )
    height = 70 + sum(20 + 15 * line.count("<br>") + 12 for line in lines)
    figure = dress(go.Figure(dots), height=height)
    figure.update_xaxes(title=measure.name, **measure.axis)
    ticks = {"tickvals": list(range(len(lines))), "ticktext": lines, "range": [len(lines) - 0.4, -0.6]}
    figure.update_yaxes(**ticks, showgrid=False, zeroline=False)
    return figure


def _lines(label: str) -> list[str]:
    return textwrap.wrap(label, WIDTH, max_lines=3, placeholder=" …") or [""]
