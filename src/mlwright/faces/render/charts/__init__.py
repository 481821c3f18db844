"""Plotly figures of a model's records, as plain JSON values; None where there is nothing to draw."""

from mlwright.faces.render.charts.effects import effect
from mlwright.faces.render.charts.frame import Figure
from mlwright.faces.render.charts.quality import calibration, curves, kind_of, of_what, robustness, worth
from mlwright.faces.render.charts.ranking import importance, leaderboard, reliance

__all__ = [
    "Figure",
    "calibration",
    "curves",
    "effect",
    "importance",
    "kind_of",
    "leaderboard",
    "of_what",
    "reliance",
    "robustness",
    "worth",
]
