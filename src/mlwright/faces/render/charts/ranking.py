"""Models and inputs, the best or most important on top."""

from __future__ import annotations

from collections.abc import Sequence

from mlwright.data.style import BLUE, GREY, labels
from mlwright.faces.render.charts.frame import MOST_ROWS, Figure, bars, ladder
from mlwright.faces.render.numbers import short
from mlwright.records.trials import LeaderboardRow, Training
from mlwright.records.understanding import Understanding


def leaderboard(training: Training) -> Figure | None:
    """Scores with twice their standard errors, best on top; hollow where other rows were scored."""
    shown = [row for row in training.leaderboard if row.score is not None and row.family != "dummy"][:MOST_ROWS]
    if not shown:
        return None
    return ladder(
        [_scores(shown, training)],
        [row.name for row in shown],
        f"{training.metric.replace('_', ' ')} on rows held out of training ({_better(training)})",
    )


def _better(training: Training) -> str:
    better = "greater is better" if training.greater_is_better else "smaller is better"
    dummy = next((row.score for row in training.leaderboard if row.family == "dummy"), None)
    return better if dummy is None else f"{better}; without a model {short(dummy)}"


def _scores(rows: Sequence[LeaderboardRow], training: Training) -> Figure:
    comparable = [training.is_comparable(row) for row in rows]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [row.score for row in rows],
        "y": list(range(len(rows))),
        "error_x": {"type": "data", "array": [2 * (row.score_error or 0.0) for row in rows], "color": GREY},
        "marker": {
            "size": 11,
            "symbol": ["circle" if same else "circle-open" for same in comparable],
            "color": [BLUE if row.weight else GREY for row in rows],
        },
        "customdata": labels(f"{row.name}, {row.n_folds} of {training.n_folds} folds" for row in rows),
        "hovertemplate": "%{customdata}: %{x:.5~g}<extra></extra>",
    }


def importance(training: Training) -> Figure | None:
    """How much is lost when a column is shuffled, most important on top."""
    ranked = list(training.importance.items())[:MOST_ROWS]
    if not ranked:
        return None
    shares = bars([100 * value for _, value in ranked], [name for name, _ in ranked], BLUE)
    return ladder([shares], [name for name, _ in ranked], "% of what the model is good for is lost without the column")


def reliance(found: Understanding | None) -> Figure | None:
    """How much is lost on the test rows without an input, with intervals; the most important on top."""
    if found is None or not found.reliance:
        return None
    values = [100 * one.lost.value for one in found.reliance]
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": values,
        "y": list(range(len(values))),
        "error_x": {
            "type": "data",
            "array": [100 * (one.lost.high - one.lost.value) for one in found.reliance],
            "arrayminus": [100 * (one.lost.value - one.lost.low) for one in found.reliance],
            "color": GREY,
        },
        "marker": {"size": 11, "color": BLUE},
        "customdata": labels(one.input for one in found.reliance),
        "hovertemplate": "%{customdata}: %{x:.3~g} %<extra></extra>",
    }
    names = [one.input for one in found.reliance]
    return ladder([points], names, "% of what the model is good for is lost without the column")
