"""Numbers of which only some are acted upon, and mistakes that cost more than others."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.core.errors import SettingsError
from mlwright.judging.worth import Cases, worth_of
from mlwright.judging.worth.told import told_capacity
from mlwright.learning.benefit_table import benefit_table
from mlwright.learning.yardstick import Scored
from mlwright.records.decision import Worth
from mlwright.records.profile import Asked, Roles
from mlwright.records.settings import DecideSettings
from mlwright.statistics.sampling import Draws, Sampling

NUMBERS = Roles(asked=Asked(target="claim", task="regression"), inputs=("x",))
ILLS = Roles(asked=Asked(target="y", task="multiclass", classes=("cold", "ill", "well")), inputs=("x",))


def claims(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What is claimed, and what was predicted."""
    rng = np.random.default_rng(seed)
    predicted = rng.lognormal(5, 1, n)
    return predicted * rng.lognormal(-0.125, 0.5, n), predicted


def worth(n: int, seed: int, **settings: object) -> Worth:
    target, predicted = claims(n, seed)
    wanted = DecideSettings.model_validate(settings)
    benefit = benefit_table("regression", (), (), wanted)
    line = float(np.quantile(predicted, 0.95))
    cases = Cases(target, Scored(predicted[:, None], line), Draws(Sampling(n), seed))
    return worth_of(cases, NUMBERS, target, benefit, settings=wanted)


def test_the_largest_are_acted_upon_and_the_interval_holds_what_comes_of_it() -> None:
    said = {"capacity": 50, "cases": 1000, "benefit": {"per_unit_chosen": 0.1, "per_chosen": -40.0}}
    target, predicted = claims(400_000, 99)
    first = predicted >= np.quantile(predicted, 0.95)
    truth = 1000 * (first * (0.1 * target - 40)).mean()
    found = [worth(1500, seed, **said) for seed in range(60)]
    assert np.mean([each.model.low <= truth <= each.model.high for each in found]) >= 0.88
    assert found[0].positive_share == pytest.approx(0.05)
    assert found[0].gain.low > 0
    assert found[0].today_is == "act upon no case"
    told = told_capacity(found[0])
    assert told.startswith("Of 1,000 cases a week 50 can be acted upon: those with the largest predictions are")


def test_without_amounts_it_is_told_what_the_chosen_add_up_to() -> None:
    found = worth(2000, 0, capacity=50, cases=1000)
    assert (found.unit, found.assumed) == ("units chosen", True)
    assert found.today_is == "act upon 5.0 % of the cases, drawn by lot"
    assert found.gain.low > 0


def test_acting_that_costs_more_than_it_brings_is_left_alone() -> None:
    found = worth(2000, 0, capacity=50, cases=1000, benefit={"per_unit_chosen": 0.001, "per_chosen": -20.0})
    assert found.positive_share == 0
    assert found.capacity is not None
    assert not found.capacity.binds


@pytest.mark.parametrize(
    ("task", "settings", "message"),
    [
        ("regression", {"benefit": {"per_unit_chosen": 1, "per_unit_of_error": -1}}, "says what errors cost"),
        ("multiclass", {"capacity": 5, "cases": 9}, "of several classes it is not known which"),
        ("multiclass", {"benefit": {"right": 1, "ill as wel": -5}}, "the key 'ill as wel'"),
    ],
)
def test_what_makes_no_sense_is_refused(task: str, settings: dict[str, object], message: str) -> None:
    classes = ILLS.classes if task == "multiclass" else ()
    with pytest.raises(SettingsError, match=message):
        benefit_table(task, classes, (0.3, 0.3, 0.4), DecideSettings.model_validate(settings))  # type: ignore[arg-type]


def test_a_mistake_that_costs_more_is_answered_less() -> None:
    """Of an illness that is missed at twenty times the cost, 20 % are enough to be answered."""
    rng = np.random.default_rng(0)
    said = rng.dirichlet([2, 1, 3], 3000)
    target = np.array([rng.choice(3, p=row) for row in said]).astype(float)
    wanted = DecideSettings(benefit={"right": 0, "wrong": -1, "ill as well": -20, "ill as cold": -20})
    benefit = benefit_table("multiclass", ILLS.classes, (0.3, 0.2, 0.5), wanted)
    by_worth = Scored(said, np.array(benefit.matrix))
    both = (Cases(target, scored, Draws(Sampling(3000), 0)) for scored in (by_worth, Scored(said)))
    gained = [worth_of(cases, ILLS, target, benefit) for cases in both]
    assert gained[0].model.low > gained[1].model.high
    assert (by_worth.answers == 1).mean() > 2 * (Scored(said).answers == 1).mean()
    assert gained[0].gain.low > 0
