"""Small pictures side by side."""

from __future__ import annotations

from typing import Any

from plotly.subplots import make_subplots

from mlwright.data.style import dress, labels

N_ACROSS = 2
ROW_HEIGHT = 200


def grid(titles: list[str]) -> tuple[Any, list[tuple[int, int]]]:
    """An empty figure with a small picture for each title, and where each of them is (row, column)."""
    n_across = min(N_ACROSS, len(titles))
    n_down = -(-len(titles) // n_across)
    figure = make_subplots(
        rows=n_down,
        cols=n_across,
        subplot_titles=labels(titles, 34),
        vertical_spacing=0.42 / n_down,
        horizontal_spacing=0.11,
    )
    dress(figure, height=60 + ROW_HEIGHT * n_down)
    return figure, [(at // n_across + 1, at % n_across + 1) for at in range(len(titles))]
