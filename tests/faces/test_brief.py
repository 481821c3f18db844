"""The first screen: what a manager reads."""

import dataclasses
import html
import re

import pytest

from mlwright import Project
from mlwright.faces.render.brief import Brief, brief
from mlwright.faces.render.dots import dots_svg
from mlwright.faces.render.facts import Facts, facts_of
from mlwright.faces.render.sources import Sources
from mlwright.records.decision import Worth
from mlwright.records.evaluation import Confusion, Estimate
from mlwright.records.findings import Finding
from mlwright.records.improvement import Improvement, Step


@pytest.fixture(scope="module")
def facts(shop) -> Facts:
    project = Project(shop)
    return facts_of(project, project.runs()[0])


def briefed(facts: Facts) -> Brief:
    return brief(facts, Sources(facts.records()))


def plain(markup: str) -> str:
    return re.sub(r"<[^>]+>", "", markup)


def with_worth(facts: Facts, unit: str, value: float, low: float, high: float) -> Facts:
    gain = Estimate(value=value, low=low, high=high, method="known")
    worth = Worth(unit=unit, assumed=True, table={}, model=gain, today=gain, today_is="call nobody", gain=gain)
    return dataclasses.replace(facts, decision=facts.decision.model_copy(update={"worth": worth}))


def with_answers(facts: Facts, classes: tuple[str, ...], *counts: tuple[int, ...]) -> Facts:
    confusion = Confusion(classes=classes, counts=counts)
    return dataclasses.replace(facts, evaluation=facts.evaluation.model_copy(update={"confusion": confusion}))


@pytest.mark.parametrize(
    ("worth", "figure", "says"),
    [
        (("money", 1234.5, 1000.4, 1500), "1,234", "more for every 1,000 cases"),
        (("money", -12.34, -20, -5), "12.3", "less for every 1,000 cases"),
        (("false alarms", 399.1, 330.4, 440.6), "399", "fewer false alarms"),
        (("right answers", 206.2, 174, 240), "206", "more right answers"),
        (("units of error", 58_736_593, 56_530_389, 61_103_306), "58,737", "nearer to the truth"),
        (("units of error", -58, -60, -50), "0.058", "further from the truth"),
    ],
)
def test_the_gain_is_told_with_its_direction(facts, worth, figure, says):
    told = briefed(with_worth(facts, *worth))
    assert plain(told.gain) == figure
    assert told.gain_said.startswith(says)


def test_the_first_screen_agrees_with_the_headline(facts):
    told = briefed(facts)
    assert f"{told.verdict}: {told.answer}" == facts.decision.headline
    assert plain(told.gain) in facts.decision.headline


def test_the_interval_stands_where_its_ends_are(facts):
    scale = briefed(with_worth(facts, "money", 50, 0, 100)).scale
    assert (scale.zero, scale.at, scale.high) == (4.0, 50.0, 96.0)
    scale = briefed(with_worth(facts, "money", -50, -100, -10)).scale
    assert scale.low < scale.at < scale.high < scale.zero


def test_answers_become_frequencies(facts):
    told = briefed(with_answers(facts, ("no", "yes"), (734, 301), (62, 312)))
    assert [(group.kind, plain(group.figure)) for group in told.dots] == [
        ("hit", "221"), ("miss", "44"), ("alarm", "214"), ("rest", "521"),
    ]  # fmt: skip


def test_of_several_classes_right_and_wrong_are_told(facts):
    told = briefed(with_answers(facts, ("a", "b", "c"), (5, 1, 0), (2, 5, 0), (0, 2, 5)))
    assert [(group.label, plain(group.figure)) for group in told.dots] == [
        ("answered rightly", "750"),
        ("answered wrongly", "250"),
    ]


def test_a_thousand_cases_are_a_thousand_dots(facts):
    drawn = dots_svg(briefed(with_answers(facts, ("no", "yes"), (333, 333), (333, 334))).dots)
    assert drawn.count("M") == 1000


def with_step(facts: Facts, low: float) -> Facts:
    gain = Estimate(value=200, low=low, high=600, method="known")
    step = Step(
        name="more_rows", title="Collect more rows.", evidence="", cost="", money=gain, gain_is="about", share=0.5
    )
    worth = facts.decision.worth.model_copy(update={"assumed": False})
    decision = facts.decision.model_copy(update={"worth": worth, "verdict": "deploy", "next_steps": ()})
    return dataclasses.replace(
        facts, decision=decision, improvement=Improvement(run_id="r", metric="log_loss", steps=(step,))
    )


def test_a_next_step_is_told_with_what_it_surely_brings(facts):
    told = briefed(with_step(facts, low=50)).todo.items
    assert list(map(plain, told)) == ["Collect more rows (about 200 more per 1,000 cases)."]
    assert briefed(with_step(facts, low=-50)).todo.items == []


def test_of_a_step_whose_gain_is_not_known_none_is_told(facts):
    found = with_step(facts, low=50)
    step = found.improvement.steps[0].model_copy(update={"gain_is": "not known", "money": None})
    improvement = found.improvement.model_copy(update={"steps": (step,)})
    told = briefed(dataclasses.replace(found, improvement=improvement)).todo.items
    assert list(map(plain, told)) == ["Collect more rows."]


def test_no_leading_jargon(facts):
    told = briefed(facts)
    words = " ".join(
        map(
            plain,
            [told.question, told.answer, told.gain_said, told.todo.step, *told.todo.items, *told.risks, *told.limits],
        )
    )
    assert not re.search(r"log loss|AUC|bootstrap|p-value|confusion|calibrat|Wilson|RMSE", words)


def test_a_fault_of_the_data_is_told_with_its_column(facts):
    found = Finding(
        check="level_shift",
        severity="warning",
        title="A jump",
        sentence="'spend' jumps.",
        columns=("spend",),
        action="",
    )
    findings = facts.findings.model_copy(update={"findings": (found,)})
    told = briefed(dataclasses.replace(facts, findings=findings)).limits
    assert "While the data has this fault: “A jump” ('spend')." in [html.unescape(plain(each)) for each in told]
