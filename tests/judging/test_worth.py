from __future__ import annotations

import numpy as np
import pytest

from mlwright.judging.worth import Cases, worth_of
from mlwright.judging.worth.surest import surest
from mlwright.learning.benefit import Benefit
from mlwright.learning.benefit_table import benefit_table
from mlwright.learning.yardstick import Scored
from mlwright.records.decision import Worth
from mlwright.records.profile import Asked, Roles, Task
from mlwright.records.settings import DecideSettings
from mlwright.statistics.sampling import Draws, Sampling, Strata

OFFER = Benefit(
    {"true_positive": 90.0, "false_positive": -10.0, "true_negative": 0.0, "false_negative": 0.0}, False, "money"
)


def roles(task: Task, *classes: str) -> Roles:
    return Roles(asked=Asked(target="y", task=task, classes=classes), inputs=("x",))


def buyers(n: int, seed: int, share: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    """Whether somebody buys, and the true probability."""
    rng = np.random.default_rng(seed)
    logit = 1.5 * rng.normal(size=n) + np.log(share / (1 - share))
    probability = 1 / (1 + np.exp(-logit))
    return (rng.random(n) < probability).astype(float), probability


def offers(n: int = 500, seed: int = 0, threshold: float = 0.1, n_replicates: int = 400, **kind: bool) -> Worth:
    target, probability = buyers(n, seed)
    cases = Cases(target, Scored(probability[:, None], threshold), Draws(Sampling(n), 1, n_replicates))
    return worth_of(cases, roles("binary", "no", "yes"), target, OFFER, **kind)


def test_worth_is_counted_from_the_outcomes() -> None:
    target = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 1.0])
    said = np.array([0.9, 0.2, 0.8, 0.1, 0.1, 0.7])
    cases = Cases(target, Scored(said[:, None], 0.5), Draws(Sampling(6), 0, 400))
    found = worth_of(cases, roles("binary", "no", "yes"), target, OFFER)
    assert found.model.value == pytest.approx(1000 * (90 + 90 - 10) / 6)
    assert found.today.value == pytest.approx(1000 * (3 * 90 - 3 * 10) / 6)
    assert found.today_is == "say 'y = yes' in every case"
    assert found.gain.value == pytest.approx(found.model.value - found.today.value)


def test_today_is_the_best_that_needs_no_model() -> None:
    target, probability = buyers(2000, 0, share=0.03)
    cases = Cases(target, Scored(probability[:, None], 0.1), Draws(Sampling(2000), 0, 400))
    assert worth_of(cases, roles("binary", "no", "yes"), target, OFFER).today_is == "say 'y = no' in every case"


def test_the_interval_of_the_gain_holds_the_truth() -> None:
    truth = offers(200_000, n_replicates=2).gain.value
    held = [found.gain.low <= truth <= found.gain.high for found in (offers(seed=seed) for seed in range(1, 201))]
    assert np.mean(held) >= 0.91


def test_the_interval_of_a_test_that_was_drawn_class_by_class_holds_the_truth_and_is_narrower() -> None:
    """600 rows are collected, and every fifth of each class is tested: how many buy rests on all of them."""
    truth, widths, held = offers(200_000, n_replicates=2), np.zeros((100, 2)), np.zeros((100, 2))
    for seed in range(100):
        target, probability = buyers(600, seed + 1)
        rows = np.argsort(target, kind="stable")[seed % 5 :: 5]
        strata = Strata(target[rows].astype(int), np.bincount(target.astype(int)).astype(float))
        samplings = Sampling(120, strata=strata), Sampling(120)
        found, blind = (
            worth_of(
                Cases(target[rows], Scored(probability[rows, None], 0.1), Draws(sampling, 1, 400)),
                roles("binary", "no", "yes"),
                target,
                OFFER,
            )
            for sampling in samplings
        )
        held[seed] = [
            one.low <= true.value <= one.high for one, true in ((found.model, truth.model), (found.gain, truth.gain))
        ]
        widths[seed] = [each.model.high - each.model.low for each in (found, blind)]
    assert (held.mean(axis=0) >= 0.9).all()
    assert np.median(widths[:, 0]) < 0.7 * np.median(widths[:, 1])


def test_where_both_plain_answers_are_as_good_the_gain_must_be_sure_against_both() -> None:
    """A model that knows nothing is called a gain in at most one of twenty cases or so."""
    stand_in = Benefit(
        {"true_positive": 0.0, "false_positive": -1.0, "true_negative": 0.0, "false_negative": -4.0},
        True,
        "false alarms",
    )
    alarms = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        target, said = (rng.random(300) < 0.2).astype(float), rng.uniform(0.1, 0.3, 300)
        cases = Cases(target, Scored(said[:, None], 0.2), Draws(Sampling(300), seed, 400))
        alarms += worth_of(cases, roles("binary", "no", "yes"), target, stand_in).gain.low > 0
    assert alarms <= 14


