"""Intervals of worth hold the truth, and are about as narrow as can be: with a capacity, for claims, beside a rule."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mlwright.judging.verdict import better_without
from mlwright.judging.worth import Cases, worth_of
from mlwright.judging.worth.few_cases import told_few_cases
from mlwright.judging.worth.pilot import pilot_of
from mlwright.judging.worth.practice import Choosing
from mlwright.judging.worth.told import told_without
from mlwright.learning.benefit import Benefit, worth_per_case
from mlwright.learning.benefit_table import benefit_table
from mlwright.learning.yardstick import Scored
from mlwright.records.decision import Worth
from mlwright.records.evaluation import Estimate
from mlwright.records.profile import Asked, Roles
from mlwright.records.settings import DecideSettings
from mlwright.statistics.sampling import Draws, Sampling, Strata

BUYS = Roles(asked=Asked(target="y", task="binary", classes=("no", "yes")), inputs=("x",))
CLAIMS = Roles(asked=Asked(target="claim", task="regression"), inputs=("x",))
ILLS = Roles(asked=Asked(target="y", task="multiclass", classes=("cold", "ill", "well")), inputs=("x",))
FEW = {"capacity": 50, "cases": 1000}
OFFER = {"true_positive": 60.0, "false_positive": -8.0}
N_ALL = 400_000


def buyers(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether somebody buys, the probability of that, and who is called today."""
    x = rng.normal(size=n)
    said = 1 / (1 + np.exp(2.5 - 1.2 * x))
    return (rng.random(n) < said).astype(float), said, (x + rng.normal(size=n) > 1.5).astype(float)


def dealt(n: int, seed: int, *, ruled: bool = False, **settings: object) -> Worth:
    """Every fifth row of each class is tested, of five times as many."""
    rng = np.random.default_rng(seed)
    target, said, today = buyers(5 * n, rng)
    rows = np.lexsort((rng.random(5 * n), target))[seed % 5 :: 5]
    strata = Strata(target[rows].astype(int), np.bincount(target.astype(int)).astype(float))
    practice = Choosing("the rule", target[rows], today[rows]) if ruled else None
    draws = Draws(Sampling(n, strata=strata), 1, 400)
    cases = Cases(target[rows], Scored(said[rows, None], 8 / 68), draws, practice)
    wanted = DecideSettings.model_validate({"benefit": OFFER, **settings})
    return worth_of(cases, BUYS, target, benefit_table("binary", BUYS.classes, (), wanted), settings=wanted)


