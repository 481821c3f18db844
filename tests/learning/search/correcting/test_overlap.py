"""What folds owe to each other's rows: held-out figures are surer than they look by that alone."""

import numpy as np
import pytest

from mlwright.learning.search.correcting.children import children
from mlwright.learning.search.correcting.overlap import further_apart, overlap_error
from mlwright.learning.search.judge import HeldOut, mean_and_error
from mlwright.scoring.blocks import BlockNames, Blocks

N_ROWS, N_FOLDS, N_INPUTS, N_SETS = 240, 8, 25, 120
SLOPES = np.r_[-1.0, 0.8, -0.6, 0.5, 0.4, np.zeros(N_INPUTS - 4)]


def probability(inputs, slopes):
    return np.clip(1 / (1 + np.exp(-inputs @ slopes)), 1e-4, 1 - 1e-4)


def log_losses(target, said):
    return -np.where(target == 1, np.log(said), np.log(1 - said))


def logistic_regression(inputs, target):
    """By Newton's method, with a slight ridge."""
    slopes = np.zeros(inputs.shape[1])
    for _ in range(6):
        said = probability(inputs, slopes)
        bend = (inputs * (said * (1 - said))[:, None]).T @ inputs + 0.5 * np.eye(len(slopes))
        slopes += np.linalg.solve(bend, inputs.T @ (target - said) - 0.5 * slopes)
    return slopes


def searched(rng, new):
    """One small table: how far the held-out gain over the base rate is off, its plain error, and what is added."""
    inputs = np.c_[np.ones(N_ROWS), rng.normal(size=(N_ROWS, N_INPUTS))]
    target = (rng.random(N_ROWS) < probability(inputs, SLOPES)).astype(float)
    fold = rng.permutation(N_ROWS) % N_FOLDS
    cores = [logistic_regression(inputs[fold != k], target[fold != k]) for k in range(N_FOLDS)]
    said = np.stack([probability(inputs, core) for core in cores])
    rates = np.array([target[fold != k].mean() for k in range(N_FOLDS)])
    gains = log_losses(target, rates[fold]) - log_losses(target, said[fold, np.arange(N_ROWS)])
    truth = probability(new, SLOPES)
    losses = [-np.mean(truth * np.log(q) + (1 - truth) * np.log(1 - q)) for q in (probability(new, c) for c in cores)]
    known = [-(truth.mean() * np.log(rate) + (1 - truth.mean()) * np.log(1 - rate)) for rate in rates]
    added = overlap_error(said[:, :, None], HeldOut(np.arange(N_ROWS), target, fold), N_ROWS)
    return gains.mean() - (np.mean(known) - np.mean(losses)), gains.std(ddof=1) / N_ROWS**0.5, added


def test_the_plain_error_of_held_out_rows_is_too_small_and_this_makes_up_for_it():
    rng = np.random.default_rng(0)
    new = np.c_[np.ones(4_000), rng.normal(size=(4_000, N_INPUTS))]
    off, plain, added = np.array([searched(rng, new) for _ in range(N_SETS)]).T
    missing = np.var(off) / np.mean(plain**2)
    assert missing > 1.3
    assert np.var(off) / np.mean(plain**2 + added**2) == pytest.approx(1.0, abs=0.25)


def test_cores_that_are_only_bolder_or_more_careful_than_others_add_little():
    rng = np.random.default_rng(1)
    logit, fold = rng.normal(size=(1, 200)), np.arange(200) % 5
    bolder = np.array([0.5, 0.8, 1.0, 1.2, 2.0])[:, None] * logit
    as_far_apart = logit + np.stack([rng.permutation(step) for step in bolder - logit])
    held = HeldOut(np.arange(200), np.zeros(200), fold)
    for squares in (None, 1.0):
        said = [each if squares else 1 / (1 + np.exp(-each)) for each in (bolder, as_far_apart)]
        little, much = (overlap_error(each[:, :, None], held, 200, squares) for each in said)
        assert little < 0.35 * much


def test_it_fades_as_rows_grow_and_takes_many_classes():
    rng = np.random.default_rng(2)
    said = rng.dirichlet(np.ones(4), size=(5, 300))
    held = HeldOut(np.arange(300), np.zeros(300), np.arange(300) % 5)
    few, many = (overlap_error(said, held, n) for n in (300, 30_000))
    assert few == pytest.approx(10 * many)


