"""Plotly figures of a model's records, as plain JSON values; None where there is nothing to draw."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from itertools import cycle
from typing import Any

from mlwright.data.style import BLUE, COLOURS, GREY, INK, ORANGE, PALE, SKY, labels
from mlwright.data.words import told_apart
from mlwright.faces.render.numbers import short
from mlwright.records.decision import Decision
from mlwright.records.evaluation import Curve, Evaluation
from mlwright.records.robustness import Robustness
from mlwright.records.trials import LeaderboardRow, Training
from mlwright.records.understanding import Effect, Understanding

Figure = dict[str, Any]

MOST_ROWS = 14
DATE_FROM = 1e8
"""Numbers from here on are seconds since 1970, or too long to stand below an axis: their labels stand there."""
LABEL_WIDTH = 30
"""Letters on one line of a label."""
MODERATE = 0.3
HALF = 50.0


def _figure(data: Sequence[Figure], x_title: str, y_title: str, height: int = 320, **layout: Any) -> Figure:
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


def _ladder(data: Sequence[Figure], names: Sequence[str], x_title: str, **layout: Any) -> Figure:
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
    return _figure(data, x_title, "", height, yaxis=yaxis, **layout)


def _broken(name: str) -> str:
    """A label on at most two lines, none of it taken for markup."""
    parts = textwrap.wrap(name, LABEL_WIDTH, max_lines=2, placeholder=" …") or [""]
    return "<br>".join(labels(parts))


def leaderboard(training: Training) -> Figure | None:
    """Scores with twice their standard errors, best on top; hollow where other rows were scored."""
    shown = [row for row in training.leaderboard if row.score is not None and row.family != "dummy"][:MOST_ROWS]
    if not shown:
        return None
    return _ladder(
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
    bars = _bars([100 * value for _, value in ranked], [name for name, _ in ranked], BLUE)
    return _ladder([bars], [name for name, _ in ranked], "% of what the model is good for is lost without the column")


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
    return _ladder([points], names, "% of what the model is good for is lost without the column")


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
    return _figure(traces, title, y_title, 240, xaxis=_axis_of(found))


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


def _bars(values: Iterable[float], names: Sequence[str], colour: str) -> Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(range(len(names))),
        "marker": {"color": colour},
        "customdata": labels(names),
        "hovertemplate": "%{customdata}: %{x:.3~g} %<extra></extra>",
    }


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
        "hovertemplate": "said %{x:.1%}, happened %{y:.1%}, %{text}<extra></extra>",
    }
    high = min(1.0, 1.05 * max([b.said for b in bins] + [h.high for h in happened]))
    percents = {"tickformat": ".0%"}
    return _figure([_dotted([0, high], [0, high]), points], "said", "happened", xaxis=percents, yaxis=percents)


def curves(drawn: Sequence[Curve]) -> Figure:
    """Curves over the same axes: one line for each, named where there are several."""
    several = len(drawn) > 1
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": curve.x,
            "y": curve.y,
            "name": labels([of_what(curve)], 24)[0],
            "line": {"color": colour, "width": 2 if several else 2.5},
            "hovertemplate": "%{x:.4~g}, %{y:.4~g}<extra>%{fullData.name}</extra>" if several else None,
        }
        for curve, colour in zip(drawn, cycle(COLOURS), strict=False)
    ]
    guide = [_dotted([low, high], [low, high]) for low, high in _diagonal(drawn)]
    return _figure([*guide, *lines], drawn[0].x_title, drawn[0].y_title, showlegend=several)


def _diagonal(drawn: Sequence[Curve]) -> list[tuple[float, float]]:
    """Where a line of chance, or of truth, is to be drawn."""
    if drawn[0].name.startswith("Precision and recall"):
        return []
    values = [value for curve in drawn for value in (*curve.x, *curve.y)]
    return [(min(values), max(values))]


def kind_of(curve: Curve) -> str:
    """What kind of curve it is: its name without the class."""
    return curve.name.partition(" of ")[0]


def of_what(curve: Curve) -> str:
    """The class that a curve is about; empty if it is about none."""
    return curve.name.partition(" of ")[2]


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
        "hovertemplate": "from %{x:.0%} on: %{y:,.1f}<extra></extra>",
    }
    low, high = min(*found.curve_gain, 0.0), max(*found.curve_gain, 0.0)
    mark = _dotted([threshold, threshold], [low, high], ORANGE)
    return _figure(
        [_dotted([0, 1], [0, 0]), line, mark],
        "the answer is yes from this probability on",
        f"gain per 1,000 cases ({found.unit})",
        xaxis={"tickformat": ".0%"},
    )


def robustness(result: Robustness) -> Figure | None:
    """Share of the gain that each disturbance takes at each of its strengths, the worst on top."""
    if not result.results:
        return None
    titles = list(dict.fromkeys(item.title for item in result.results))
    strengths = ("light", SKY), ("moderate", BLUE), ("heavy", ORANGE)
    traces = []
    for name, colour in strengths:
        points = [item for item in result.results if _strength(item.strength) == name]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": [min(max(100 * item.lost_share, -5.0), 150.0) for item in points],
                "y": [titles.index(item.title) for item in points],
                "marker": {"size": 11, "color": colour},
                "customdata": [f"{item.lost_share:.0%}" for item in points],
                "hovertemplate": f"{name}: %{{customdata}} lost<extra></extra>",
            }
        )
    half = _dotted([HALF, HALF], [-0.6, len(titles) - 0.4])
    title = "% of what the model is good for is lost"
    return _ladder([half, *traces], titles, title, showlegend=True, xaxis={"rangemode": "tozero"})


def _strength(strength: float) -> str:
    return "light" if strength < MODERATE else "moderate" if strength == MODERATE else "heavy"


def _dotted(x: list[float], y: list[float], colour: str = GREY) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 1.5, "dash": "dot"},
        "hoverinfo": "skip",
        "showlegend": False,
    }
