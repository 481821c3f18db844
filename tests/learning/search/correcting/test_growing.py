"""What models that learn from more of a history gain, on known truth: linear histories, seeded and in seconds."""

import math

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binom

from mlwright.learning.metrics import METRICS
from mlwright.learning.owed import moved
from mlwright.learning.search.correcting.correction import in_metric
from mlwright.learning.search.correcting.growing import Packed, growth
from mlwright.learning.search.judge import HeldOut, Judge
from mlwright.learning.tasks import TASKS
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.statistics.sampling import Draws, Sampling

N_ROWS, N_FOLDS, N_INPUTS, STRENGTH = 270, 8, 20, 0.1


class Lived:
    """A history, the cores of its folds (the earliest first), and what is true of them and of a model of all rows."""

    def __init__(self, seed, turning=0.0):
        rng = np.random.default_rng(seed)
        self.inputs = rng.normal(size=(N_ROWS, N_INPUTS))
        slopes = rng.normal(size=N_INPUTS) * 0.3
        slopes = slopes + turning * np.cumsum(rng.normal(size=(N_ROWS, N_INPUTS)), axis=0) / math.sqrt(N_ROWS)
        self.target = (self.inputs * slopes).sum(axis=1) + rng.normal(size=N_ROWS)
        self.n_learned = N_ROWS // (N_FOLDS + 1) * np.arange(1, N_FOLDS + 1)
        self.held = np.arange(self.n_learned[0], N_ROWS)
        self.fold = (self.held - self.n_learned[0]) // self.n_learned[0]
        self.cores = np.stack([self.fit(n) for n in self.n_learned])
        self.risks = 1.0 + ((self.cores - slopes[-1]) ** 2).sum(axis=1)
        self.risk = 1.0 + float(((self.fit(N_ROWS) - slopes[-1]) ** 2).sum())
        self.dummy_risk = 1.0 + float((slopes[-1] ** 2).sum())
        self.said = (self.cores @ self.inputs[self.held].T)[:, :, None]
        self.own = self.said[self.fold, np.arange(len(self.held))]
        held = HeldOut(self.held, self.target[self.held], self.fold)
        self.judge = Judge(TASKS.get("regression")(), METRICS.get("rmse")(), held)

    def fit(self, n):
        inputs, target = self.inputs[:n], self.target[:n]
        return np.linalg.solve(inputs.T @ inputs + STRENGTH * n * np.eye(N_INPUTS), inputs.T @ target)

    def growth(self, said=None, packed=N_ROWS):
        return growth(self.said if said is None else said, self.judge, self.n_learned, [Packed(1.0, packed)], N_ROWS)

    def figures(self, *, grown):
        """The figure and its gain over an answer of nothing, with intervals."""
        nothing = np.zeros_like(self.own)
        gain, error = self.growth() if grown else (0.0, 0.0)
        better, unsure = (in_metric(self.judge, self.own, nothing, each) for each in (-gain, error))
        measure = yardstick("rmse", self.judge.held.target, Draws(Sampling(len(self.held)), 0, 400))
        model, error = Scored(self.own), math.hypot(unsure, better / 2)
        figure = moved(measure.estimate(model), better, error, measure.metric)
        return figure, moved(measure.gain(model, Scored(nothing)), -better, error)


class LivedOfClasses:
    """A history of two classes: logistic cores, each held back as much as the spread of the slopes asks for."""

    def __init__(self, seed, spread=0.25):
        rng = np.random.default_rng(seed)
        self.inputs, self.spread = rng.normal(size=(N_ROWS, N_INPUTS)), spread
        slopes = rng.normal(size=N_INPUTS) * spread
        self.target = (rng.random(N_ROWS) < expit(self.inputs @ slopes)).astype(float)
        self.n_learned = N_ROWS // (N_FOLDS + 1) * np.arange(1, N_FOLDS + 1)
        held = np.arange(self.n_learned[0], N_ROWS)
        fold = (held - self.n_learned[0]) // self.n_learned[0]
        self.cores = np.stack([self.fit(n) for n in self.n_learned])
        self.said = expit(self.cores @ self.inputs[held].T)[:, :, None]
        judge = Judge(TASKS.get("binary")(), METRICS.get("log_loss")(), HeldOut(held, self.target[held], fold))
        self.judge, fresh = judge, rng.normal(size=(4_000, N_INPUTS))

        def risk(logits):
            return float((np.logaddexp(0.0, logits) - expit(fresh @ slopes) * logits).mean())

        self.risks = np.array([risk(fresh @ core) for core in self.cores])
        self.whole = risk(fresh @ self.fit(N_ROWS))
        latest = expit(self.cores[-2:] @ fresh.T).mean(axis=0)
        self.latest_two = risk(np.log(latest / (1 - latest)))

    def fit(self, n):
        inputs, slopes = self.inputs[:n], np.zeros(N_INPUTS)
        for _ in range(8):
            said = expit(inputs @ slopes)
            steep = inputs.T @ (inputs * (said * (1 - said))[:, None]) + np.eye(N_INPUTS) / self.spread**2
            slopes = slopes + np.linalg.solve(steep, inputs.T @ (self.target[:n] - said) - slopes / self.spread**2)
        return slopes


