"""What all pictures have in common: axes and colours, rows of names, bars and guides."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from mlwright.data.style import GREY, INK, PALE, labels
from mlwright.data.words import told_apart

Figure = dict[str, Any]
"""What Plotly draws, or a part of it, as plain JSON values."""

MOST_ROWS = 14
LABEL_WIDTH = 30
"""Letters on one line of a label."""


def framed(data: Sequence[Figure], x_title: str, y_title: str, height: int = 320, **layout: Any) -> Figure:
    """A picture with the axes and colours that all have."""
    axis = {"gridcolor": PALE, "zerolinecolor": GREY, "automargin": True}
    base: Figure = {
        "height": height,
        "margin": {"l": 10, "r": 16, "t": 12, "b": 10},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "xaxis": {**axis, "title": {"text": x_title}},
        "yaxis": {**axis, "title": {"text": y_title}},
        "showlegend": False,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "hoverlabel": {"bgcolor": "#ffffff", "bordercolor": GREY},
    }
    for key, value in layout.items():
        base[key] = {**base[key], **value} if isinstance(base.get(key), dict) else value
    if base["showlegend"]:
        base["margin"] = {**base["margin"], "t": 34}
    return {"data": list(data), "layout": base}


def ladder(data: Sequence[Figure], names: Sequence[str], x_title: str, **layout: Any) -> Figure:
    """A picture with one line for each name; the first of the names stands on top.

    Traces hold places in `names` as their y, so that no two names can fall together.
    """
    lines = [_broken(name) for name in told_apart(names)]
    height = 70 + len(lines) * (14 + 14 * max(1 + line.count("<br>") for line in lines))
    yaxis = {
        "tickvals": list(range(len(lines))),
        "ticktext": lines,
        "range": [len(lines) - 0.4, -0.6],
        "showgrid": False,
        "zeroline": False,
    }
    return framed(data, x_title, "", height, yaxis=yaxis, **layout)


def _broken(name: str) -> str:
    """A label on at most two lines, none of it taken for markup."""
    parts = textwrap.wrap(name, LABEL_WIDTH, max_lines=2, placeholder=" …") or [""]
    return "<br>".join(labels(parts))


def bars(values: Iterable[float], names: Sequence[str], colour: str) -> Figure:
    """One bar a row of a ladder, in percent."""
    return {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(range(len(names))),
        "marker": {"color": colour},
        "customdata": labels(names),
        "hovertemplate": "%{customdata}: %{x:.3~g} %<extra></extra>",
    }


def dotted(x: list[float], y: list[float], colour: str = GREY) -> Figure:
    """A line that guides the eye."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 1.5, "dash": "dot"},
        "hoverinfo": "skip",
        "showlegend": False,
    }
