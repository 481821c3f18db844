"""Intervals of held-out rows, corrected, on known truth: how often they hold it, seeded and in seconds.

Ridge regressions of many inputs are fitted on folds, and each stops on its path of strengths where its own held-out
rows lose least; the model that is packed is fitted on all rows with the strengths' mean, of groups it is the mean of
the fits with these strengths. Its true error is known by formula.
"""

import math
from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import binom

from mlwright.learning.metrics import METRICS
from mlwright.learning.owed import moved
from mlwright.learning.search.correcting.children import children
from mlwright.learning.search.correcting.correction import in_metric
from mlwright.learning.search.correcting.overlap import further_apart, overlap_error
from mlwright.learning.search.correcting.stopping import OF_GROUPS, stopping_luck
from mlwright.learning.search.correcting.together import gain_together
from mlwright.learning.search.judge import HeldOut, Judge
from mlwright.learning.tasks import TASKS
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.scoring.blocks import BlockNames, Blocks
from mlwright.statistics.sampling import Draws, Sampling

N_ROWS, N_INPUTS, N_SETS, N_REPLICATES = 240, 25, 30, 400
STRENGTHS = np.geomspace(0.003, 3.0, 10)
SLOPES = np.r_[0.8, -0.6, 0.5, np.full(N_INPUTS - 3, 0.1)]

NAMES = BlockNames(tuple(map(str, range(N_INPUTS))), tuple(map(str, range(N_INPUTS))), (), (), ())
NO_CODES = np.empty((N_ROWS, 0), dtype=np.int32)


class Searched(NamedTuple):
    """What is left of a search, and what is true of its model."""

    judge: Judge
    cores: np.ndarray
    of_children: np.ndarray
    paths: list[np.ndarray]
    said: np.ndarray
    dummy: np.ndarray
    true: float
    true_dummy: float


def normal_errors(rng, shape):
    return rng.normal(size=shape)


def heavy_errors(rng, shape):
    """Student's t with five degrees of freedom and a variance of one."""
    return rng.standard_t(5, size=shape) * math.sqrt(3 / 5)


def ridge(inputs, target, strengths):
    """Slopes for each strength, shape (n_strengths, n_inputs); the last input is constant."""
    n = len(inputs)
    values, vectors = np.linalg.eigh(inputs.T @ inputs / n)
    return ((vectors.T @ (inputs.T @ target / n)) / (values + strengths[:, None])) @ vectors.T


def searched(rng, errors, groups=None, alike=0.0):
    inputs = np.c_[rng.normal(size=(N_ROWS, N_INPUTS)), np.ones(N_ROWS)]
    if alike:
        of_groups = rng.normal(size=(groups.max() + 1, N_INPUTS))[groups]
        inputs[:, :-1] = math.sqrt(alike) * of_groups + math.sqrt(1 - alike) * inputs[:, :-1]
    spread = 1.0
    target = inputs[:, :-1] @ SLOPES + errors(rng, N_ROWS)
    n_folds = 8
    fold = rng.permutation(N_ROWS) % n_folds
    if groups is not None:
        shared = rng.normal(size=groups.max() + 1)
        target, spread = target + shared[groups], 2.0
        fold = (rng.permutation(groups.max() + 1) % n_folds)[groups]
    born = np.c_[children(Blocks(inputs[:, :-1], NO_CODES), NAMES, rng).numbers, np.ones(N_ROWS)]
    paths, cores, of_children, best = [], [], [], []
    for one in range(n_folds):
        slopes = ridge(inputs[fold != one], target[fold != one], STRENGTHS)
        path = ((inputs[fold == one] @ slopes.T - target[fold == one, None]) ** 2).mean(axis=0)
        paths.append(path)
        best.append(path.argmin())
        cores.append(inputs @ slopes[path.argmin()])
        of_children.append(born @ slopes[path.argmin()])
    chosen = STRENGTHS[best] if groups is not None else np.exp([np.log(STRENGTHS[best]).mean()])
    packed = ridge(inputs, target, chosen).mean(axis=0)
    held = HeldOut(np.arange(N_ROWS), target, fold, groups)
    dummy = np.array([target[fold != one].mean() for one in range(n_folds)])
    off = packed - np.r_[SLOPES, 0.0]
    return Searched(
        judge=Judge(TASKS.get("regression")(), METRICS.get("rmse")(), held),
        cores=np.stack(cores)[:, :, None],
        of_children=np.stack(of_children)[:, :, None],
        paths=paths,
        said=np.stack(cores)[fold, np.arange(N_ROWS), None],
        dummy=dummy[fold][:, None],
        true=spread + float(off @ off),
        true_dummy=spread + float(SLOPES @ SLOPES) + float(dummy.mean()) ** 2,
    )


