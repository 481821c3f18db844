"""What metrics say where there is little to say."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest

from mlwright.core.errors import SettingsError
from mlwright.learning.metrics import METRICS, metric_of
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.statistics.sampling import Draws, Sampling

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "metrics.md"


def score(name, target, prediction, weight=None, **options):
    columns = np.asarray(prediction, dtype=float)
    columns = columns if columns.ndim == 2 else columns[:, None]
    weights = None if weight is None else np.asarray(weight, dtype=float)
    return METRICS.get(name)().score(np.asarray(target, dtype=float), columns, weights, **options)


def test_equal_scores_are_worth_half_a_point_whatever_their_order():
    assert score("roc_auc", [1, 0, 1, 0], [0.5] * 4) == 0.5
    assert score("roc_auc", [0, 0, 1, 1], [0.5] * 4) == 0.5


def test_rows_of_one_class_have_no_roc_auc():
    assert math.isnan(score("roc_auc", [1, 1], [0.2, 0.4]))


def test_a_class_without_rows_does_not_count_against_several_classes():
    target, prediction = [0, 0, 1, 1], [[0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.7, 0.1]]
    assert score("roc_auc", target, prediction) == 1.0
    assert score("balanced_accuracy", target, prediction) == 1.0
    assert score("f1", target, prediction) == 1.0


def test_no_answer_positive_means_no_precision():
    assert math.isnan(score("precision", [1, 0], [0.1, 0.2]))


def test_a_sure_mistake_costs_much_but_not_infinitely_much():
    assert score("log_loss", [1], [0.0]) == pytest.approx(-math.log(1e-15))


def test_equal_numbers_have_no_variance_to_explain():
    assert math.isnan(score("r2", [3, 3, 3], [3, 3, 4]))


def test_a_number_that_is_not_above_zero_has_no_percentage():
    assert math.isnan(score("mape", [1, 0], [1, 1]))
    assert score("mape", [2, 4], [1, 4]) == 0.25


def test_half_of_the_rows_stay_below_the_median_error():
    assert score("median_absolute_error", [0, 0, 0, 0], [1, 2, 3, 100]) == 2.5
    assert score("median_absolute_error", [0, 0, 0], [1, 2, 100], weight=[1, 1, 0]) == 1.5


def test_a_truth_above_the_answer_costs_more_the_higher_the_level():
    assert metric_of("pinball:0.9").score(np.array([10.0, 10.0]), np.array([[8.0], [12.0]])) == pytest.approx(1.0)
    assert metric_of("pinball:0.5").score(np.array([10.0]), np.array([[7.0]])) == 1.5


def test_a_tenth_off_is_a_tenth_off_at_any_size():
    small, large = (score("rmsle", [size], [1.1 * size]) for size in (1e4, 1e9))
    assert small == pytest.approx(math.log(1.1), rel=1e-4) == large
    assert math.isnan(score("rmsle", [-0.5], [1]))


def test_recall_is_counted_where_finds_are_precise_enough():
    target, said = [1, 1, 0, 1, 0, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    columns = np.array(said)[:, None]
    assert metric_of("recall_at_precision:0.75").score(np.array(target), columns) == 1.0
    assert metric_of("recall_at_precision:0.8").score(np.array(target), columns) == pytest.approx(2 / 3)
    assert metric_of("recall_at_precision:0.9").score(np.array([0, 1]), np.array([[0.9], [0.1]])) == 0.0


def test_one_answer_for_all_has_no_correlation():
    assert score("matthews", [0, 1, 1], [0.9, 0.8, 0.7]) == 0.0
    assert math.isnan(score("matthews", [1, 1], [0.9, 0.2]))


@pytest.mark.parametrize(
    ("name", "words"),
    [("mae:0.9", "takes none"), ("pinball:nine", "between 0 and 1"), ("pinball:1.5", "between 0 and 1")],
)
def test_an_option_that_makes_no_sense_is_refused(name, words):
    with pytest.raises(SettingsError, match=words):
        metric_of(name)


@pytest.mark.parametrize("name", ["f1", "balanced_accuracy"])
def test_answers_to_several_classes_serve_the_metric_better_than_the_most_probable_class(name):
    rng = np.random.default_rng(0)
    odds = rng.normal(scale=1.5, size=(20_000, 4)) + np.array([3.0, 1.0, 0.0, 0.0])
    probability = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    target = (rng.random((20_000, 1)) > probability.cumsum(axis=1)).sum(axis=1).astype(float)
    metric = METRICS.get(name)()
    usual = metric.score(target, probability)
    assert metric.score(target, probability, threshold=metric.decisive(probability)) > usual + 0.03


def test_a_class_that_is_never_promised_changes_nothing():
    probability = np.array([[0.7, 0.3, 0.0], [0.4, 0.6, 0.0]])
    for name in ("f1", "balanced_accuracy"):
        assert score(name, [0, 1], probability, threshold=METRICS.get(name)().worth(probability)) == 1.0


@pytest.mark.parametrize("name", METRICS.names())
def test_each_metric_is_in_the_reference(name):
    assert re.search(rf"^\| `{name}` \| {re.escape(METRICS.get(name).title)} \|", PAGE.read_text("utf-8"), re.MULTILINE)


def test_no_loss_is_said_to_lie_below_nothing():
    target = np.array([0.0, 0, 0, 1, 1, 1, 1])
    said = np.array([[0.02], [0.01], [0.05], [0.99], [0.98], [0.97], [0.93]])
    loss = yardstick("log_loss", target, Draws(Sampling(7), 0)).estimate(Scored(said))
    assert 0.0 <= loss.low < loss.value < loss.high


def test_classes_in_an_order_are_judged_by_how_far_off_an_answer_is():
    near, far = [[0.0, 1.0, 0.0]], [[0.0, 0.0, 1.0]]
    assert (score("mean_steps", [0], near), score("mean_steps", [0], far)) == (1.0, 2.0)
    assert (score("ranked_probability", [0], near), score("ranked_probability", [0], far)) == (0.5, 1.0)
    assert score("ranked_probability", [1], [[0.25, 0.5, 0.25]]) == pytest.approx(0.0625)


def test_the_answer_that_is_fewest_steps_off_is_the_middle_of_the_probabilities():
    split = np.array([[0.4, 0.25, 0.35]])
    worth = METRICS.get("mean_steps")().decisive(split)
    assert int((split @ worth).argmax()) == 1