def test_the_curve_has_the_gain_of_the_threshold() -> None:
    found = offers(threshold=0.1)
    at_threshold = found.curve_gain[found.curve_threshold.index(0.1)]
    assert at_threshold == pytest.approx(found.gain.value, rel=1e-4)
    assert len(found.curve_threshold) == 101


def test_several_classes_are_compared_with_the_most_frequent_one() -> None:
    target = np.array([0.0, 0, 0, 1, 2, 2] * 20)
    said = np.eye(3)[np.array([0, 0, 0, 1, 2, 0] * 20)]
    cases = Cases(target, Scored(said), Draws(Sampling(120), 0, 400))
    benefit = Benefit({"right": 1.0, "wrong": 0.0}, True, "right answers")
    found = worth_of(cases, roles("multiclass", "a", "b", "c"), target, benefit)
    assert found.today_is == "say 'y = a', the most frequent, in every case"
    assert found.gain.value == pytest.approx(1000 * (5 - 3) / 6)
    assert found.curve_gain == ()


def test_counts_that_are_mostly_0_are_compared_with_their_mean_unless_errors_have_a_price() -> None:
    rng = np.random.default_rng(0)
    expected = rng.gamma(0.5, 0.4, size=2_000)
    target = rng.poisson(expected).astype(np.float64)
    cases = Cases(target, Scored(expected[:, None]), Draws(Sampling(2_000), 0, 400))
    assumed = benefit_table("regression", (), (), DecideSettings())
    found = worth_of(cases, roles("regression"), target, assumed)
    assert "the mean" in found.today_is
    assert found.gain.low > 0
    stated = benefit_table("regression", (), (), DecideSettings(benefit={"per_unit_of_error": -1.0}))
    assert "say 0, the median" in worth_of(cases, roles("regression"), target, stated).today_is
    by_the_middle = benefit_table("regression", (), (), DecideSettings(), quantile=0.5)
    assert "say 0, the median" in worth_of(cases, roles("regression"), target, by_the_middle).today_is


def test_numbers_are_compared_with_the_mean_and_the_median() -> None:
    rng = np.random.default_rng(0)
    target = rng.lognormal(size=300)
    cases = Cases(target, Scored((target + rng.normal(size=300) * 0.1)[:, None]), Draws(Sampling(300), 0, 400))
    benefit = Benefit({"per_unit_over": -2.0, "per_unit_under": -2.0, "per_case": 5.0}, False, "money")
    found = worth_of(cases, roles("regression"), target, benefit)
    assert "the median" in found.today_is
    assert found.model.value == pytest.approx(1000 * (5 - 2 * np.abs(cases.model.prediction[:, 0] - target).mean()))
    assert found.gain.low > 0


def test_amounts_may_differ_from_row_to_row() -> None:
    target, said = np.array([1.0, 1.0, 0.0, 1.0]), np.array([0.9, 0.8, 0.7, 0.1])
    value = np.array([100.0, 20.0, 999.0, 50.0])
    benefit = Benefit(
        {"true_positive": float(value.mean()), "false_positive": -10.0, "true_negative": 0.0, "false_negative": 0.0},
        False,
        "money",
        {"true_positive": value},
    )
    cases = Cases(target, Scored(said[:, None], 0.5), Draws(Sampling(4), 0, 400))
    found = worth_of(cases, roles("binary", "no", "yes"), target, benefit)
    assert found.model.value == pytest.approx(1000 * (100 + 20 - 10) / 4)


def limited(n: int, seed: int, n_replicates: int = 400) -> Worth:
    """A model that can call 5 of 100 cases, and does not know all."""
    target, probability = buyers(n, seed)
    cases = Cases(target, Scored(probability[:, None], 0.1), Draws(Sampling(n), 1, n_replicates))
    settings = DecideSettings(capacity=50, cases=1000)
    return worth_of(cases, roles("binary", "no", "yes"), target, OFFER, settings=settings)


def test_where_few_can_be_called_the_surest_are() -> None:
    found = limited(1000, 0)
    assert found.positive_share == pytest.approx(0.05)
    assert found.capacity is not None
    assert found.capacity.binds
    assert found.today_is in ("say 'y = no' in every case", "say 'y = yes' of 5.0 % of the cases, drawn by lot")
    assert 0 < found.gain.value < offers(1000).model.value


def test_room_for_all_that_are_worth_it_changes_nothing() -> None:
    target, probability = buyers(500, 0)
    cases = Cases(target, Scored(probability[:, None], 0.1), Draws(Sampling(500), 1, 400))
    roomy = DecideSettings(capacity=990, cases=1000)
    found = worth_of(cases, roles("binary", "no", "yes"), target, OFFER, settings=roomy)
    assert found.capacity is not None
    assert not found.capacity.binds
    assert found.model == offers(500).model


