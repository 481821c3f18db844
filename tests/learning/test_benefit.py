import numpy as np
import pytest

from mlwright.core.errors import SettingsError
from mlwright.learning.benefit import Benefit, best_quantile, threshold_of, worth_per_case
from mlwright.learning.benefit_table import benefit_table
from mlwright.records.settings import DecideSettings

CHURN = ("no", "yes")
BENEFIT = {"true_positive": 100.0, "false_positive": -5.0}


def settings(**benefit: float) -> DecideSettings:
    return DecideSettings(benefit=benefit)


def test_without_a_table_both_classes_count_the_same_in_total():
    table, assumed, unit, *_ = benefit_table("binary", CHURN, (0.8, 0.2), DecideSettings())
    assert assumed
    assert unit == "false alarms"
    assert 0.2 * table["false_negative"] == pytest.approx(0.8 * table["false_positive"])
    assert threshold_of(table) == pytest.approx(0.2)


def test_what_the_user_leaves_out_is_worth_nothing():
    table, assumed, unit, *_ = benefit_table("binary", CHURN, (0.8, 0.2), settings(**BENEFIT))
    assert not assumed
    assert unit == "money"
    assert table == {"true_positive": 100, "false_positive": -5, "true_negative": 0, "false_negative": 0}


def test_worth_is_read_from_the_table():
    table = {"true_positive": 100.0, "false_positive": -5.0, "true_negative": 1.0, "false_negative": -2.0}
    target = np.array([1.0, 0.0, 0.0, 1.0])
    prediction = np.array([[0.9], [0.9], [0.1], [0.1]])
    assert worth_per_case("binary", target, prediction, table, 0.5).tolist() == [100, -5, 1, -2]


def test_a_probability_that_equals_the_threshold_is_answered_as_positive():
    table = {"true_positive": 1.0, "false_positive": 0.0, "true_negative": 0.0, "false_negative": 0.0}
    assert worth_per_case("binary", np.ones(1), np.array([[0.3]]), table, 0.3).tolist() == [1.0]


def test_worth_of_several_classes_and_of_numbers():
    right = worth_per_case(
        "multiclass", np.array([0.0, 2.0]), np.array([[0.5, 0.3, 0.2], [0.4, 0.3, 0.3]]), {"right": 3, "wrong": -1}
    )
    error = worth_per_case(
        "regression",
        np.array([1.0, 2.0]),
        np.array([[1.5], [0.0]]),
        {"per_unit_over": -2, "per_unit_under": -3, "per_case": 10},
    )
    assert right.tolist() == [3, -1]
    assert error.tolist() == [9, 4]


def test_a_mistake_with_an_amount_of_its_own_is_worth_that_and_the_others_what_is_usual():
    benefit = benefit_table("multiclass", ("a", "b", "c"), (), settings(right=1.0, wrong=-1.0, **{"b as a": -20.0}))
    target, answered = np.repeat([0, 1, 2], 3), np.tile([0, 1, 2], 3)
    worth = worth_per_case("multiclass", target.astype(float), np.eye(3)[answered], benefit.amounts)
    assert worth.reshape(3, 3).tolist() == [[1, -1, -1], [-20, 1, -1], [-1, -1, 1]]
    assert benefit.matrix == ((1, -1, -1), (-20, 1, -1), (-1, -1, 1))


def test_of_numbers_those_from_the_line_on_are_acted_upon_and_without_a_line_all():
    table = {"per_unit_chosen": 2.0, "per_chosen": -5.0}
    target, said = np.array([10.0, 20.0, 30.0]), np.array([[1.0], [3.0], [4.0]])
    assert worth_per_case("regression", target, said, table, 3.0).tolist() == [0, 35, 55]
    assert worth_per_case("regression", target, said, table).tolist() == [15, 35, 55]


