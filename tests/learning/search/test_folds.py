import numpy as np
import pytest

from mlwright.data.splitters import SplitKeys
from mlwright.learning.search.folds import make_folds, n_cores_for, n_folds_for
from mlwright.records.split import Split


def split(method: str) -> Split:
    return Split(method=method, reason="", roles="", n_train=100, n_test=20)


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize(("n_rows", "n_folds"), [(300, 8), (5_000, 5), (50_000, 3), (200_000, 1)])
def test_the_more_rows_the_fewer_folds(n_rows, n_folds):
    assert n_folds_for(n_rows, budget_s=300, cost_s=10) == n_folds


def test_a_long_budget_allows_more_folds_on_many_rows():
    assert n_folds_for(50_000, budget_s=1_000, cost_s=50) == 5
    assert n_folds_for(50_000, budget_s=1_000, cost_s=300) == 3


def test_where_three_folds_leave_most_families_out_one_hold_out_lets_them_in():
    assert n_folds_for(50_000, budget_s=1_000, cost_s=500) == 1
    assert n_folds_for(16_000, budget_s=60, cost_s=25) == 1
    assert n_folds_for(2_000, budget_s=60, cost_s=25) == 3


def test_a_short_budget_makes_do_with_three():
    assert n_folds_for(5_000, budget_s=40, cost_s=10) == 3
    assert n_folds_for(200_000, budget_s=10, cost_s=10) == 1


def test_folds_hold_out_every_row_once():
    keys = SplitKeys(100, classes=np.arange(100) % 2)
    folds = make_folds(split("stratified"), keys, 5, rng())
    assert sorted(np.concatenate([held for _, held in folds])) == list(range(100))
    assert all(not set(learn) & set(held) for learn, held in folds)


def test_groups_are_never_torn_apart():
    groups = np.arange(100) // 4
    for learn, held in make_folds(split("by_group"), SplitKeys(100, groups=groups), 5, rng()):
        assert not set(groups[learn]) & set(groups[held])


def test_in_time_order_the_latest_fold_comes_first_and_misses_few_rows():
    times = np.random.default_rng(1).permutation(2_100)
    folds = make_folds(split("by_time"), SplitKeys(2_100, times=times), 5, rng())
    assert [len(learn) for learn, _ in folds] == [2_000, 1_900, 1_800, 1_700, 1_600]
    assert times[folds[0][1]].max() == 2_099
    for learn, held in folds:
        assert times[learn].max() < times[held].min()


def test_in_time_order_the_model_is_made_of_the_latest_folds():
    assert n_cores_for(split("by_time"), 5) == 2
    assert n_cores_for(split("by_time"), 1) == 1
    assert n_cores_for(split("random"), 5) == 5


def test_one_fold_is_a_hold_out_of_a_tenth_or_less():
    (learn, held), *others = make_folds(split("random"), SplitKeys(2_000), 1, rng())
    assert not others
    assert (len(learn), len(held)) == (1_800, 200)
    _, held = make_folds(split("random"), SplitKeys(1_000_000), 1, rng())[0]
    assert len(held) == 25_000


def test_with_few_moments_there_are_fewer_folds():
    keys = SplitKeys(90, times=np.repeat([0, 1, 2], 30))
    assert len(make_folds(split("by_time"), keys, 5, rng())) == 2
