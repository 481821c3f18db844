import math

import numpy as np
import pytest

from mlwright.learning.metrics import METRICS
from mlwright.learning.search.judge import HeldOut, Judge, mean_and_error
from mlwright.learning.tasks import TASKS


def judge_of(task: str, metric: str, target, fold=None, groups=None) -> Judge:
    fold = np.zeros(len(target), dtype=np.int64) if fold is None else np.asarray(fold)
    held = HeldOut(np.arange(len(target)), np.asarray(target, dtype=float), fold, groups)
    return Judge(TASKS.get(task)(), METRICS.get(metric)(), held)


def column(*values):
    return np.array(values, dtype=float)[:, None]


def test_a_mean_over_rows_is_the_plain_mean():
    judge = judge_of("binary", "log_loss", [1, 0])
    assert judge.loss(column(0.5, 0.5)) == pytest.approx(math.log(2))
    assert judge.score(column(0.9, 0.5), np.array([1.0, 0.0])) == pytest.approx(-math.log(0.9))


def test_ranking_is_judged_within_folds():
    """Each fold ranks perfectly, on a scale of its own."""
    judge = judge_of("binary", "roc_auc", [0, 1, 0, 1], fold=[0, 0, 1, 1])
    prediction = column(0.1, 0.2, 0.8, 0.9)
    assert judge.score(prediction) == 1.0
    assert judge.loss(prediction) == 0.0


def test_a_fold_with_one_class_is_left_out_of_a_ranking():
    judge = judge_of("binary", "roc_auc", [0, 1, 1, 1], fold=[0, 0, 1, 1])
    assert judge.score(column(0.1, 0.2, 0.8, 0.9)) == 1.0


def test_where_a_metric_is_not_defined_the_loss_is_infinite():
    judge = judge_of("binary", "roc_auc", [1, 1])
    assert math.isnan(judge.score(column(0.1, 0.2)))
    assert judge.loss(column(0.1, 0.2)) == math.inf


def test_numbers_are_judged_over_all_rows_at_once():
    judge = judge_of("regression", "rmse", [0, 0, 0, 0], fold=[0, 0, 1, 1])
    assert judge.score(column(0, 0, 2, 2)) == pytest.approx(math.sqrt(2))


def test_a_metric_where_more_is_better_becomes_a_loss():
    judge = judge_of("regression", "r2", [1, 2, 3])
    assert judge.loss(column(1, 2, 3)) == 0.0
    assert judge.loss(column(2, 2, 2)) == pytest.approx(1.0)


@pytest.mark.parametrize("metric", ["log_loss", "roc_auc"])
def test_the_standard_error_is_the_spread_over_repeated_samples(metric):
    def sample(seed):
        rng = np.random.default_rng(seed)
        probability = rng.uniform(size=400)
        judge = judge_of("binary", metric, (rng.uniform(size=400) < probability).astype(float))
        return judge, probability[:, None]

    seen = np.std([judge.score(prediction) for judge, prediction in map(sample, range(300))])
    told = np.mean([judge.error(prediction, np.random.default_rng(0)) for judge, prediction in map(sample, range(20))])
    assert told == pytest.approx(seen, rel=0.15)


def test_rows_of_one_group_count_as_one():
    values = np.repeat(np.random.default_rng(0).normal(size=50), 20)
    groups = np.repeat(np.arange(50), 20)
    alone = mean_and_error(values[::20])[1]
    assert mean_and_error(values, groups)[1] == pytest.approx(alone)
    assert mean_and_error(values)[1] < 0.3 * alone


def test_groups_are_drawn_whole():
    groups = np.array([7, 7, 3, 3, 3])
    drawn = judge_of("regression", "rmse", np.zeros(5), groups=groups).resample(np.random.default_rng(0))
    assert drawn[0] == drawn[1]
    assert drawn[2] == drawn[3] == drawn[4]


def test_with_many_rows_the_error_is_found_from_some_of_them(monkeypatch):
    rng = np.random.default_rng(0)
    target = rng.normal(size=8_000)
    judge, prediction = judge_of("regression", "rmse", target), (target + rng.normal(size=8_000))[:, None]
    from_all = judge.error(prediction, np.random.default_rng(1))
    monkeypatch.setattr("mlwright.learning.search.judge.MOST_BOOTSTRAP_ROWS", 2_000)
    assert judge.error(prediction, np.random.default_rng(1)) == pytest.approx(from_all, rel=0.35)
