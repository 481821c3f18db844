import numpy as np

from mlwright.learning.metrics import METRICS
from mlwright.learning.search.correcting.screening import looking_luck
from mlwright.learning.search.ensemble import greedy
from mlwright.learning.search.judge import HeldOut, Judge
from mlwright.learning.tasks import TASKS


def judge_of(target):
    rows = np.arange(len(target))
    held = HeldOut(rows, target, np.zeros(len(target), dtype=np.int64))
    return Judge(TASKS.get("regression")(), METRICS.get("rmse")(), held)


def one_look(rng, n_rows=150, n_new=12):
    """Of fifteen equally good candidates twelve are new: the luck that is told of those that stay, and the true one."""
    target, common = rng.normal(size=n_rows), rng.normal(size=n_rows) * 0.5
    said = (target + common)[None, :, None] + rng.normal(size=(n_new + 3, n_rows, 1)) * 0.2
    is_new, judge = np.arange(n_new + 3) >= 3, judge_of(target)
    stays = greedy(said, judge.loss)[is_new] > 0
    true_loss = 0.5**2 + 0.2**2 + (np.square(common).mean() - 0.5**2)
    losses = np.array([judge.row_loss(each).mean() for each in said[is_new][stays]])
    return looking_luck(said, is_new, judge, rng), true_loss - losses.mean() if len(losses) else 0.0


def test_the_luck_of_a_look_is_told_about_rightly():
    looks = np.array([one_look(np.random.default_rng(seed)) for seed in range(40)])
    told, true = looks.mean(axis=0)
    error = looks.std(axis=0).max() / np.sqrt(len(looks))
    assert true > 0
    assert abs(told - true) < 3 * error


def test_nobody_is_lucky_where_all_say_the_same():
    target = np.random.default_rng(0).normal(size=100)
    said = np.repeat(np.zeros((1, 100, 1)), 5, axis=0)
    assert looking_luck(said, np.arange(5) > 1, judge_of(target), np.random.default_rng(0)) == 0.0
