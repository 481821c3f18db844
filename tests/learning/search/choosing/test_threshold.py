import numpy as np
import pytest

from mlwright.learning.benefit_table import benefit_table
from mlwright.learning.metrics import METRICS
from mlwright.learning.search.choosing.threshold import choose_threshold
from mlwright.learning.search.judge import HeldOut, Judge
from mlwright.learning.tasks import TASKS
from mlwright.learning.yardstick import threshold_of_dummy
from mlwright.records.settings import DecideSettings

MAILING = DecideSettings(benefit={"true_positive": 9.0, "false_positive": -1.0})


def customers(n_rows: int, seed: int = 0, metric: str = "log_loss"):
    rng = np.random.default_rng(seed)
    probability = rng.beta(1, 4, size=n_rows)
    target = (rng.uniform(size=n_rows) < probability).astype(float)
    held = HeldOut(np.arange(n_rows), target, np.zeros(n_rows, dtype=np.int64))
    return Judge(TASKS.get("binary")(), METRICS.get(metric)(), held), probability[:, None]


def test_right_probabilities_get_the_threshold_of_the_table():
    judge, probability = customers(5_000)
    threshold, reason = choose_threshold(
        judge, probability, benefit_table("binary", ("no", "yes"), (0.8, 0.2), MAILING)
    )
    assert threshold == pytest.approx(0.1, abs=0.02)
    assert "your benefits" in reason


def worth_of(probability: np.ndarray, said: np.ndarray, threshold: float) -> float:
    """What answers to cases of known probability are worth, by what is said of them."""
    return float(((said >= threshold) * (9 * probability - (1 - probability))).mean())


def test_luck_alone_costs_next_to_nothing():
    benefit = benefit_table("binary", ("no", "yes"), (0.8, 0.2), MAILING)
    truth = np.random.default_rng(99).beta(1, 4, size=200_000)
    best = worth_of(truth, truth, 0.1)
    found = [worth_of(truth, truth, choose_threshold(*customers(300, seed), benefit)[0]) for seed in range(100)]
    assert np.mean(found) > 0.995 * best


def test_where_probabilities_are_a_little_off_the_threshold_leans_to_what_pays():
    """Probabilities half as high in odds again: too few rows to prove it, and enough to lean."""
    benefit = benefit_table("binary", ("no", "yes"), (0.8, 0.2), MAILING)

    def off(probability: np.ndarray) -> np.ndarray:
        odds = 1.8 * probability / (1 - probability)
        return odds / (1 + odds)

    truth = np.random.default_rng(99).beta(1, 4, size=200_000)
    gained = []
    for seed in range(100):
        judge, probability = customers(600, seed)
        threshold = choose_threshold(judge, off(probability), benefit)[0]
        gained.append(worth_of(truth, off(truth), threshold) - worth_of(truth, off(truth), 0.1))
    assert np.mean(gained) > 0


def test_probabilities_that_are_far_off_get_a_threshold_of_their_own():
    judge, probability = customers(5_000)
    threshold, reason = choose_threshold(
        judge, probability / 10, benefit_table("binary", ("no", "yes"), (0.8, 0.2), MAILING)
    )
    assert threshold == pytest.approx(0.01, abs=0.005)
    assert "found by trying" in reason
    assert "more than 0.100" in reason


def test_without_a_table_the_reason_says_so():
    judge, probability = customers(2_000)
    benefit = benefit_table("binary", ("no", "yes"), (0.8, 0.2), DecideSettings())
    threshold, reason = choose_threshold(judge, probability, benefit)
    assert threshold == pytest.approx(0.2, abs=0.03)
    assert "no benefits were given" in reason


@pytest.mark.parametrize("metric", ["f1", "accuracy", "balanced_accuracy"])
def test_the_metric_that_was_asked_for_gets_the_threshold_that_is_best_for_it(metric):
    judge, probability = customers(50_000, metric=metric)
    threshold, reason = choose_threshold(
        judge, probability, benefit_table("binary", ("no", "yes"), (0.8, 0.2), DecideSettings())
    )
    seen = {t: judge.metric.score(judge.held.target, probability, threshold=t) for t in np.linspace(0.02, 0.9, 89)}
    assert judge.metric.score(judge.held.target, probability, threshold=threshold) > max(seen.values()) - 0.003
    assert judge.metric.title in reason


def test_what_answers_are_worth_goes_before_the_metric():
    judge, probability = customers(5_000, metric="f1")
    benefit = benefit_table("binary", ("no", "yes"), (0.8, 0.2), MAILING)
    assert choose_threshold(judge, probability, benefit)[0] == pytest.approx(0.1, abs=0.02)


def test_candidates_are_judged_by_the_threshold_that_they_would_get():
    judge, probability = customers(5_000, metric="f1")
    assert (probability < 0.5).mean() > 0.9
    assert judge.score(probability * 0.5) == pytest.approx(judge.score(probability), abs=0.02)


def test_the_dummy_answers_as_serves_the_metric_best_too():
    said = np.full((10, 1), 0.2)
    assert threshold_of_dummy("f1", said) <= 0.2
    assert threshold_of_dummy("accuracy", said) == threshold_of_dummy("log_loss", said) == 0.5
