import numpy as np
import pytest

from mlwright.learning.metrics import METRICS
from mlwright.learning.metrics.rmse import Rmse
from mlwright.learning.search.ensemble import blend, cap, choose_weights, fewest
from mlwright.learning.search.judge import HeldOut, Judge
from mlwright.learning.tasks import TASKS


def numbers(n_rows: int, *noises: float, seed: int = 0):
    """A target, and predictions that miss it independently by so much."""
    rng = np.random.default_rng(seed)
    target = rng.normal(size=n_rows)
    held = HeldOut(np.arange(n_rows), target, np.zeros(n_rows, dtype=np.int64))
    judge = Judge(TASKS.get("regression")(), METRICS.get("rmse")(), held)
    return judge, np.stack([(target + noise * rng.normal(size=n_rows))[:, None] for noise in noises])


def rng():
    return np.random.default_rng(0)


def test_independent_errors_are_averaged_out():
    judge, predictions = numbers(5_000, 1.0, 1.0)
    weights = choose_weights(predictions, judge, rng())
    assert weights == pytest.approx([0.5, 0.5], abs=0.05)
    assert judge.loss(blend(predictions, weights)) == pytest.approx(np.sqrt(0.5), rel=0.05)


def test_weights_come_near_to_the_best_ones():
    """For independent errors the best weights are inverse to the variances."""
    judge, predictions = numbers(20_000, 1.0, 2.0)
    assert choose_weights(predictions, judge, rng()) == pytest.approx([0.8, 0.2], abs=0.06)


@pytest.mark.parametrize("n_rows", [300, 5_000])
def test_a_candidate_without_any_skill_gets_no_weight(n_rows):
    judge, predictions = numbers(n_rows, 0.5, 0.5, 10.0)
    assert choose_weights(predictions, judge, rng())[2] == 0.0


def test_a_copy_adds_no_member():
    judge, predictions = numbers(3_000, 0.5)
    weights = choose_weights(np.repeat(predictions, 3, axis=0), judge, rng())
    assert weights.tolist() == [1.0, 0.0, 0.0]


def test_weights_sum_to_one_and_are_the_same_again():
    judge, predictions = numbers(800, 0.5, 0.52, 0.54, 0.6)
    weights = choose_weights(predictions, judge, rng())
    assert weights.sum() == pytest.approx(1.0)
    assert (weights >= 0).all()
    assert weights.tolist() == choose_weights(predictions, judge, rng()).tolist()


def test_with_few_rows_a_clearly_weaker_candidate_stays_out():
    judge, predictions = numbers(400, 0.5, 0.9)
    assert choose_weights(predictions, judge, rng())[1] == 0.0


@pytest.mark.parametrize("n_rows", [150, 500])
def test_with_few_rows_luck_costs_little(n_rows):
    """Independent errors: the loss on rows to come is known, and so are the best weights."""
    noises = np.array([0.9, 1.0, 1.0, 1.2])
    best = 1 / noises**2 / np.sum(1 / noises**2)
    cost = []
    for seed in range(20):
        judge, predictions = numbers(n_rows, *noises, seed=seed)
        weights = choose_weights(predictions, judge, rng())
        cost.append(np.linalg.norm(weights * noises) / np.linalg.norm(best * noises))
    assert np.mean(cost) < 1.05


def test_members_that_add_next_to_nothing_are_left_out():
    judge, predictions = numbers(5_000, 0.5, 0.5, 3.0)
    weights = fewest(predictions, np.array([0.49, 0.49, 0.02]), judge, np.ones(3))
    assert weights == pytest.approx([0.5, 0.5, 0.0])


def test_members_that_are_missed_stay():
    judge, predictions = numbers(5_000, 1.0, 1.0, 1.0)
    even = np.full(3, 1 / 3)
    assert fewest(predictions, even, judge, np.ones(3)) == pytest.approx(even)


def test_of_twins_the_dear_one_leaves():
    judge, predictions = numbers(5_000, 0.5)
    twins = np.repeat(predictions, 2, axis=0)
    assert fewest(twins, np.array([0.6, 0.4]), judge, np.array([9.0, 1.0])).tolist() == [0.0, 1.0]
    assert fewest(twins, np.array([0.6, 0.4]), judge, np.array([1.0, 1.0])).tolist() == [1.0, 0.0]


class Counted(Rmse):
    """Counts how often it is asked."""

    def __init__(self):
        self.n_asked = 0

    def score(self, *args, **kwargs):
        self.n_asked += 1
        return super().score(*args, **kwargs)


@pytest.mark.parametrize("n_rows", [300, 5_000])
def test_one_candidate_is_not_weighed_against_itself(n_rows):
    judge, predictions = numbers(n_rows, 0.5)
    judge = Judge(judge.task, Counted(), judge.held)
    assert list(choose_weights(predictions, judge, rng())) == [1.0]
    assert judge.metric.n_asked == 1


def test_where_the_metric_is_not_defined_the_first_is_taken():
    held = HeldOut(np.arange(50), np.ones(50), np.zeros(50, dtype=np.int64))
    judge = Judge(TASKS.get("binary")(), METRICS.get("roc_auc")(), held)
    assert choose_weights(np.full((2, 50, 1), 0.5), judge, rng()).tolist() == [1.0, 0.0]


def test_a_ranking_metric_of_several_classes():
    target = np.random.default_rng(0).integers(3, size=2_500).astype(float)
    held = HeldOut(np.arange(2_500), target, np.arange(2_500) % 5)
    judge = Judge(TASKS.get("multiclass")(), METRICS.get("log_loss")(), held)
    good = np.full((2_500, 3), 0.2)
    good[np.arange(2_500), target.astype(int)] = 0.6
    weights = choose_weights(np.stack([np.full_like(good, 1 / 3), good]), judge, rng())
    assert weights.tolist() == [0.0, 1.0]


def test_more_rows_allow_more_candidates():
    assert [cap(n) for n in (100, 2_000, 9_000, 10**6)] == [8, 15, 25, 40]
