"""How good a model is: probabilities against what happened, curves, worth, and what disturbances cost."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from mlwright.data.style import BLUE, COLOURS, GREY, ORANGE, SKY, labels
from mlwright.faces.render.charts.frame import Figure, dotted, framed, ladder
from mlwright.records.decision import Decision
from mlwright.records.evaluation import Curve, Evaluation
from mlwright.records.robustness import Robustness

MODERATE = 0.3
HALF = 50.0


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
    guide = [dotted([low, high], [low, high]) for low, high in _diagonal(drawn)]
    return framed([*guide, *lines], drawn[0].x_title, drawn[0].y_title, showlegend=several)


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
