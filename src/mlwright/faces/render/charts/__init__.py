"""Plotly figures of a model's records, as plain JSON values; None where there is nothing to draw."""

from mlwright.faces.render.charts.along import along
from mlwright.faces.render.charts.effects import effect
from mlwright.faces.render.charts.frame import Figure
from mlwright.faces.render.charts.quality import calibration, curves, kind_of, of_what, robustness, tenths, worth
from mlwright.faces.render.charts.ranking import importance, leaderboard, reliance
from mlwright.faces.render.charts.rows import learning_curve

__all__ = [
    "Figure",
    "along",
    "calibration",
    "curves",
    "effect",
    "importance",
    "kind_of",
    "leaderboard",
    "learning_curve",
    "of_what",
    "reliance",
    "robustness",
    "tenths",
    "worth",
]
