"""Every figure is the one that scikit-learn gives, with weights and without."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from sklearn import metrics as theirs

from mlwright.learning.metrics import METRICS

N_ROWS = 400


def two_classes():
    rng = np.random.default_rng(0)
    target = rng.integers(0, 2, N_ROWS).astype(float)
    score = np.clip(np.round(0.25 + 0.4 * target + 0.2 * rng.normal(size=N_ROWS), 2), 0.01, 0.99)
    return target, score[:, None]


def four_classes():
    rng = np.random.default_rng(1)
    target = rng.integers(0, 4, N_ROWS).astype(float)
    odds = np.exp(rng.normal(size=(N_ROWS, 4)) + np.eye(4)[target.astype(int)])
    return target, odds / odds.sum(axis=1, keepdims=True)


def numbers():
    rng = np.random.default_rng(2)
    target = rng.lognormal(size=N_ROWS)
    return target, (target + rng.normal(size=N_ROWS))[:, None]


WEIGHTS = {"plain": None, "weighted": np.random.default_rng(3).integers(0, 4, N_ROWS).astype(float)}
each_weight = pytest.mark.parametrize("weight", WEIGHTS.values(), ids=WEIGHTS)

OF_SCORES = {
    "log_loss": theirs.log_loss,
    "brier": theirs.brier_score_loss,
    "roc_auc": theirs.roc_auc_score,
    "average_precision": theirs.average_precision_score,
}
OF_ANSWERS = {
    "accuracy": theirs.accuracy_score,
    "balanced_accuracy": theirs.balanced_accuracy_score,
    "f1": theirs.f1_score,
    "precision": theirs.precision_score,
    "recall": theirs.recall_score,
    "matthews": theirs.matthews_corrcoef,
}
OF_SEVERAL = {
    "log_loss": theirs.log_loss,
    "brier": theirs.brier_score_loss,
    "roc_auc": partial(theirs.roc_auc_score, multi_class="ovr"),
}
OF_NUMBERS = {
    "rmse": theirs.root_mean_squared_error,
    "mae": theirs.mean_absolute_error,
    "r2": theirs.r2_score,
    "median_absolute_error": theirs.median_absolute_error,
    "mape": theirs.mean_absolute_percentage_error,
    "pinball": partial(theirs.mean_pinball_loss, alpha=0.9),
}


@each_weight
@pytest.mark.parametrize("name", OF_SCORES)
def test_two_classes_by_score(name, weight):
    target, prediction = two_classes()
    expected = OF_SCORES[name](target, prediction[:, 0], sample_weight=weight)
    assert METRICS.get(name)().score(target, prediction, weight) == pytest.approx(expected, rel=1e-9)


@each_weight
@pytest.mark.parametrize("threshold", [0.3, 0.5])
@pytest.mark.parametrize("name", OF_ANSWERS)
def test_two_classes_by_answer(name, threshold, weight):
    target, prediction = two_classes()
    expected = OF_ANSWERS[name](target, prediction[:, 0] >= threshold, sample_weight=weight)
    score = METRICS.get(name)().score(target, prediction, weight, threshold=threshold)
    assert score == pytest.approx(expected, rel=1e-9)


@each_weight
@pytest.mark.parametrize("name", OF_SEVERAL)
def test_several_classes_by_score(name, weight):
    target, prediction = four_classes()
    expected = OF_SEVERAL[name](target, prediction, sample_weight=weight)
    assert METRICS.get(name)().score(target, prediction, weight) == pytest.approx(expected, rel=1e-9)


@each_weight
def test_several_classes_by_answer(weight):
    target, prediction = four_classes()
    answer = prediction.argmax(axis=1)
    expected = {
        "accuracy": theirs.accuracy_score(target, answer, sample_weight=weight),
        "balanced_accuracy": theirs.balanced_accuracy_score(target, answer, sample_weight=weight),
        "f1": theirs.f1_score(target, answer, average="macro", sample_weight=weight),
        "matthews": theirs.matthews_corrcoef(target, answer, sample_weight=weight),
    }
    found = {name: METRICS.get(name)().score(target, prediction, weight) for name in expected}
    assert found == pytest.approx(expected, rel=1e-9)


@each_weight
def test_average_precision_of_several_classes_is_their_mean(weight):
    target, prediction = four_classes()
    each = [
        theirs.average_precision_score(target == place, prediction[:, place], sample_weight=weight)
        for place in range(4)
    ]
    assert METRICS.get("average_precision")().score(target, prediction, weight) == pytest.approx(np.mean(each))


@each_weight
@pytest.mark.parametrize("name", OF_NUMBERS)
def test_numbers(name, weight):
    target, prediction = numbers()
    expected = OF_NUMBERS[name](target, prediction[:, 0], sample_weight=weight)
    assert METRICS.get(name)().score(target, prediction, weight) == pytest.approx(expected, rel=1e-9)


@each_weight
def test_logarithms_of_numbers(weight):
    target, prediction = numbers()
    expected = theirs.root_mean_squared_log_error(target, np.maximum(prediction[:, 0], 0.0), sample_weight=weight)
    assert METRICS.get("rmsle")().score(target, prediction, weight) == pytest.approx(expected, rel=1e-9)