def test_the_excess_of_early_cores_is_found_for_classes():
    """A class says little: all cores are still far from what there is to learn, and the curve is nearly straight."""
    histories = [LivedOfClasses(seed) for seed in range(40)]
    one = [growth(each.said, each.judge, each.n_learned, [Packed(1.0, N_ROWS)], N_ROWS).gain for each in histories]
    true = np.mean([each.risks.mean() - each.whole for each in histories])
    assert 0.75 * true < np.mean(one) < 1.5 * true


def test_two_cores_that_answer_together_lose_less_than_each():
    histories = [LivedOfClasses(seed) for seed in range(40)]
    parts = [Packed(0.5, int(n)) for n in histories[0].n_learned[-2:]]
    two = [growth(each.said, each.judge, each.n_learned, parts, N_ROWS).gain for each in histories]
    true = np.mean([each.risks.mean() - each.latest_two for each in histories])
    assert 0.75 * true < np.mean(two) < 1.5 * true


def test_nothing_is_gained_where_nothing_is_learned():
    lived = Lived(0)
    assert lived.growth(said=np.full_like(lived.said, 0.5)) == (0.0, 0.0)


def test_the_excess_of_early_cores_is_found():
    histories = [Lived(seed) for seed in range(60)]
    true = np.mean([lived.risks.mean() - lived.risk for lived in histories])
    assert 0.6 * true < np.mean([lived.growth().gain for lived in histories]) < 1.1 * true


def test_a_world_that_turns_is_not_taken_for_learning():
    """Where slopes walk far, a core of a period ago is worse for its age; the packed one is fresh, not wiser."""
    histories = [Lived(seed, turning=3.0) for seed in range(30)]
    aged = np.mean([lived.risks[0] - lived.risks[-1] for lived in histories])
    assert np.mean([lived.growth().gain for lived in histories]) < 0.15 * aged


def test_a_packed_model_that_lacks_the_latest_rows_is_the_worse_for_it_where_the_world_turns():
    histories = [Lived(seed, turning=3.0) for seed in range(30)]
    fresh, old = (np.mean([lived.growth(packed=n).gain for lived in histories]) for n in (N_ROWS, N_ROWS - 60))
    assert old < fresh - 0.5


def test_too_few_folds_tell_nothing():
    lived = Lived(0)
    late = lived.fold >= N_FOLDS - 3
    judge = lived.judge.take(np.flatnonzero(late))
    assert growth(lived.said[-3:][:, late], judge, lived.n_learned[-3:], [Packed(1.0, N_ROWS)], N_ROWS) is None


@pytest.mark.parametrize("what", [0, 1], ids=["figure", "gain"])
def test_intervals_of_forward_folds_hold_the_truth_of_the_model_of_all_rows(what):
    held, before, n_sets = 0, 0, 60
    for seed in range(n_sets):
        lived = Lived(seed)
        true = (math.sqrt(lived.risk), math.sqrt(lived.dummy_risk) - math.sqrt(lived.risk))[what]
        now, then = (lived.figures(grown=grown)[what] for grown in (True, False))
        held += now.low <= true <= now.high
        before += then.low <= true <= then.high
    # Of intervals that hold in 93 % so few would come once in a thousand times.
    assert held >= binom.ppf(0.001, n_sets, 0.93)
    assert before < held
