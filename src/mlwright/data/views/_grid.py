"""Small pictures side by side."""

from __future__ import annotations

from typing import Any

from plotly.subplots import make_subplots

from mlwright.data.style import dress
from mlwright.data.words import shortened

N_ACROSS = 2
ROW_HEIGHT = 180


def grid(titles: list[str]) -> tuple[Any, list[tuple[int, int]]]:
    """An empty figure with a small picture for each title, and where each of them is (row, column)."""
    n_across = min(N_ACROSS, len(titles))
    n_down = -(-len(titles) // n_across)
    figure = make_subplots(
        rows=n_down,
        cols=n_across,
        subplot_titles=[shortened(title, 34) for title in titles],
        vertical_spacing=0.34 / n_down,
        horizontal_spacing=0.11,
    )
    dress(figure, height=60 + ROW_HEIGHT * n_down)
    return figure, [(at // n_across + 1, at % n_across + 1) for at in range(len(titles))]
