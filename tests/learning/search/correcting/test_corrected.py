"""The corrected figure of a model that was chosen by the same rows: its intervals hold what is true on new rows."""

from dataclasses import replace

import numpy as np

from mlwright.learning.metrics import METRICS
from mlwright.learning.search.budget import Budget
from mlwright.learning.search.choosing.choice import choose
from mlwright.learning.search.correcting.corrected import corrected
from mlwright.learning.search.correcting.correction import correction
from mlwright.learning.search.lineup import LineUp
from mlwright.learning.search.standing import Standing
from mlwright.learning.tasks import TASKS
from mlwright.records.model import Candidate
from mlwright.records.trials import Trial

N_ROWS, N_FOLDS, N_DRAWS = 240, 4, 30
CANDIDATES = tuple(f"linear-{number}" for number in range(3))
OWN = 0.25
"""What each candidate errs besides, as a share of the amount."""


def amounts(rng, n_rows):
    """Amounts with a long tail, and what candidates that know them equally well say of them."""
    known = np.exp(0.8 * rng.normal(size=n_rows))
    target = known * np.exp(0.3 * rng.normal(size=n_rows) - 0.045)
    said = {name: known * np.exp(OWN * rng.normal(size=n_rows)) for name in CANDIDATES}
    return target, said | {"dummy": np.full(n_rows, np.exp(0.32))}


def root_mean_square(errors):
    return float(np.sqrt(np.mean(errors**2)))


def chosen(bench, target, said):
    """A search in which nothing is fitted, and the model that comes out."""
    bench = replace(
        bench,
        rows=replace(bench.rows, target=target),
        task=TASKS.get("regression")(),
        metric=METRICS.get("rmse")(),
        _read={},
    )
    named = {name: Candidate(name=name, family=name.partition("-")[0]) for name in said}
    opening = tuple(named[name] for name in CANDIDATES)
    standing = Standing(bench, LineUp(named["dummy"], None, opening, (), {}))
    for name, answers in said.items():
        for fold, (_, held) in enumerate(bench.folds):
            blob = bench.run.put(answers[held].astype(np.float32).tobytes())
            standing.remember(Trial(candidate=named[name], fold=fold, score=None, seconds=0.1, predictions=blob))
    return standing, choose(standing, Budget(bench.run.clock, 1), np.random.default_rng(0))


def test_intervals_hold_where_amounts_have_a_long_tail_and_the_best_of_several_is_chosen(make_bench):
    new_target, new_said = amounts(np.random.default_rng(99), 100_000)
    dummy = root_mean_square(new_said["dummy"] - new_target)
    bench, held = make_bench(n_rows=N_ROWS, n_folds=N_FOLDS), {"figure": 0, "gain": 0}
    for seed in range(N_DRAWS):
        target, said = amounts(np.random.default_rng(seed), N_ROWS)
        standing, choice = chosen(bench, target, said)
        found = corrected("rmse", standing, choice, correction(standing, choice, (), lambda: False))
        true = root_mean_square(sum(weight * new_said[name] for name, weight in choice.weights.items()) - new_target)
        held["figure"] += found.model.low <= true <= found.model.high
        held["gain"] += found.gain_over_baseline.low <= dummy - true <= found.gain_over_baseline.high
    assert min(held.values()) >= 0.9 * N_DRAWS, held
