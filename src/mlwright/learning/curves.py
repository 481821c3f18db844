"""Lines to draw of what a model said of the test rows, at most 200 points each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlwright.records.evaluation import Curve
from mlwright.statistics.ranking import one_against_rest

Array = NDArray[np.float64]

MOST_POINTS = 200
MOST_CLASSES = 6
MOST_BINS = 50
ROWS_IN_A_BIN = 10


def class_curves(target: Array, prediction: Array, classes: Sequence[str]) -> tuple[Curve, ...]:
    """ROC, precision-recall and gains of the positive class, or of each of the first classes against the rest."""
    if prediction.shape[1] == 1:
        pairs = [(classes[-1], pair) for pair in one_against_rest(target, prediction)]
    else:
        columns = range(min(prediction.shape[1], MOST_CLASSES))
        each = [(classes[place], one_against_rest(target == place, prediction[:, [place]])) for place in columns]
        pairs = [(name, pair) for name, found in each for pair in found]
    return tuple(curve for name, (is_it, score) in pairs for curve in _curves_of(name, is_it, score))


def number_curves(target: Array, prediction: Array) -> tuple[Curve, ...]:
    """Mean truth against mean prediction over bins of like prediction, and quantiles against quantiles."""
    n_bins = int(np.clip(len(target) // ROWS_IN_A_BIN, 1, MOST_BINS))
    by_prediction = np.array_split(np.argsort(prediction[:, 0], kind="stable"), n_bins)
    levels = np.linspace(0.01, 0.99, min(99, max(3, len(target))))
    return (
        _curve(
            "Predicted against true",
            ("mean prediction", "mean truth"),
            np.array([prediction[rows, 0].mean() for rows in by_prediction]),
            np.array([target[rows].mean() for rows in by_prediction]),
        ),
        _curve(
            "Quantiles",
            ("quantile of the predictions", "quantile of the truth"),
            np.quantile(prediction[:, 0], levels),
            np.quantile(target, levels),
        ),
    )


def _curves_of(name: str, is_it: NDArray[np.bool_], score: Array) -> tuple[Curve, Curve, Curve]:
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    found, alarms = np.cumsum(is_it[order])[ends], np.cumsum(~is_it[order])[ends]
    recall, false_alarms = found / found[-1], alarms / alarms[-1]
    start = np.zeros(1)
    return (
        _curve(
            f"ROC of {name}",
            ("share of the others that are called", "share of them that are found"),
            np.append(start, false_alarms),
            np.append(start, recall),
        ),
        _curve(
            f"Precision and recall of {name}",
            ("share of them that are found (recall)", "share of the calls that are right (precision)"),
            recall,
            found / (found + alarms),
        ),
        _curve(
            f"Gains of {name}",
            ("share of all rows that are called, the surest first", "share of them that are found"),
            np.append(start, (found + alarms) / len(score)),
            np.append(start, recall),
        ),
    )


def _curve(name: str, titles: tuple[str, str], x: Array, y: Array) -> Curve:
    chosen = np.unique(np.linspace(0, len(x) - 1, MOST_POINTS).round().astype(np.int64))
    points = [tuple(float(f"{value:.6g}") for value in values[chosen]) for values in (x, y)]
    return Curve(name=name, x_title=titles[0], y_title=titles[1], x=points[0], y=points[1])
