"""Plotly figures of a model's records, as plain JSON values; None where there is nothing to draw."""

from __future__ import annotations

from typing import Any

from mlwright.faces.render.numbers import short
from mlwright.records.decision import Decision
from mlwright.records.evaluation import Curve, Evaluation
from mlwright.records.robustness import Robustness
from mlwright.records.trials import Training

INK, BLUE, ORANGE, GREY, RED = "#1f2933", "#0072b2", "#d55e00", "#9aa5b1", "#b3261e"
"""Colours that colour-blind people can tell apart (Okabe and Ito)."""

Figure = dict[str, Any]


def _figure(data: list[Figure], x_title: str, y_title: str, height: int = 320, **layout: Any) -> Figure:
    axis = {"gridcolor": "#e4e7eb", "zerolinecolor": "#cbd2d9", "automargin": True}
    base: Figure = {
        "height": height,
        "margin": {"l": 10, "r": 16, "t": 10, "b": 10},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "xaxis": {**axis, "title": {"text": x_title}},
        "yaxis": {**axis, "title": {"text": y_title}},
        "showlegend": False,
    }
    for key, value in layout.items():
        base[key] = {**base[key], **value} if isinstance(base.get(key), dict) else value
    return {"data": data, "layout": base}


def leaderboard(training: Training) -> Figure | None:
    """Scores with their standard errors, best on top."""
    rows = [row for row in training.leaderboard if row.score is not None][:12][::-1]
    dummy = next((row.score for row in rows if row.family == "dummy"), None)
    shown = [row for row in rows if row.family != "dummy"]
    if not shown:
        return None
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": [row.score for row in shown],
        "y": [row.name for row in shown],
        "error_x": {"type": "data", "array": [2 * (row.score_error or 0.0) for row in shown], "color": GREY},
        "marker": {"size": 10, "color": [BLUE if row.weight or row.family == "ensemble" else GREY for row in shown]},
        "hovertemplate": "%{y}: %{x:.4f}<extra></extra>",
    }
    better = "greater is better" if training.greater_is_better else "smaller is better"
    title = f"{training.metric.replace('_', ' ')} on rows held out ({better}"
    title += ")" if dummy is None else f"; dummy {short(dummy)})"
    return _figure([points], title, "", height=90 + 28 * len(shown))


def importance(training: Training) -> Figure | None:
    """How much is lost when a column is shuffled, most important on top."""
    ranked = list(training.importance.items())[:12][::-1]
    if not ranked:
        return None
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [value * 100 for _, value in ranked],
        "y": [name for name, _ in ranked],
        "marker": {"color": BLUE},
        "hovertemplate": "%{y}: %{x:.1f} %<extra></extra>",
    }
    return _figure(
        [bars], "share of the gain that is lost when the column is shuffled, in %", "", 90 + 24 * len(ranked)
    )


def calibration(evaluation: Evaluation) -> Figure | None:
    """What was said against what happened, with intervals."""
    bins = evaluation.calibration
    if not bins:
        return None
    happened = [b.happened for b in bins]
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": [b.said for b in bins],
        "y": [h.value for h in happened],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [h.high - h.value for h in happened],
            "arrayminus": [h.value - h.low for h in happened],
            "color": GREY,
        },
        "marker": {"color": BLUE, "size": 9},
        "text": [f"{b.n_rows:,} rows" for b in bins],
        "hovertemplate": "said %{x:.3f}, happened %{y:.3f}, %{text}<extra></extra>",
    }
    high = min(1.0, 1.05 * max([b.said for b in bins] + [h.high for h in happened]))
    line = _straight([0, high], [0, high])
    return _figure([line, points], "what the model said", "what happened")


def curve(drawn: Curve) -> Figure:
    """A curve of the evaluation."""
    line = {"type": "scatter", "mode": "lines", "x": drawn.x, "y": drawn.y, "line": {"color": BLUE, "width": 2.5}}
    return _figure([line], drawn.x_title, drawn.y_title)


def worth(decision: Decision, threshold: float | None) -> Figure | None:
    """Gain per 1,000 cases against the threshold, and where the threshold is."""
    found = decision.worth
    if not found.curve_threshold or threshold is None:
        return None
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": found.curve_threshold,
        "y": found.curve_gain,
        "line": {"color": BLUE, "width": 2.5},
        "hovertemplate": "from %{x:.3f} on: %{y:,.1f}<extra></extra>",
    }
    low, high = min(*found.curve_gain, 0.0), max(*found.curve_gain, 0.0)
    mark = _straight([threshold, threshold], [low, high], ORANGE)
    return _figure(
        [_straight([0, 1], [0, 0]), line, mark], "act from this probability on", f"gain per 1,000 cases ({found.unit})"
    )


def robustness(result: Robustness) -> Figure | None:
    """Share of the gain that each disturbance takes, at its greatest strength."""
    worst: dict[str, float] = {}
    for item in result.results:
        worst[item.title] = max(worst.get(item.title, float("-inf")), item.lost_share)
    ranked = sorted(worst.items(), key=lambda pair: pair[1])
    if not ranked:
        return None
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [min(100 * value, 150) for _, value in ranked],
        "y": [title for title, _ in ranked],
        "marker": {"color": [RED if value > 0.5 else ORANGE if value > 0.2 else BLUE for _, value in ranked]},
        "hovertemplate": "%{y}: %{x:.0f} %<extra></extra>",
    }
    return _figure([bars], "share of the gain that is lost at the greatest strength, in %", "", 90 + 26 * len(ranked))


def _straight(x: list[float], y: list[float], colour: str = GREY) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 1.5, "dash": "dot"},
        "hoverinfo": "skip",
    }
