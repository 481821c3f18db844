"""What every metric is held to; a new member of the family is found by itself.

Whoever adds metrics of their own (by an entry point of the group ``mlwright.learning.metrics``) runs this file:
``pytest --pyargs mlwright.testing.metrics``.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from mlwright.learning.metrics import METRICS
from mlwright.records.profile import Task
from mlwright.testing.demand import demand

Array = NDArray[np.float64]

N_CLASSES: dict[Task, int] = {"binary": 2, "multiclass": 4, "regression": 0}
EACH = [(name, task) for name, metric in METRICS for task in sorted(metric.tasks)]
each_metric = pytest.mark.parametrize(("name", "task"), EACH)


class Forecast(NamedTuple):
    """What was true, and what was said of it: well and badly."""

    target: Array
    good: Array
    bad: Array


def forecast(task: Task, n_rows: int = 120, seed: int = 0) -> Forecast:
    """Rows with a forecast that knows much and one that knows nothing; numbers are above zero."""
    rng = np.random.default_rng(seed)
    n_classes = N_CLASSES[task]
    if not n_classes:
        target = rng.lognormal(1.0, 0.5, n_rows)
        return Forecast(target, (target + 0.1 * rng.normal(size=n_rows))[:, None], rng.permutation(target)[:, None])
    target = rng.integers(0, n_classes, n_rows).astype(np.float64)
    odds = rng.normal(size=(n_rows, n_classes)) + 3.0 * np.eye(n_classes)[target.astype(np.int64)]
    good = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    if n_classes == 2:
        good = np.round(good[:, 1:], 2)
    return Forecast(target, good, rng.permutation(good))


@each_metric
def test_a_good_forecast_is_better_than_a_bad_one(name: str, task: Task) -> None:
    """In the direction that the metric names."""
    metric, rows = METRICS.get(name)(), forecast(task)
    good, bad = metric.score(rows.target, rows.good), metric.score(rows.target, rows.bad)
    demand((good > bad) == metric.greater_is_better, f"good is {good:.3g}, bad is {bad:.3g}")


@each_metric
def test_a_weight_counts_a_row_that_many_times(name: str, task: Task) -> None:
    """Rows of weight 0 are as good as not there."""
    metric, rows = METRICS.get(name)(), forecast(task)
    weight = np.random.default_rng(1).integers(0, 4, len(rows.target))
    weighted = metric.score(rows.target, rows.good, weight.astype(np.float64))
    repeated = metric.score(np.repeat(rows.target, weight), np.repeat(rows.good, weight, axis=0))
    demand(math.isclose(weighted, repeated, rel_tol=1e-9), f"weighted {weighted:.6g}, repeated {repeated:.6g}")


@each_metric
def test_the_order_of_rows_means_nothing(name: str, task: Task) -> None:
    """Not even among equal scores."""
    metric, rows = METRICS.get(name)(), forecast(task)
    order = np.random.default_rng(2).permutation(len(rows.target))
    first, second = metric.score(rows.target, rows.good), metric.score(rows.target[order], rows.good[order])
    demand(math.isclose(first, second, rel_tol=1e-9), f"{first:.6g} became {second:.6g}")


@each_metric
def test_row_values_are_what_the_mean_is_of(name: str, task: Task) -> None:
    """Where a metric gives values of rows, their plain mean is the metric, at any threshold."""
    metric, rows = METRICS.get(name)(), forecast(task)
    for threshold in (0.2, 0.5):
        values = metric.row_values(rows.target, rows.good, threshold=threshold)
        if values is None:
            return
        demand(values.shape == rows.target.shape, f"values have the shape {values.shape}")
        score = metric.score(rows.target, rows.good, threshold=threshold)
        demand(math.isclose(float(values.mean()), score, rel_tol=1e-9), "their mean is not the metric")


@each_metric
def test_awkward_rows_give_a_figure_or_nan(name: str, task: Task) -> None:
    """No rows, one row, rows of one class or of one number, sure forecasts: never an error, never infinite."""
    metric, rows = METRICS.get(name)(), forecast(task)
    sure = np.round(rows.good)
    cases = [
        (rows.target[:0], rows.good[:0]),
        (rows.target[:1], rows.good[:1]),
        (np.ones_like(rows.target), rows.good),
        (rows.target, np.broadcast_to(rows.good[:1], rows.good.shape)),
        (rows.target, sure),
        (rows.target, rows.good.astype(np.float32).astype(np.float64)),
    ]
    for target, prediction in cases:
        figure = metric.score(target, prediction)
        demand(isinstance(figure, float), f"the figure is a {type(figure).__name__}")
        demand(not math.isinf(figure), "the figure is infinite")
    demand(math.isnan(metric.score(rows.target[:0], rows.good[:0])), "no rows have no figure")


@each_metric
def test_nothing_is_changed(name: str, task: Task) -> None:
    """Inputs stay as they are."""
    metric, rows = METRICS.get(name)(), forecast(task)
    target, prediction, weight = rows.target.copy(), rows.good.copy(), np.ones(len(rows.target))
    metric.score(rows.target, rows.good, weight)
    demand(bool((target == rows.target).all() and (prediction == rows.good).all() and (weight == 1).all()), "changed")


@pytest.mark.parametrize("name", METRICS.names())
def test_it_is_documented(name: str) -> None:
    """A docstring, and a title of a few words."""
    metric = METRICS.get(name)
    demand(bool((metric.__doc__ or "").strip()), "there is no docstring")
    demand(bool(metric.title) and not metric.title.endswith("."), "the title is no name")
    demand(bool(metric.tasks), "it is for no task")