def claim(n: int, rng: np.random.Generator, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """What is claimed, and what was predicted of it."""
    predicted = rng.lognormal(5, 1, n)
    return predicted * rng.lognormal(-(spread**2) / 2, spread, n), predicted


def claims(n: int, seed: int, spread: float = 0.5) -> Worth:
    """Of 1,000 claims the 50 that are predicted to be the largest are looked into."""
    target, predicted = claim(n, np.random.default_rng(seed), spread)
    wanted = DecideSettings.model_validate({"benefit": {"per_unit_chosen": 0.1, "per_chosen": -20}, **FEW})
    cases = Cases(target, Scored(predicted[:, None], 0.0), Draws(Sampling(n), seed, 400))
    return worth_of(cases, CLAIMS, target, benefit_table("regression", (), (), wanted), settings=wanted)


def of_claims(spread: float) -> float:
    """What it is worth per 1,000 to look into the first 50."""
    target, predicted = claim(N_ALL, np.random.default_rng(99), spread)
    return 1000 * float(((predicted >= np.quantile(predicted, 0.95)) * (0.1 * target - 20)).mean())


def demand(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """How many are asked for, and what was predicted; some days stand out far."""
    said = rng.lognormal(3.5, 0.6, n)
    return said * (1 + 0.3 * rng.standard_t(3, n) / np.sqrt(3)), said


def of_buyers(way: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]) -> float:
    """What it is worth per 1,000 to call some of all."""
    target, said, today = buyers(N_ALL, np.random.default_rng(99))
    return 1000 * float((way(said, today, target) * np.where(target == 1, 60, -8)).mean())


def surest(said: np.ndarray, today: np.ndarray, target: np.ndarray) -> np.ndarray:
    return said >= np.quantile(said, 0.95)


def held_and_wide(found: list[Estimate], true: float) -> tuple[float, float]:
    """How often intervals held the truth, and how wide they are beside the spread of the estimates."""
    held = float(np.mean([each.low <= true <= each.high for each in found]))
    spread = 2 * 1.96 * float(np.std([each.value for each in found]))
    return held, float(np.median([each.high - each.low for each in found])) / spread


def test_with_a_capacity_intervals_of_the_worth_hold_and_are_hardly_wider_than_need_be() -> None:
    found = [dealt(300, seed, **FEW).model for seed in range(200)]
    held, wide = held_and_wide(found, of_buyers(surest))
    assert held >= 0.92
    assert wide < 1.3


def test_beside_a_rule_of_today_intervals_of_the_gain_hold_and_are_hardly_wider_than_need_be() -> None:
    true = of_buyers(lambda said, today, target: said >= 8 / 68) - of_buyers(lambda said, today, target: today)
    found = [dealt(300, seed, ruled=True) for seed in range(200)]
    assert found[0].today_is == "the rule"
    held, wide = held_and_wide([each.gain for each in found], true)
    assert held >= 0.92
    assert wide < 1.3


def test_noughts_are_not_taken_for_the_beginning_of_a_tail_of_claims() -> None:
    held, wide = held_and_wide([claims(800, seed).model for seed in range(60)], of_claims(0.5))
    assert held >= 0.9
    assert wide < 1.6


@pytest.mark.parametrize(("n", "spread"), [(100, 0.5), (100, 1.2)])
def test_the_worth_of_a_few_claims_is_held_by_what_all_claims_tell(n: int, spread: float) -> None:
    """Five claims of 100 by themselves held it in 83 to 87 %."""
    held, _ = held_and_wide([claims(n, seed, spread).model for seed in range(150)], of_claims(spread))
    assert held >= 0.88


def test_a_gain_in_numbers_is_held_by_intervals_that_are_hardly_wider_than_need_be() -> None:
    wanted = DecideSettings.model_validate({"benefit": {"per_unit_over": -1, "per_unit_under": -3}})
    table = benefit_table("regression", (), (), wanted)
    learned = demand(N_ALL, np.random.default_rng(99))
    shift, usual = float(np.quantile(learned[0] - learned[1], 0.75)), float(np.quantile(learned[0], 0.75))
    model, same = [
        worth_per_case("regression", learned[0], say, table.table)
        for say in (learned[1] + shift, np.full(N_ALL, usual))
    ]
    found = []
    for seed in range(100):
        target, said = demand(300, np.random.default_rng(seed))
        cases = Cases(target, Scored(said[:, None]), Draws(Sampling(300), seed, 400), shift=shift)
        found.append(worth_of(cases, CLAIMS, learned[0], table, settings=wanted).gain)
    held, wide = held_and_wide(found, 1000 * float((model - same).mean()))
    assert held >= 0.92
    assert wide < 1.35


def test_a_few_cases_that_carry_half_of_it_are_told() -> None:
    target, predicted = claim(300, np.random.default_rng(1), 0.5)
    target[np.argsort(-predicted)[[2, 7]]] = 20_000.0
    wanted = DecideSettings.model_validate({"benefit": {"per_unit_chosen": 0.1, "per_chosen": -20}, **FEW})
    cases = Cases(target, Scored(predicted[:, None], 0.0), Draws(Sampling(300), 1, 400))
    found = worth_of(cases, CLAIMS, target, benefit_table("regression", (), (), wanted), settings=wanted)
    assert told_few_cases(found).startswith("Of the 15 test cases that bring something 2 bring half of it")
    assert told_few_cases(dealt(300, 0)) == ""


def test_a_mistake_of_which_none_was_seen_is_reckoned_with_among_several_classes() -> None:
    """None of 40 ill people is sent home in these rows; that would cost 100."""
    target = np.repeat([0.0, 1.0, 2.0], [200, 40, 160])
    said = np.eye(3)[target.astype(int)] * 0.8 + 0.1
    wanted = DecideSettings(benefit={"right": 0, "wrong": -1, "ill as well": -100})
    benefit = benefit_table("multiclass", ILLS.classes, (), wanted)
    cases = Cases(target, Scored(said), Draws(Sampling(400), 0, 400))
    found = worth_of(cases, ILLS, target, benefit).model
    assert found.value == 0
    assert found.low == pytest.approx(-1000 * 0.1 * 100 * 0.0876, rel=0.02)


def test_what_is_worth_more_than_the_model_and_than_today_is_told() -> None:
    """Today everybody is called, at a loss; the model calls most of them, at a smaller one."""
    rng = np.random.default_rng(0)
    target = (rng.random(2000) < 0.05).astype(float)
    table = {"true_positive": 10.0, "false_positive": -8.0, "true_negative": 0.0, "false_negative": 0.0}
    cases = Cases(
        target,
        Scored(rng.random((2000, 1)), 0.2),
        Draws(Sampling(2000), 0, 400),
        Choosing("call everybody", target, np.ones(2000)),
    )
    found = worth_of(cases, BUYS, target, Benefit(table, assumed=False, unit="money"))
    assert found.gain.low > 0
    better = better_without(found)
    assert better is not None
    assert better.what == "say 'y = no' in every case"
    assert told_without(found).startswith("To say 'y = no' in every case is worth ")
    assert better_without(dealt(300, 0)) is None


def test_a_gain_that_is_no_more_than_rounding_has_no_pilot() -> None:
    rng = np.random.default_rng(0)
    today = rng.normal(size=300)
    assert pilot_of(today + 1e-13, today, Sampling(300), DecideSettings()) is None


def test_where_the_gain_ceases_to_be_sure_its_lower_end_is_nothing() -> None:
    target, said, _ = buyers(3000, np.random.default_rng(5))
    wanted = DecideSettings.model_validate({"benefit": OFFER})
    benefit = benefit_table("binary", BUYS.classes, (), wanted)
    cases = Cases(target, Scored(said[:, None], 8 / 68), Draws(Sampling(3000), 1, 400))
    found = worth_of(cases, BUYS, target, benefit, tries_amounts=True)
    assert found.gain.low > 0
    ends = [(one, end) for one in found.break_even for end in (one.sure_low, one.sure_high) if end is not None]
    assert len(ends) >= 3
    for one, end in ends:
        gain = worth_of(cases, BUYS, target, benefit.scaled(one.name, end / one.now)).gain
        assert gain.low == pytest.approx(0, abs=0.05 * found.gain.value)
        assert gain.value > 0


def test_half_and_twice_of_an_amount_are_reckoned_with_the_same_answers() -> None:
    target, said, _ = buyers(3000, np.random.default_rng(5))
    benefit = benefit_table("binary", BUYS.classes, (), DecideSettings.model_validate({"benefit": OFFER}))
    cases = Cases(target, Scored(said[:, None], 8 / 68), Draws(Sampling(3000), 1, 400))
    found = worth_of(cases, BUYS, target, benefit, tries_amounts=True)
    assert [(one.name, one.amount) for one in found.if_off] == [
        ("true_positive", 30.0),
        ("true_positive", 120.0),
        ("false_positive", -4.0),
        ("false_positive", -16.0),
    ]
    called, buys = said >= 8 / 68, target == 1
    for one in found.if_off:
        worth = {"true_positive": 60.0, "false_positive": -8.0} | {one.name: one.amount}
        paid = np.where(buys, worth["true_positive"], worth["false_positive"])
        assert one.gain.value == pytest.approx(1000 * ((called * paid).mean() - max(0.0, paid.mean())))
