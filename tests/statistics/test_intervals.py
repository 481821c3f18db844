from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from mlwright.learning.metrics import METRICS
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.statistics.calibration import calibration_bins, calibration_error
from mlwright.statistics.few import few_off
from mlwright.statistics.ranking import area_influence
from mlwright.statistics.sampling import Draws, Sampling
from mlwright.statistics.several import holm
from mlwright.statistics.shares import paired_difference, wilson
from mlwright.statistics.tails import next_largest


def test_wilson_is_the_textbook_interval() -> None:
    for hits, n in ((0, 10), (3, 10), (97, 100), (100, 100)):
        reference = binomtest(hits, n).proportion_ci(method="wilson")
        assert wilson(hits / n, n) == pytest.approx((reference.low, reference.high))


def test_two_models_that_never_differ_still_may() -> None:
    low, high = paired_difference(np.zeros(50))
    assert low < 0 < high


def test_the_area_is_moved_by_rows_as_delong_says() -> None:
    rng = np.random.default_rng(0)
    target = (rng.random(60) < 0.4).astype(float)
    score = rng.normal(size=60) + target
    placed = [(score[target == 0] < s).mean() for s in score[target == 1]]
    of_others = [(score[target == 1] > s).mean() for s in score[target == 0]]
    delong = np.var(placed, ddof=1) / len(placed) + np.var(of_others, ddof=1) / len(of_others)
    error = Sampling(60).error_of_mean(area_influence(target, score[:, None]))
    assert error**2 == pytest.approx(delong, rel=0.03)


def test_a_perfect_order_of_few_rows_is_not_certain() -> None:
    target = np.array([0.0] * 15 + [1.0] * 5)
    estimate = yardstick("roc_auc", target, Draws(Sampling(20), 0)).estimate(Scored(target[:, None]))
    assert estimate.value == estimate.high == 1.0
    assert 0.4 < estimate.low < 0.7


def test_the_area_of_a_constant_is_one_half_without_doubt() -> None:
    target = np.array([0.0, 1.0] * 20)
    estimate = yardstick("roc_auc", target, Draws(Sampling(40), 0)).estimate(Scored(np.full((40, 1), 0.3)))
    assert (estimate.low, estimate.value, estimate.high) == pytest.approx((0.5, 0.5, 0.5))


def test_a_model_gains_nothing_over_itself() -> None:
    target, model, _ = models_for("regression")
    gain = yardstick("rmse", target, Draws(Sampling(80), 0, 300)).gain(model, model)
    assert (gain.low, gain.value, gain.high) == (0, 0, 0)


def test_what_is_not_defined_says_so() -> None:
    measure = yardstick("roc_auc", np.ones(20), Draws(Sampling(20), 0))
    estimate = measure.estimate(Scored(np.linspace(0, 1, 20)[:, None]))
    assert math.isnan(estimate.value)
    assert estimate.method == "not defined"


def models_for(task: str) -> tuple[np.ndarray, Scored, Scored]:
    rng = np.random.default_rng(2)
    if task == "regression":
        target = rng.lognormal(size=80)
        return target, Scored((target + rng.normal(size=80))[:, None]), Scored(np.full((80, 1), target.mean()))
    n_classes = 3 if task == "multiclass" else 2
    target = rng.integers(n_classes, size=80).astype(float)
    shares = 0.6 * rng.dirichlet(np.ones(n_classes), size=80) + 0.4 * np.eye(n_classes)[target.astype(int)]
    flat = np.full_like(shares, 1 / n_classes)
    return (
        (target, Scored(shares[:, 1:], 0.5), Scored(flat[:, 1:]))
        if n_classes == 2
        else (target, Scored(shares), Scored(flat))
    )


CASES = [(name, task) for name, metric in METRICS for task in sorted(metric.tasks)]


@pytest.mark.parametrize(("name", "task"), CASES)
def test_every_metric_has_an_interval_around_its_own_figure(name: str, task: str) -> None:
    target, model, _ = models_for(task)
    measure = yardstick(name, target, Draws(Sampling(80), 0, 300))
    estimate = measure.estimate(model)
    assert estimate.value == pytest.approx(
        METRICS.get(name)().score(target, model.prediction, threshold=model.threshold)
    )
    assert estimate.low < estimate.value < estimate.high


@pytest.mark.parametrize(("name", "task"), CASES)
def test_a_gain_is_positive_for_the_better_model_and_turns_its_sign(name: str, task: str) -> None:
    target, model, dummy = models_for(task)
    measure = yardstick(name, target, Draws(Sampling(80), 0, 300))
    gain, loss = measure.gain(model, dummy), measure.gain(dummy, model)
    assert gain.value == pytest.approx(-loss.value)
    assert gain.low < gain.value < gain.high
    assert abs(gain.value) == pytest.approx(abs(measure.score(model) - measure.score(dummy)))
    assert gain.value > 0 or name == "recall"


def test_right_probabilities_have_no_calibration_error_and_wrong_ones_have_theirs() -> None:
    rng = np.random.default_rng(5)
    true, held = 1 / (1 + np.exp(-1.3 * rng.normal(size=2000))), Sampling(2000)
    happened = (rng.random(2000) < true).astype(float)
    right = calibration_error(true, happened, held, seed=0)
    wrong = calibration_error(np.clip(true + 0.1, 0, 1), happened, held, seed=0)
    assert right.low == 0.0
    assert right.high < 0.05
    assert wrong.low < 0.1 < wrong.high
    assert wrong.value == pytest.approx(0.1, abs=0.03)


def test_bins_hold_all_rows_once_and_rise() -> None:
    rng = np.random.default_rng(5)
    said = rng.random(230)
    bins = calibration_bins(said, (rng.random(230) < said).astype(float), Draws(Sampling(230), 0))
    assert sum(found.n_rows for found in bins) == 230
    assert len(bins) == 10
    assert [found.said for found in bins] == sorted(found.said for found in bins)
    assert len(calibration_bins(np.full(50, 0.3), np.zeros(50), Draws(Sampling(50), 0))) == 1


def test_holm_lets_a_false_alarm_pass_in_five_of_a_hundred_cases() -> None:
    rng = np.random.default_rng(0)
    alarms = [bool((holm(rng.random(8)) < 0.05).any()) for _ in range(2000)]
    assert np.mean(alarms) < 0.065


def test_a_few_far_values_that_share_a_bound_do_not_lead_beyond_it() -> None:
    """Amounts of a table: most cases add little, and a hundredth of them what a missed one costs."""
    rng = np.random.default_rng(0)
    small, far = rng.normal(500, 100, 1380), -rng.uniform(30_000, 45_000, 30)
    values = np.concatenate([small, far])
    assert next_largest(-(values - values.mean()), 0.3) < 46_000


def test_the_mean_of_five_amounts_is_held_by_what_sixty_like_them_tell() -> None:
    true, held, draws = np.exp(0.5), 0, Draws(Sampling(60), 1, 400)
    for seed in range(200):
        amounts = np.random.default_rng(seed).lognormal(0, 1, 60)
        mean, off = amounts[:5].mean(), few_off(amounts, 5, draws)
        held += mean - off.low <= true <= mean + off.high
    assert 0.92 <= held / 200 <= 0.98


def test_equal_amounts_are_off_by_nothing() -> None:
    assert few_off(np.full(20, 3.0), 5, Draws(Sampling(20), 1, 400)) == (0.0, 0.0)
    assert few_off(np.array([3.0]), 1, Draws(Sampling(1), 1, 400)) == (0.0, 0.0)