def test_the_interval_of_the_surest_holds_the_truth_though_the_cut_moves_with_the_rows() -> None:
    truth = limited(200_000, 0, n_replicates=2).gain.value
    held = [found.gain.low <= truth <= found.gain.high for found in (limited(500, seed) for seed in range(1, 201))]
    assert np.mean(held) >= 0.91


def test_equally_sure_cases_are_drawn_by_lot() -> None:
    found = surest(np.array([1.0, 0, 1, 0]), np.array([0.9, 0.5, 0.5, 0.1]), 0.0, 0.5)
    assert found.positive.tolist() == [1.0, 0.5, 0.5, 0.0]


def test_a_cost_that_need_only_be_more_than_nothing_has_no_least_end() -> None:
    """All true cases are found by the model; to act upon everybody is as good once a false alarm costs nothing."""
    target, said = np.array([1.0, 1.0, 0.0, 0.0, 0.0]), np.array([0.9, 0.8, 0.7, 0.1, 0.1])
    benefit = Benefit(
        {"true_positive": 95.0, "false_positive": -5.0, "true_negative": 0.0, "false_negative": 0.0}, False, "money"
    )
    cases = Cases(target, Scored(said[:, None], 0.5), Draws(Sampling(5), 0, 400))
    found = worth_of(cases, roles("binary", "no", "yes"), target, benefit, tries_amounts=True)
    alarm = next(end for end in found.break_even if end.name == "false_positive")
    assert alarm.high is None


def test_at_break_even_the_gain_is_nothing() -> None:
    found = offers(2000, tries_amounts=True)
    alarm = next(end for end in found.break_even if end.name == "false_positive")
    assert alarm.high is not None or alarm.low is not None
    for end in (alarm.low, alarm.high):
        if end is not None:
            target, probability = buyers(2000, 0)
            cases = Cases(target, Scored(probability[:, None], 0.1), Draws(Sampling(2000), 1, 400))
            moved = OFFER._replace(table=OFFER.table | {"false_positive": end})
            gains = worth_of(cases, roles("binary", "no", "yes"), target, moved).compared
            assert min(one.gain.value for one in gains) == pytest.approx(0, abs=1e-6)


def test_a_pilot_is_as_large_as_it_must_be_to_show_half_of_the_gain() -> None:
    """Trials of that size, drawn again and again from a world with half of the gain, show it in about 80 of 100."""
    found = offers(100_000, n_replicates=2)
    assert found.pilot is not None
    target, probability = buyers(200_000, 9)
    called = probability >= 0.1
    model = np.where(called, np.where(target == 1, 90.0, -10.0), 0.0)
    gain = model - np.where(target == 1, 90.0, -10.0)
    gain -= gain.mean() / 2
    rng = np.random.default_rng(0)
    n, shown = found.pilot.n_side_by_side, 0
    for _ in range(300):
        drawn = rng.choice(gain, n)
        shown += drawn.mean() > 1.96 * drawn.std() / np.sqrt(n)
    assert 0.72 <= shown / 300 <= 0.92


def test_where_too_little_costs_more_the_shifted_answer_is_worth_more() -> None:
    rng = np.random.default_rng(0)
    said = rng.normal(10, 3, size=2000)
    target = said + rng.normal(size=2000)
    benefit = Benefit({"per_unit_over": -1.0, "per_unit_under": -9.0, "per_case": 0.0}, False, "money")
    draws = Draws(Sampling(2000), 0, 400)
    plain, moved = (
        worth_of(Cases(target, Scored(said[:, None]), draws, shift=shift), roles("regression"), target, benefit)
        for shift in (0.0, float(np.quantile(target - said, 0.9)))
    )
    assert moved.model.low > plain.model.high
    assert "the 90 % quantile" in moved.today_is


def test_a_rare_outcome_that_was_not_seen_is_reckoned_with() -> None:
    """Of 400 rows nine are positive, and a miss costs 40: rows that hold no miss do not say that there is none."""
    table = {"true_positive": 0.0, "false_positive": -1.0, "true_negative": 0.0, "false_negative": -40.0}
    benefit = Benefit(table, False, "money")

    def rare(n: int, seed: int, n_replicates: int = 400) -> Worth:
        rng = np.random.default_rng(seed)
        target = (rng.random(n) < 0.023).astype(float)
        said = np.where(target == 1, rng.random(n) < 0.85, rng.random(n) < 0.05).astype(float)
        cases = Cases(target, Scored(said[:, None], 0.5), Draws(Sampling(n), 1, n_replicates))
        return worth_of(cases, roles("binary", "no", "yes"), target, benefit)

    truth = rare(400_000, 0, 2).model.value
    found = [rare(400, seed).model for seed in range(1, 201)]
    assert 0.93 <= np.mean([one.low <= truth <= one.high for one in found]) <= 1.0
