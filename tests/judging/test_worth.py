from __future__ import annotations

import numpy as np
import pytest

from mlwright.judging.worth import Cases, worth_of
from mlwright.learning.benefit import Benefit
from mlwright.learning.yardstick import Scored
from mlwright.records.decision import Worth
from mlwright.records.profile import Asked, Roles, Task
from mlwright.statistics.sampling import Draws, Sampling

OFFER = Benefit(
    {"true_positive": 90.0, "false_positive": -10.0, "true_negative": 0.0, "false_negative": 0.0}, False, "money"
)


def roles(task: Task, *classes: str) -> Roles:
    return Roles(asked=Asked(target="y", task=task, classes=classes), inputs=("x",))


def buyers(n: int, seed: int, share: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    """Whether somebody buys, and the true probability."""
    rng = np.random.default_rng(seed)
    logit = 1.5 * rng.normal(size=n) + np.log(share / (1 - share))
    probability = 1 / (1 + np.exp(-logit))
    return (rng.random(n) < probability).astype(float), probability


def offers(n: int = 500, seed: int = 0, threshold: float = 0.1, n_replicates: int = 400) -> Worth:
    target, probability = buyers(n, seed)
    cases = Cases(target, Scored(probability[:, None], threshold), Draws(Sampling(n), 1, n_replicates))
    return worth_of(cases, roles("binary", "no", "yes"), target, OFFER)


def test_worth_is_counted_from_the_outcomes() -> None:
    target = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 1.0])
    said = np.array([0.9, 0.2, 0.8, 0.1, 0.1, 0.7])
    cases = Cases(target, Scored(said[:, None], 0.5), Draws(Sampling(6), 0, 400))
    found = worth_of(cases, roles("binary", "no", "yes"), target, OFFER)
    assert found.model.value == pytest.approx(1000 * (90 + 90 - 10) / 6)
    assert found.today.value == pytest.approx(1000 * (3 * 90 - 3 * 10) / 6)
    assert found.today_is == "say 'y = yes' in every case"
    assert found.gain.value == pytest.approx(found.model.value - found.today.value)


def test_today_is_the_best_that_needs_no_model() -> None:
    target, probability = buyers(2000, 0, share=0.03)
    cases = Cases(target, Scored(probability[:, None], 0.1), Draws(Sampling(2000), 0, 400))
    assert worth_of(cases, roles("binary", "no", "yes"), target, OFFER).today_is == "say 'y = no' in every case"


def test_the_interval_of_the_gain_holds_the_truth() -> None:
    truth = offers(200_000, n_replicates=2).gain.value
    held = [found.gain.low <= truth <= found.gain.high for found in (offers(seed=seed) for seed in range(1, 201))]
    assert np.mean(held) >= 0.91


def test_where_both_plain_answers_are_as_good_the_gain_must_be_sure_against_both() -> None:
    """A model that knows nothing is called a gain in at most one of twenty cases or so."""
    stand_in = Benefit(
        {"true_positive": 0.0, "false_positive": -1.0, "true_negative": 0.0, "false_negative": -4.0},
        True,
        "false alarms",
    )
    alarms = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        target, said = (rng.random(300) < 0.2).astype(float), rng.uniform(0.1, 0.3, 300)
        cases = Cases(target, Scored(said[:, None], 0.2), Draws(Sampling(300), seed, 400))
        alarms += worth_of(cases, roles("binary", "no", "yes"), target, stand_in).gain.low > 0
    assert alarms <= 14


def test_the_curve_has_the_gain_of_the_threshold() -> None:
    found = offers(threshold=0.1)
    at_threshold = found.curve_gain[found.curve_threshold.index(0.1)]
    assert at_threshold == pytest.approx(found.gain.value, rel=1e-4)
    assert len(found.curve_threshold) == 101


def test_several_classes_are_compared_with_the_most_frequent_one() -> None:
    target = np.array([0.0, 0, 0, 1, 2, 2] * 20)
    said = np.eye(3)[np.array([0, 0, 0, 1, 2, 0] * 20)]
    cases = Cases(target, Scored(said), Draws(Sampling(120), 0, 400))
    benefit = Benefit({"right": 1.0, "wrong": 0.0}, True, "right answers")
    found = worth_of(cases, roles("multiclass", "a", "b", "c"), target, benefit)
    assert found.today_is == "say 'y = a', the most frequent, in every case"
    assert found.gain.value == pytest.approx(1000 * (5 - 3) / 6)
    assert found.curve_gain == ()


def test_numbers_are_compared_with_the_mean_and_the_median() -> None:
    rng = np.random.default_rng(0)
    target = rng.lognormal(size=300)
    cases = Cases(target, Scored((target + rng.normal(size=300) * 0.1)[:, None]), Draws(Sampling(300), 0, 400))
    benefit = Benefit({"per_unit_of_error": -2.0, "per_case": 5.0}, False, "money")
    found = worth_of(cases, roles("regression"), target, benefit)
    assert "the median" in found.today_is
    assert found.model.value == pytest.approx(1000 * (5 - 2 * np.abs(cases.model.prediction[:, 0] - target).mean()))
    assert found.gain.low > 0