def told(found, seed):
    """The corrected figure and its gain over the dummy, with intervals."""
    judge = found.judge
    loss = float(judge.row_loss(found.said).mean())
    luck = loss * stopping_luck(found.paths, 0.0 if judge.held.groups is None else OF_GROUPS)
    further = further_apart(found.cores, found.of_children, judge.held, 0.0, is_number=True)
    owed = overlap_error(found.cores, judge.held, N_ROWS, loss, further)
    amounts = (
        float(luck.mean()),
        gain_together(found.cores, found.of_children, judge, 0.0, is_number=True),
        math.hypot(luck.std(ddof=1) / len(luck) ** 0.5, owed),
    )
    stopping, together, error = (in_metric(judge, found.said, found.dummy, each) for each in amounts)
    draws = Draws(Sampling(N_ROWS, groups=judge.held.groups), seed, N_REPLICATES)
    measure = yardstick("rmse", judge.held.target, draws)
    model, dummy = Scored(found.said), Scored(found.dummy)
    worse = stopping - together
    return (
        moved(measure.estimate(model), worse, error, measure.metric, in_proportion=True),
        moved(measure.gain(model, dummy), -worse, error),
    )


SMALL, LARGE = np.arange(N_ROWS) // 4, np.arange(N_ROWS) // 12


@pytest.mark.parametrize(
    ("errors", "groups", "alike"),
    [
        (normal_errors, None, 0.0),
        (heavy_errors, None, 0.0),
        (normal_errors, SMALL, 0.0),
        (normal_errors, LARGE, 0.8),
    ],
    ids=["normal", "heavy", "groups", "20 groups with like inputs"],
)
def test_corrected_intervals_hold_the_truth_about_as_often_as_they_say(errors, groups, alike):
    held, off = np.zeros(2), []
    for seed in range(N_SETS):
        found = searched(np.random.default_rng(seed), errors, groups, alike)
        truths = math.sqrt(found.true), math.sqrt(found.true_dummy) - math.sqrt(found.true)
        for place, (estimate, true) in enumerate(zip(told(found, seed), truths, strict=True)):
            held[place] += estimate.low <= true <= estimate.high
            off.append((estimate.value - true) / (estimate.high - estimate.low))
    # Of intervals that hold in 93 % so few would come once in a thousand times.
    assert held.min() >= binom.ppf(0.001, N_SETS, 0.93), held
    assert abs(np.mean(off[::2])) < 0.1
    assert abs(np.mean(off[1::2])) < 0.1


def test_one_core_for_all_rows_is_better_than_those_of_folds_by_what_their_mean_gains():
    rng, gaps, told_gains = np.random.default_rng(7), [], []
    for _ in range(200):
        inputs = np.c_[rng.normal(size=(N_ROWS, N_INPUTS)), np.ones(N_ROWS)]
        target, fold = inputs[:, :-1] @ SLOPES + rng.normal(size=N_ROWS), rng.permutation(N_ROWS) % 8
        of_folds = [ridge(inputs[fold != one], target[fold != one], STRENGTHS[:1])[0] for one in range(8)]
        cores = np.stack([inputs @ slopes for slopes in of_folds])[:, :, None]
        off = np.stack([*of_folds, ridge(inputs, target, STRENGTHS[:1])[0]]) - np.r_[SLOPES, 0.0]
        losses = (off**2).sum(axis=1)
        gaps.append(losses[:-1].mean() - losses[-1])
        judge = Judge(TASKS.get("regression")(), METRICS.get("rmse")(), HeldOut(np.arange(N_ROWS), target, fold))
        told_gains.append(gain_together(cores, None, judge, 0.0, is_number=True))
    # On the rows that they have learned from cores agree more than on new ones; half of that is made up for.
    assert 0.75 < np.mean(told_gains) / np.mean(gaps) < 1.0
