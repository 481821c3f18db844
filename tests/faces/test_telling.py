"""A model's figures in words."""

import dataclasses
import math

import pytest

from mlwright import Project
from mlwright.faces.render import telling
from mlwright.faces.render.facts import Facts, facts_of
from mlwright.faces.render.telling import in_1000_cases, mix_ups, tiles, worth_lines, worth_table
from mlwright.records.decision import Worth
from mlwright.records.evaluation import Confusion, Estimate


@pytest.fixture(scope="module")
def facts(shop) -> Facts:
    project = Project(shop)
    return facts_of(project, project.runs()[0])


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value=value, low=low, high=high, method="known")


def worth(unit: str, value: float, low: float, high: float) -> Worth:
    gain = estimate(value, low, high)
    return Worth(unit=unit, assumed=True, table={}, model=gain, today=gain, today_is="call nobody", gain=gain)


def with_worth(facts: Facts, found: Worth) -> Facts:
    return dataclasses.replace(facts, decision=facts.decision.model_copy(update={"worth": found}))


@pytest.mark.parametrize(
    ("found", "figure", "says"),
    [
        (worth("money", 1234.5, 1000.4, 1500), "1,234", "gained per 1,000 cases"),
        (worth("money", -12.34, -20, -5), "12.3", "lost per 1,000 cases"),
        (worth("false alarms", 399.1, 330.4, 440.6), "399", "fewer false alarms"),
        (worth("right answers", 206.2, 174, 240), "206", "more right answers"),
        (worth("units of error", 58_736_593, 56_530_389, 61_103_306), "58,737", "nearer to the truth, on average"),
        (worth("units of error", -58, -60, -50), "0.058", "further from the truth"),
    ],
)
def test_what_it_is_worth_comes_first(facts, found, figure, says):
    first = tiles(with_worth(facts, found))[0]
    assert first.figure == figure
    assert says in first.caption


def test_the_first_screen_agrees_with_the_headline(facts):
    figure = tiles(facts)[0].figure
    assert figure in facts.decision.headline


def test_a_model_that_never_says_yes_is_told_so(facts):
    metrics = []
    for metric in facts.evaluation.metrics:
        nothing = estimate(math.nan, math.nan, math.nan)
        metrics.append(metric.model_copy(update={"model": nothing}) if metric.name == "precision" else metric)
    evaluation = facts.evaluation.model_copy(update={"metrics": tuple(metrics)})
    second = tiles(dataclasses.replace(facts, evaluation=evaluation))[1]
    assert second.caption == "of all 'yes' are found: the model never answers 'yes'"


def test_answers_become_frequencies():
    confusion = Confusion(classes=("no", "yes"), counts=((734, 301), (62, 312)))
    assert in_1000_cases(confusion) == (
        "Of 1,000 cases like these, 265 are 'yes'. The model calls 435 of the 1,000, 221 of them rightly, "
        "and misses 44."
    )


def test_the_most_frequent_mistakes_are_named():
    confusion = Confusion(classes=("a", "b", "c"), counts=((5, 1, 0), (2, 5, 0), (0, 3, 5)))
    assert mix_ups(confusion, most=2) == (
        "Most frequent mistakes: 'c' is taken for 'b' 3 times; 'b' is taken for 'a' 2 times."
    )
    assert mix_ups(Confusion(classes=("a", "b"), counts=((1, 0), (0, 1)))) == "No answer was wrong."


def test_errors_are_told_for_one_case():
    lines = worth_lines(worth("units of error", 58_736_593, 56_530_389, 61_103_306))
    assert lines[-1].amount == "58,737 (56,530 to 61,103)"
    assert worth_lines(worth("money", 12.0, 10.0, 14.0))[-1].amount == "12.00 (10.00 to 14.00)"


def test_outcomes_are_told_in_plain_words(facts):
    told = worth_table(facts.decision.worth, ("no", "yes"))
    assert {line.what for line in told} >= {"a 'yes' that is found", "a 'yes' that is missed"}
    assert not any("positive" in line.what for line in told)


def test_every_metric_has_a_gloss(facts):
    assert all(len(telling.gloss(metric).split()) > 4 for metric in facts.evaluation.metrics)


def test_words_of_this_report_are_explained(facts):
    words = {term.word for term in telling.glossary(facts.leaderboard, facts.evaluation)}
    assert {"linear", "lightgbm", "ensemble", "threshold", "fold"} <= words
    assert "catboost" not in words
