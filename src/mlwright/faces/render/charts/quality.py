"""How good a model is: probabilities against what happened, curves, worth, and what disturbances cost."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from mlwright.data.style import BLUE, COLOURS, GREY, ORANGE, SKY, labels
from mlwright.faces.render.charts.frame import Figure, dotted, framed, ladder
from mlwright.records.decision import Decision
from mlwright.records.evaluation import Confusion, Curve, Evaluation
from mlwright.records.robustness import Robustness

MODERATE = 0.3
HALF = 50.0
OF_SHARES = frozenset({"ROC", "Precision and recall", "Gains"})
"""Kinds of curves both of whose axes are shares."""


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
    return framed([dotted([0, high], [0, high]), points], "said", "happened", xaxis=percents, yaxis=percents)


def tenths(evaluation: Evaluation) -> Figure | None:
    """What happened in each tenth of the rows, with intervals, beside what was said of it."""
    parts = evaluation.tenths
    if not parts:
        return None
    is_share = parts[0].found is not None
    spelled = ".1%" if is_share else ",.4~g"
    happened, places = [part.happened for part in parts], list(range(1, len(parts) + 1))
    bars = {
        "type": "bar",
        "name": "happened",
        "x": places,
        "y": [each.value for each in happened],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [each.high - each.value for each in happened],
            "arrayminus": [each.value - each.low for each in happened],
            "color": GREY,
        },
        "marker": {"color": SKY},
        "text": [f"{part.n_rows:,} rows" for part in parts],
        "textposition": "none",
        "hovertemplate": f"happened: %{{y:{spelled}}}, %{{text}}<extra></extra>",
    }
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "said",
        "x": places,
        "y": [part.said for part in parts],
        "line": {"color": ORANGE, "width": 2},
        "marker": {"color": ORANGE, "size": 7},
        "hovertemplate": f"said: %{{y:{spelled}}}<extra></extra>",
    }
    y_axis = {"tickformat": ".0%"} if is_share else {}
    title = f"part of the rows, {'the surest' if is_share else 'those with the highest answers'} first"
    x_axis = {"tickvals": places, "showgrid": False}
    return framed([bars, line], title, "said and happened", showlegend=True, xaxis=x_axis, yaxis=y_axis)


def curves(drawn: Sequence[Curve], confusion: Confusion | None = None) -> Figure:
    """Curves over the same axes: one line for each, named where there are several.

    With right and wrong answers of two classes, a mark says where the threshold in use lies.
    """
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
    kind = kind_of(drawn[0])
    marks = _in_use(kind, confusion) if confusion is not None and len(confusion.classes) == 2 else []
    axis = {"tickformat": ".0%"} if kind in OF_SHARES else {}
    data = [*_guides(drawn, confusion), *lines, *marks]
    return framed(data, drawn[0].x_title, drawn[0].y_title, showlegend=several, xaxis=axis, yaxis=axis)


def _guides(drawn: Sequence[Curve], confusion: Confusion | None) -> list[Figure]:
    """A line of chance, or of truth."""
    if kind_of(drawn[0]) == "Precision and recall":
        if confusion is None or len(drawn) > 1:
            return []
        share = sum(confusion.counts[-1]) / sum(map(sum, confusion.counts))
        return [dotted([0.0, 1.0], [share, share])]
    values = [value for curve in drawn for value in (*curve.x, *curve.y)]
    return [dotted([min(values), max(values)], [min(values), max(values)])]


def _in_use(kind: str, confusion: Confusion) -> list[Figure]:
    """Where the threshold in use lies on a curve of shares; nothing where it calls none."""
    (left_alone, alarms), (missed, found) = confusion.counts
    if kind not in OF_SHARES or not found:
        return []
    recall, called = found / (found + missed), found + alarms
    x, y = {
        "ROC": (alarms / (alarms + left_alone or 1), recall),
        "Precision and recall": (recall, found / called),
        "Gains": (called / (called + missed + left_alone), recall),
    }[kind]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [x],
            "y": [y],
            "marker": {"size": 12, "color": ORANGE, "symbol": "diamond"},
            "hovertemplate": "the threshold in use: %{x:.1%}, %{y:.1%}<extra></extra>",
            "showlegend": False,
        }
    ]


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
    mark = dotted([threshold, threshold], [low, high], ORANGE)
    return framed(
        [dotted([0, 1], [0, 0]), line, mark],
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
    half = dotted([HALF, HALF], [-0.6, len(titles) - 0.4])
    title = "% of what the model is good for is lost"
    return ladder([half, *traces], titles, title, showlegend=True, xaxis={"rangemode": "tozero"})


def _strength(strength: float) -> str:
    return "light" if strength < MODERATE else "moderate" if strength == MODERATE else "heavy"
