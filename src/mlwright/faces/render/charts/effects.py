"""How the answers move with an input."""

from __future__ import annotations

from collections.abc import Sequence

from mlwright.data.style import BLUE, PALE, SKY, labels
from mlwright.faces.render.charts.frame import Figure, framed
from mlwright.records.understanding import Effect

DATE_FROM = 1e8
"""Numbers from here on are seconds since 1970, or too long to stand below an axis: their labels stand there."""


def effect(found: Effect, of_what: str) -> Figure:
    """How the answers move with an input; between the pale lines lie eight of ten rows."""
    is_share = of_what.startswith("the probability of ")
    x = list(found.values) or labels(found.labels)
    scale = 100 if is_share else 1

    def line(values: Sequence[float], colour: str, width: float) -> Figure:
        return {
            "type": "scatter",
            "mode": "lines+markers" if width > 1 else "lines",
            "x": x,
            "y": [scale * value for value in values],
            "line": {"color": colour, "width": width},
            "hovertemplate": "%{x}: %{y:+.3~g}<extra></extra>",
        }

    pale = [line(found.narrowest, SKY, 1), {**line(found.widest, SKY, 1), "fill": "tonexty", "fillcolor": PALE}]
    traces = [*pale, line(found.mean, BLUE, 2.5)] if found.values else [_named_effect(found, x, scale)]
    title = labels([found.input])[0]
    y_title = "points" if is_share else labels([of_what])[0]
    return framed(traces, title, y_title, 240, xaxis=_axis_of(found))


def _named_effect(found: Effect, x: Sequence[object], scale: int) -> Figure:
    """Names have no order, so that no line joins them; bars reach over eight of ten rows."""
    parts = list(zip(found.mean, found.narrowest, found.widest, strict=True))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(x),
        "y": [scale * mean for mean, _, _ in parts],
        "error_y": {
            "type": "data",
            "array": [scale * (high - mean) for mean, _, high in parts],
            "arrayminus": [scale * (mean - low) for mean, low, _ in parts],
            "color": SKY,
        },
        "marker": {"size": 10, "color": BLUE},
        "hovertemplate": "%{x}: %{y:+.3~g}<extra></extra>",
    }


def _axis_of(found: Effect) -> Figure:
    """Names one beside the other; dates in words."""
    if not found.values:
        return {"type": "category"}
    if abs(found.values[0]) < DATE_FROM:
        return {}
    step = max(1, len(found.values) // 4)
    return {"tickvals": list(found.values[::step]), "ticktext": labels(found.labels[::step])}
