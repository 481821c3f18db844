"""The look of all pictures: one font, few lines, colours that colour-blind people can tell apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlwright.data.words import shortened, told_apart

INK, GREY, PALE, GROUND = "#1f2933", "#9aa5b1", "#e4e7eb", "#f1f4f7"
BLUE, ORANGE, GREEN, PURPLE, YELLOW, SKY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, YELLOW, SKY)
"""Okabe and Ito (2008). Color universal design."""

SCALE = ((0.0, GROUND), (0.5, SKY), (1.0, "#00436b"))
"""From none to much, on the ground of the page."""


def labels(texts: Iterable[str], limit: int = 60) -> list[str]:
    """Texts as Plotly shall show them: short, none like another, and never taken for markup.

    >>> labels(["<50 and >3", "a", "a"])
    ['&lt;50 and >3', 'a', 'a (2)']
    """
    return [
        text.replace("&", "&amp;").replace("<", "&lt;") for text in told_apart([shortened(t, limit) for t in texts])
    ]


def dress(figure: Any, *, height: int = 320, legend: bool = False) -> Any:
    """Give a figure the common look; it has no title, because the page writes that.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        Changed in place and returned.
    height : int
        In pixels; the width is that of the page.
    legend : bool
        Whether there is a legend, above the picture.
    """
    figure.layout.template = None
    figure.update_layout(
        height=height,
        margin={"l": 10, "r": 16, "t": 34 if legend or figure.layout.annotations else 12, "b": 10},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, sans-serif", "size": 13, "color": INK},
        showlegend=legend,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        colorway=list(COLOURS),
        bargap=0.08,
        hoverlabel={"bgcolor": "#ffffff", "bordercolor": GREY},
    )
    figure.update_annotations(font={"size": 13, "color": INK})
    axis = {"gridcolor": PALE, "zerolinecolor": PALE, "linecolor": GREY, "automargin": True}
    return figure.update_xaxes(**axis).update_yaxes(**axis)