def of_entities(rng, n_inputs=8, size=6):
    """Rows that come again: how far the held-out gain is off, its plain error, what rows, groups and new groups add."""
    slopes, group = np.full(n_inputs, 0.3), np.arange(N_ROWS) // size
    n_groups = group.max() + 1
    inputs = 0.9 * rng.normal(size=(n_groups, n_inputs))[group] + 0.19**0.5 * rng.normal(size=(N_ROWS, n_inputs))
    target = inputs @ slopes + rng.normal(size=n_groups)[group] + rng.normal(size=N_ROWS)
    fold = (rng.permutation(n_groups) % N_FOLDS)[group]
    cores = np.stack([np.linalg.lstsq(inputs[fold != k], target[fold != k], rcond=None)[0] for k in range(N_FOLDS)])
    said = cores @ inputs.T
    losses = (said[fold, np.arange(N_ROWS)] - target) ** 2
    dummy = (target - np.array([target[fold != k].mean() for k in range(N_FOLDS)])[fold]) ** 2
    off = (dummy - losses).mean() - (slopes @ slopes - ((cores - slopes) ** 2).sum(axis=1).mean())
    born = children(Blocks(inputs, np.empty((N_ROWS, 0), dtype=np.int32)), _names(n_inputs), rng).numbers
    alone, grouped = (HeldOut(np.arange(N_ROWS), target, fold, each) for each in (None, group))
    further = further_apart(said[:, :, None], (cores @ born.T)[:, :, None], grouped, 0.0, is_number=True)
    added = [
        overlap_error(said[:, :, None], held, N_ROWS, float(losses.mean()), times)
        for held, times in ((alone, 1.0), (grouped, 1.0), (grouped, further))
    ]
    return off, mean_and_error(dummy - losses, group)[1], *added


def _names(n_inputs):
    names = tuple(map(str, range(n_inputs)))
    return BlockNames(names, names, (), (), ())


def test_rows_of_one_group_that_are_alike_lead_a_model_further_astray():
    rng = np.random.default_rng(3)
    off, plain, for_rows, for_groups, for_new = np.array([of_entities(rng) for _ in range(N_SETS)]).T
    true = np.mean(off**2)
    assert np.mean(plain**2 + for_rows**2) < np.mean(plain**2 + for_groups**2) < 1.3 * true
    assert np.mean(plain**2 + for_groups**2) > 0.8 * true
    assert (for_new >= for_groups).all()
    assert np.mean(plain**2 + for_new**2) < 1.5 * true


def test_of_a_dozen_or_two_of_entities_much_less_is_known_than_of_their_rows():
    rng = np.random.default_rng(5)
    off, plain, _, for_groups, for_new = np.array([of_entities(rng, 25, 12) for _ in range(N_SETS)]).T
    true = np.mean(off**2)
    assert np.mean(plain**2 + for_groups**2) < 0.7 * true
    assert 0.75 * true < np.mean(plain**2 + for_new**2) < 1.3 * true


def test_new_groups_are_no_further_apart_than_known_ones_are_better_answered():
    rng = np.random.default_rng(6)
    group, effect = np.arange(80) // 4, rng.normal(size=20)
    target, fold = effect[group], (np.arange(20) % 4)[group]
    known = fold != np.arange(4)[:, None]
    said = np.where(known, 0.5, 0.0) * target + 0.01 * rng.normal(size=(4, 80))

    def times(children, groups=group):
        each = HeldOut(np.arange(80), target, fold, groups)
        return further_apart(said[:, :, None], children, each, 0.0, is_number=True)

    assert times(None, None) == 1.0
    assert times(np.zeros((4, 80, 1))) == 1.0
    assert times(rng.normal(size=(4, 80, 1))) == pytest.approx(4.0, rel=0.1)
    assert times(None) == pytest.approx(2.0, rel=0.1)


def test_groups_of_one_row_change_nothing():
    rng = np.random.default_rng(4)
    target, said = (rng.random(80) < 0.5).astype(float), rng.uniform(0.2, 0.8, (4, 80, 1))
    alone, grouped = (HeldOut(np.arange(80), target, np.arange(80) % 4, each) for each in (None, np.arange(80)))
    assert overlap_error(said, grouped, 80) == pytest.approx(overlap_error(said, alone, 80))
