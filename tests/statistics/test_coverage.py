"""Intervals of 95 % hold the truth in 95 of 100 cases: many small test sets are drawn from a known truth.

With 300 sets a share of 0.95 has a standard error of 0.013, so that 0.91 to 0.99 is asked for, with heavy tails, few
groups and long memory as well.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mlwright.learning.yardstick import Scored, yardstick
from mlwright.records.evaluation import Estimate
from mlwright.statistics.means import mean_estimates
from mlwright.statistics.sampling import Draws, Sampling, block_length

N_SETS = 300
Set = tuple[np.ndarray, Scored, Scored]


def two_classes(rng: np.random.Generator, n: int) -> Set:
    """Three in ten are positive; the model knows more than the simple one, and is a little too sure."""
    truth = 1.5 * rng.normal(size=n) - 1.1
    target = (rng.random(n) < _expit(truth)).astype(float)
    model = _expit(1.3 * truth + 0.3 * rng.normal(size=n))
    simple = _expit(0.7 * truth + 0.8 * rng.normal(size=n))
    return target, Scored(model[:, None], 0.4), Scored(simple[:, None], 0.4)


def numbers(rng: np.random.Generator, n: int) -> Set:
    """The model errs by heavier tails than the normal ones (five degrees of freedom)."""
    known, noise = rng.normal(size=n), rng.standard_t(5, size=n)
    return known + 0.7 * noise, Scored(known[:, None]), Scored(0.5 * known[:, None])


def _expit(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def figure(metric: str, target: np.ndarray, model: Scored, simple: Scored, draws: Draws, gain: bool) -> Estimate:
    measure = yardstick(metric, target, draws)
    return measure.gain(model, simple) if gain else measure.estimate(model)


def coverage(metric: str, make: Callable[[np.random.Generator, int], Set], n: int, gain: bool) -> float:
    truth = figure(metric, *make(np.random.default_rng(7), 300_000), Draws(Sampling(300_000), 0, 2), gain).value
    rng, draws = np.random.default_rng(1), Draws(Sampling(n), 2, 400)
    found = [figure(metric, *make(rng, n), draws, gain) for _ in range(N_SETS)]
    return float(np.mean([estimate.low <= truth <= estimate.high for estimate in found]))


@pytest.mark.parametrize("n", [100, 400])
@pytest.mark.parametrize("gain", [False, True], ids=["figure", "gain"])
@pytest.mark.parametrize("metric", ["log_loss", "roc_auc", "accuracy"])
def test_figures_of_classes_hold_the_truth(metric: str, gain: bool, n: int) -> None:
    assert 0.91 <= coverage(metric, two_classes, n, gain) <= 0.99


@pytest.mark.parametrize("metric", ["brier", "precision", "recall", "balanced_accuracy"])
def test_other_figures_of_classes_hold_the_truth(metric: str) -> None:
    assert 0.91 <= coverage(metric, two_classes, 100, False) <= 0.99


@pytest.mark.parametrize("metric", ["mae", "rmse"])
@pytest.mark.parametrize("gain", [False, True], ids=["figure", "gain"])
def test_figures_of_numbers_hold_the_truth_with_heavy_tails_too(metric: str, gain: bool) -> None:
    assert 0.91 <= coverage(metric, numbers, 100, gain) <= 0.99


HEAVY = {
    "squares of Student's t, 3": (lambda rng, n: rng.standard_t(3, n) ** 2, 3.0),
    "lognormal, spread 2": (lambda rng, n: np.exp(2 * rng.normal(size=n)), np.exp(2.0)),
    "Pareto, index 1.5": (lambda rng, n: 1 + rng.pareto(1.5, n), 3.0),
}


@pytest.mark.parametrize("law", HEAVY)
def test_means_hold_the_truth_where_a_few_rows_carry_most_of_it(law: str) -> None:
    draw, truth = HEAVY[law]
    rng, draws = np.random.default_rng(3), Draws(Sampling(200), 2, 400)
    found = [mean_estimates(draw(rng, 200)[:, None], draws)[0] for _ in range(N_SETS)]
    assert 0.91 <= np.mean([estimate.low <= truth <= estimate.high for estimate in found]) <= 0.99


def amounts(rng: np.random.Generator, n: int) -> Set:
    """Lognormal amounts, whose errors grow with them: the few largest cost the dummy most, and the model too."""
    known = np.exp(rng.normal(size=n))
    return known * np.exp(0.4 * rng.normal(size=n)), Scored(known[:, None] * np.exp(0.08)), dummy(n, np.exp(0.58))


def amounts_that_can_hardly_be_told(rng: np.random.Generator, n: int) -> Set:
    known = 0.3 * rng.normal(size=n)
    return np.exp(known + rng.normal(size=n)), Scored(np.exp(known + 0.5)[:, None]), dummy(n, np.exp(0.545))


def rows_that_come_far_off(rng: np.random.Generator, n: int) -> Set:
    known = rng.normal(size=n)
    return known + 0.5 * rng.standard_t(3, size=n), Scored(known[:, None]), dummy(n, 0.0)


def few_rows_that_are_missed_by_much(rng: np.random.Generator, n: int) -> Set:
    known = rng.normal(size=n)
    spread = np.where(rng.random(n) < 0.03, 1.0, 0.1)
    return known + spread * rng.normal(size=n), Scored(known[:, None]), dummy(n, 0.0)


def dummy(n: int, answer: float) -> Scored:
    return Scored(np.full((n, 1), answer))


@pytest.mark.parametrize(
    ("make", "n"),
    [
        (amounts, 240),
        (amounts_that_can_hardly_be_told, 240),
        (rows_that_come_far_off, 60),
        (few_rows_that_are_missed_by_much, 60),
    ],
)
def test_gains_over_a_dummy_hold_the_truth_where_a_few_rows_cost_most(
    make: Callable[[np.random.Generator, int], Set], n: int
) -> None:
    assert 0.93 <= coverage("rmse", make, n, gain=True) <= 0.995


def test_light_tails_do_not_pay_for_heavy_ones() -> None:
    rng, draws = np.random.default_rng(4), Draws(Sampling(200), 2, 400)
    for draw, spread in ((rng.random, 12**-0.5), (rng.standard_exponential, 1.0)):
        found = [mean_estimates(draw(200)[:, None], draws)[0] for _ in range(60)]
        assert np.median([estimate.high - estimate.low for estimate in found]) < 1.25 * 2 * 1.96 * spread / 200**0.5


def test_rows_of_a_group_do_not_count_as_many() -> None:
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(60), 6)
    draws, blind = Draws(Sampling(360, groups=groups), 0, 400), Draws(Sampling(360), 0, 400)
    held = {"groups": 0, "rows": 0}
    for _ in range(N_SETS):
        target = np.repeat(rng.normal(size=60), 6) + 0.3 * rng.normal(size=360)
        for name, drawn in (("groups", draws), ("rows", blind)):
            estimate = yardstick("mae", target + 5, drawn).estimate(Scored(np.zeros((360, 1))))
            held[name] += estimate.low <= 5.0 <= estimate.high
    assert 0.91 <= held["groups"] / N_SETS <= 0.99
    assert held["rows"] / N_SETS < 0.8


def test_rows_near_in_time_do_not_count_as_many() -> None:
    rng, n = np.random.default_rng(4), 400
    held = {20: 0, 1: 0}
    draws = {20: Draws(Sampling(n, order=np.arange(n), block=20), 0, 400), 1: Draws(Sampling(n), 0, 400)}
    for _ in range(N_SETS):
        series = _autoregressive(rng, n, 0.6)
        for block, drawn in draws.items():
            estimate = yardstick("mae", series + 20, drawn).estimate(Scored(np.zeros((n, 1))))
            held[block] += estimate.low <= 20.0 <= estimate.high
    assert held[20] / N_SETS >= 0.91
    assert held[1] / N_SETS < 0.75


def _autoregressive(rng: np.random.Generator, n: int, memory: float) -> np.ndarray:
    noise = rng.normal(size=n)
    series = np.empty(n)
    series[0] = noise[0] / np.sqrt(1 - memory**2)
    for step in range(1, n):
        series[step] = memory * series[step - 1] + noise[step]
    return series


@pytest.mark.parametrize("n_groups", [6, 12, 25])
def test_few_groups_hold_the_truth(n_groups: int) -> None:
    rng = np.random.default_rng(5)
    groups = np.repeat(np.arange(n_groups), 10)
    draws = Draws(Sampling(len(groups), groups=groups), 0, 400)
    held = 0
    for _ in range(N_SETS):
        target = rng.exponential(size=n_groups)[groups] + 0.3 * rng.normal(size=len(groups))
        estimate = yardstick("mae", target + 5, draws).estimate(Scored(np.zeros((len(groups), 1))))
        held += holds(estimate, 6.0)
    assert (0.89 if n_groups < 8 else 0.91) <= held / N_SETS <= 0.995


@pytest.mark.parametrize("memory", [0.3, 0.8, 0.9])
def test_long_memory_holds_the_truth(memory: float) -> None:
    rng, n, held = np.random.default_rng(6), 400, 0
    for _ in range(150):
        series = _autoregressive(rng, n, memory)
        sampling = Sampling(n, order=np.arange(n), block=block_length(series))
        estimate = yardstick("mae", series + 20, Draws(sampling, 0, 400)).estimate(Scored(np.zeros((n, 1))))
        held += holds(estimate, 20.0)
    assert held / 150 >= 0.9


def holds(estimate: Estimate, truth: float) -> bool:
    return estimate.low <= truth <= estimate.high
