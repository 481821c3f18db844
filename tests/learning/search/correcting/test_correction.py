"""What the correction makes of a search among candidates that are all alike: whoever looks better is lucky."""

import math
from dataclasses import replace

import numpy as np
import pytest

from mlwright.learning.metrics import METRICS
from mlwright.learning.search.budget import Budget
from mlwright.learning.search.choosing.choice import choose
from mlwright.learning.search.correcting.correction import correction, in_metric
from mlwright.learning.search.judge import HeldOut, Judge
from mlwright.learning.search.lineup import LineUp
from mlwright.learning.search.racing import losers
from mlwright.learning.search.standing import Standing
from mlwright.learning.tasks import TASKS
from mlwright.records.model import Candidate
from mlwright.records.trials import Trial

N_ROWS, N_FOLDS = 2_100, 4
SHARED, OWN = 0.5, 0.3
"""Spread of the error that all candidates share, and of what each errs besides."""
OPENING = [f"linear-{number}" for number in range(3)]
VARIANTS = [f"lightgbm-v{number}" for number in range(1, 13)]


class Search:
    """A search in which nothing is fitted: what each candidate says is the truth with errors by chance."""

    def __init__(self, bench, seed: int) -> None:
        rng = np.random.default_rng(seed)
        target = rng.normal(size=N_ROWS)
        self.shared = SHARED * rng.normal(size=N_ROWS)
        self.said = {name: target + self.shared + OWN * rng.normal(size=N_ROWS) for name in (*OPENING, *VARIANTS)}
        self.said["dummy"] = np.zeros(N_ROWS)
        named = {name: Candidate(name=name, family=name.partition("-")[0]) for name in self.said}
        self.bench = replace(
            bench,
            rows=replace(bench.rows, target=target),
            task=TASKS.get("regression")(),
            metric=METRICS.get("rmse")(),
            _read={},
        )
        lineup = LineUp(
            baseline=named["dummy"],
            simple=None,
            opening=tuple(named[name] for name in OPENING),
            extra=tuple(named[name] for name in VARIANTS),
            costs_s={},
        )
        self.standing = Standing(self.bench, lineup)
        self.named = named

    def hear(self, name: str, folds) -> None:
        for fold in folds:
            held = self.bench.folds[fold][1]
            blob = self.bench.run.put(self.said[name][held].astype(np.float32).tobytes())
            self.standing.remember(
                Trial(candidate=self.named[name], fold=fold, score=None, seconds=0.1, predictions=blob)
            )

    def run(self) -> None:
        """All folds of the first candidates; of four variants at a time those that a look at one fold lets pass."""
        for name in ("dummy", *OPENING):
            self.hear(name, range(N_FOLDS))
        for batch in np.split(np.array(VARIANTS), 3):
            for name in batch:
                self.hear(name, [0])
            for name, why in losers(self.standing.looks(), self.standing.judge(1), VARIANTS).items():
                if len(self.standing.trials[name]) == 1:
                    self.standing.drop(name, why)
            for name in set(batch) & set(self.standing.alive()):
                self.hear(name, range(1, N_FOLDS))

    def judged(self) -> tuple[float, float, float]:
        """How much too good the chosen model looks, by how much that is made up for, and how unsure that is."""
        choice = choose(self.standing, Budget(self.bench.run.clock, 1), np.random.default_rng(0))
        by = correction(self.standing, choice, (), lambda: False)
        weights = np.array(list(choice.weights.values()))
        true = np.sqrt(np.mean(self.shared**2) + OWN**2 * (weights**2).sum())
        return true - choice.judge.loss(choice.prediction), by.total, by.error


def test_of_variants_that_are_all_alike_the_looks_are_counted(make_bench):
    found = []
    for seed in range(4):
        search = Search(make_bench(n_rows=N_ROWS, n_folds=N_FOLDS), seed)
        search.run()
        found.append(search.judged())
    flattered, made_up_for, unsure = np.array(found).T
    gap = made_up_for - flattered
    assert flattered.mean() > 0
    assert abs(gap.mean()) < unsure.mean() + 2 * gap.std(ddof=1) / len(gap) ** 0.5


@pytest.mark.parametrize("by", [0.3, -0.2])
def test_a_model_that_gains_nothing_is_corrected_all_the_same(by):
    rng = np.random.default_rng(0)
    target, worse = rng.normal(size=200), 2 * rng.normal(size=(200, 1))
    held = HeldOut(np.arange(200), target, np.arange(200) % 4)
    judge = Judge(TASKS.get("regression")(), METRICS.get("rmse")(), held)
    squares = float(judge.row_loss(worse).mean())
    assert squares > float(judge.row_loss(np.zeros((200, 1))).mean())
    found = in_metric(judge, worse, np.zeros((200, 1)), by)
    assert found == pytest.approx(math.sqrt(squares + by) - math.sqrt(squares))
    of_variance = Judge(TASKS.get("regression")(), METRICS.get("r2")(), held)
    assert in_metric(of_variance, worse, np.full((200, 1), target.mean()), by) == pytest.approx(by / target.var())


def test_of_a_metric_that_is_no_mean_nothing_is_known_where_nothing_is_gained():
    rng = np.random.default_rng(0)
    target, said = np.arange(200) % 2.0, rng.uniform(0.01, 0.99, (200, 1))
    judge = Judge(
        TASKS.get("binary")(), METRICS.get("roc_auc")(), HeldOut(np.arange(200), target, np.zeros(200, dtype=int))
    )
    assert in_metric(judge, said, np.full((200, 1), 0.5), 0.1) == 0
    assert in_metric(judge, np.clip(target[:, None], 0.2, 0.8), np.full((200, 1), 0.5), 0.1) > 0


def test_of_a_metric_that_is_not_defined_on_any_fold_nothing_is_known():
    said, target = np.linspace(0.01, 0.99, 200)[:, None], np.repeat([0.0, 1.0], 100)
    held = HeldOut(np.arange(200), target, target.astype(int))
    judge = Judge(TASKS.get("binary")(), METRICS.get("roc_auc")(), held)
    assert [in_metric(judge, said, np.full((200, 1), 0.5), by) for by in (0.1, 0.0)] == [0, 0]


@pytest.mark.parametrize(("metric", "expected"), [("roc_auc", 0.0), ("log_loss", 0.1)])
def test_what_answers_as_the_baseline_does_is_corrected_only_in_the_loss_itself(metric, expected):
    target, dummy = np.arange(200) % 2.0, np.full((200, 1), 0.5)
    judge = Judge(TASKS.get("binary")(), METRICS.get(metric)(), HeldOut(np.arange(200), target, np.zeros(200, int)))
    assert in_metric(judge, dummy, dummy, 0.1) == pytest.approx(expected)
