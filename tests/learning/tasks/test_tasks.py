"""What a target and a prediction are, task by task."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from mlwright.learning.metrics import METRICS
from mlwright.learning.tasks import TASKS


def column(*values):
    return pa.chunked_array([pa.array(values)])


def target_of(task, values, classes=(), missing=()):
    return TASKS.get(task)().target(values, classes, missing).tolist()


@pytest.mark.parametrize("task", TASKS.names())
def test_the_default_metric_is_the_first_and_all_are_for_the_task(task):
    kind = TASKS.get(task)
    assert kind.metrics[0] == kind.default_metric
    assert all(task in METRICS.get(name).tasks for name in kind.metrics)


@pytest.mark.parametrize("task", TASKS.names())
def test_no_metric_that_suits_is_left_out(task):
    suit = {name for name, metric in METRICS if task in metric.tasks and not metric.only_if_asked}
    ordered = {name for name in suit if METRICS.get(name).needs_order}
    assert suit - ordered == set(TASKS.get(task).metrics)
    assert ordered == set(TASKS.get(task).ordered_metrics)


def test_classes_are_found_however_they_are_typed():
    assert target_of("binary", column("no", " yes", "no "), ("no", "yes")) == [0, 1, 0]
    assert target_of("binary", column(0, 1, 1), ("0", "1")) == [0, 1, 1]
    assert target_of("binary", column(0.0, 1.0), ("0", "1")) == [0, 1]
    assert target_of("binary", column(False, True), ("false", "true")) == [0, 1]
    assert target_of("multiclass", column("c", "a", "b"), ("a", "b", "c")) == [2, 0, 1]


def test_a_class_that_is_not_known_or_a_code_for_missing_is_missing():
    found = target_of("multiclass", column("a", "z", None, "", "?"), ("?", "a"), ("?",))
    assert found[0] == 1
    assert all(math.isnan(value) for value in found[1:])


def test_numbers_are_read_from_numbers_and_from_text():
    assert target_of("regression", column(1, 2)) == [1, 2]
    assert target_of("regression", column("1,200", "$3")) == [1200, 3]


def test_what_is_no_number_is_missing():
    found = target_of("regression", column(1.0, math.inf, math.nan, None, -1.0, -999.0), missing=("-999",))
    assert [value for value in found if not math.isnan(value)] == [1, -1]


def test_how_many_columns_a_prediction_has():
    assert TASKS.get("binary")().n_outputs(("a", "b")) == 1
    assert TASKS.get("multiclass")().n_outputs(("a", "b", "c")) == 3
    assert TASKS.get("regression")().n_outputs(()) == 1


def test_row_losses_are_what_the_default_metric_averages():
    target, prediction = np.array([0.0, 1.0]), np.array([[0.2], [0.9]])
    losses = TASKS.get("binary")().row_loss(target, prediction)
    assert losses == pytest.approx([-math.log(0.8), -math.log(0.9)])
    several = TASKS.get("multiclass")().row_loss(np.array([2.0]), np.array([[0.1, 0.2, 0.7]]))
    assert several == pytest.approx([-math.log(0.7)])
    assert TASKS.get("regression")().row_loss(np.array([3.0]), np.array([[1.0]])).tolist() == [4.0]
