"""A model's figures in words."""

import pytest

from mlwright import Project
from mlwright.faces.render import telling
from mlwright.faces.render.facts import Facts, facts_of
from mlwright.faces.render.telling import mix_ups, worth_table
from mlwright.records.evaluation import Confusion


@pytest.fixture(scope="module")
def facts(shop) -> Facts:
    project = Project(shop)
    return facts_of(project, project.runs()[0])


def test_the_most_frequent_mistakes_are_named():
    confusion = Confusion(classes=("a", "b", "c"), counts=((5, 1, 0), (2, 5, 0), (0, 3, 5)))
    assert mix_ups(confusion, most=2) == (
        "Most frequent mistakes: 'c' is taken for 'b' 3 times; 'b' is taken for 'a' 2 times."
    )
    assert mix_ups(Confusion(classes=("a", "b"), counts=((1, 0), (0, 1)))) == "No answer was wrong."


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