def test_an_outcome_that_is_worth_more_is_so_in_every_row():
    rows = {"true_positive": np.array([1.0, 3.0])}
    benefit = Benefit({"true_positive": 2.0, "false_positive": -5.0}, assumed=False, unit="money", by_row=rows)
    more = benefit.scaled("true_positive", 10.0).scaled("false_positive", 2.0)
    assert more.table == {"true_positive": 20.0, "false_positive": -10.0}
    assert list(more.by_row) == ["true_positive"]
    assert more.by_row["true_positive"].tolist() == [10.0, 30.0]
    assert more.take(np.array([1])).by_row["true_positive"].tolist() == [30.0]


def test_the_threshold_of_the_table_is_the_best_one_when_probabilities_are_right():
    rng = np.random.default_rng(0)
    probability = rng.uniform(size=200_000)
    target = (rng.uniform(size=200_000) < probability).astype(float)
    table = benefit_table("binary", CHURN, (0.5, 0.5), settings(**BENEFIT)).table
    thresholds = np.linspace(0.01, 0.5, 50)
    worth = [worth_per_case("binary", target, probability[:, None], table, t).mean() for t in thresholds]
    assert thresholds[int(np.argmax(worth))] == pytest.approx(threshold_of(table), abs=0.02)


def test_answering_always_when_false_alarms_are_free():
    assert threshold_of({"true_positive": 1, "false_positive": 0, "true_negative": 0, "false_negative": 0}) == 0.0


def test_an_unknown_key_names_the_nearest():
    with pytest.raises(SettingsError, match="'true_positiv'") as caught:
        benefit_table("binary", CHURN, (0.5, 0.5), settings(true_positiv=1.0))
    assert "true_positive" in (caught.value.hint or "")


def test_a_mistake_of_several_classes_that_is_misspelled_names_the_nearest():
    with pytest.raises(SettingsError, match="'very ill as wel'") as caught:
        benefit_table(
            "multiclass", ("ill", "very ill", "well"), (0.3, 0.3, 0.4), settings(**{"very ill as wel": -20.0})
        )
    assert "very ill as well" in (caught.value.hint or "")


def test_a_key_of_another_task_is_refused():
    with pytest.raises(SettingsError, match="means nothing for a regression task"):
        benefit_table("regression", (), (), settings(true_positive=1.0))


@pytest.mark.parametrize(
    ("task", "benefit", "why"),
    [
        ("binary", {"true_positive": -100.0, "false_positive": 5.0}, "answering 'yes' must gain more when it is true"),
        ("multiclass", {"wrong": 1.0}, r"right \(0\) must be worth more than wrong \(1\)"),
        ("multiclass", {"right": 1.0, "no as yes": 2.0}, "'no as yes' is worth more than the right answer"),
        ("regression", {"per_unit_of_error": 2.0}, "a unit of error must cost something .* too much is worth 2"),
        ("regression", {"per_case": 2.0}, "a unit of error must cost something"),
        ("regression", {"per_unit_over": -1.0}, "too little costs nothing, so that the lowest number"),
        ("regression", {"per_unit_under": -1.0}, "too much costs nothing, so that the highest number"),
        ("regression", {"per_unit_chosen": -1.0}, r"per_unit_chosen \(-1\) must be above zero"),
    ],
)
def test_a_table_that_rewards_wrong_answers_is_refused(task, benefit, why):
    with pytest.raises(SettingsError, match=f"rewards wrong answers: {why}"):
        benefit_table(task, CHURN, (0.5, 0.5), settings(**benefit))


@pytest.mark.parametrize(("task", "key"), [("binary", "false_positive"), ("multiclass", "no as yes")])
def test_a_value_that_is_no_amount_is_refused(task, key):
    with pytest.raises(SettingsError, match=f"{key} is nan"):
        benefit_table(task, CHURN, (0.5, 0.5), settings(**{key: float("nan")}))


def test_the_stand_in_of_a_model_that_answers_a_quantile_makes_that_quantile_cost_least():
    table = benefit_table("regression", (), (), DecideSettings(), quantile=0.9).table
    assert table == {"per_unit_over": -0.2, "per_unit_under": -1.8, "per_case": 0.0}
    assert best_quantile(table) == pytest.approx(0.9)
