"""The first screen of a report: the question, the answer, the worth, the risk and the next step, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from markupsafe import Markup

from mlwright.data.words import shortened
from mlwright.faces.render.answers import Bar, Dots, picture_of_answers
from mlwright.faces.render.facts import Facts
from mlwright.faces.render.perils import doubts, limits, risks
from mlwright.faces.render.sources import Sources
from mlwright.faces.render.telling import CASES, PER_CASE
from mlwright.faces.render.todo import Todo, todo
from mlwright.judging.worth.break_even import told_if_off
from mlwright.judging.worth.told import told_against
from mlwright.records.decision import Verdict, Worth
from mlwright.records.evaluation import Estimate

RISKS: dict[Verdict, tuple[str, Callable[[Facts, Sources], Iterator[Markup]]]] = {
    "collect_more": ("Why not yet", doubts),
    "stop": ("Why not", doubts),
}
"""What is told of a model that is not to be used, in place of what may go wrong with it."""
EDGE = 0.04
"""Share of a scale that stays free at either end."""


class Scale(NamedTuple):
    """Where the gain, its interval and today stand on a line, in per cent of its length."""

    zero: float
    low: float
    high: float
    at: float


class Brief(NamedTuple):
    """All that the first screen says."""

    question: Markup
    verdict: str
    answer: str
    todo: Todo
    is_sure: bool
    gain: Markup
    gain_said: str
    scale: Scale
    costs: bool
    stand_in: Markup
    amounts: Markup
    picture_title: str
    dots: list[Dots]
    bars: list[Bar]
    picture_note: Markup
    risks_title: str
    risks: list[Markup]
    limits: list[Markup]


def brief(facts: Facts, sources: Sources) -> Brief:
    """What a manager has to know, and where it stands."""
    verdict, _, answer = facts.decision.headline.partition(": ")
    worth = facts.decision.worth
    gain, gain_said = _gain(worth, sources)
    title, dots, bars, note = picture_of_answers(facts, sources)
    risks_title, told = RISKS.get(facts.decision.verdict, ("What may go wrong", risks))
    return Brief(
        question=question(facts, sources),
        verdict=verdict,
        answer=answer,
        todo=todo(facts, sources),
        is_sure=worth.gain.low > 0,
        gain=gain,
        gain_said=gain_said,
        scale=_scale(worth.gain),
        costs=min(worth.model.value, worth.today.value) < 0 and max(worth.model.value, worth.today.value) <= 0,
        stand_in=_stand_in(facts, sources) if worth.assumed else Markup(),
        amounts=sources.within("decision/worth", said) if (said := told_if_off(worth)) else Markup(),
        picture_title=title,
        dots=dots,
        bars=bars,
        picture_note=note,
        risks_title=risks_title,
        risks=list(told(facts, sources)),
        limits=list(limits(facts, sources)),
    )


def question(facts: Facts, sources: Sources) -> Markup:
    """What the model is asked, as a person would ask it."""
    roles = facts.profile.roles
    target = sources.words("profile/roles/asked/target", f"“{shortened(roles.target)}”")
    source = sources.words("snapshot/lineage/location", facts.snapshot.lineage.location.rsplit("/", 1)[-1])
    if roles.task == "binary":
        place = f"profile/roles/asked/classes/{len(roles.classes) - 1}"
        positive = sources.words(place, f"“{shortened(roles.classes[-1], 24)}”")
        return Markup("Can we tell, case by case, when {} will be {} (from {})?").format(target, positive, source)
    if roles.task == "multiclass":
        return Markup("Can we tell, case by case, what {} will be (from {})?").format(target, source)
    return Markup("Can we tell, case by case, how large {} is (from {})?").format(target, source)


def scale_of(worth: Worth) -> float:
    """What worth per 1,000 cases is multiplied with before it is told: errors are told for one case."""
    return 1 / CASES if worth.unit == PER_CASE else 1.0


def _gain(worth: Worth, sources: Sources) -> tuple[Markup, str]:
    """The gain, and what it is a gain in."""
    more = worth.gain.value >= 0
    against = told_against(worth)
    said = {
        "money": f"{'more' if more else 'less'} for every 1,000 cases than {against}, in the unit of your amounts",
        "false alarms": f"{'fewer' if more else 'more'} false alarms (or their cost) per 1,000 cases than {against}",
        "right answers": f"{'more' if more else 'fewer'} right answers in every 1,000 than {against}",
        PER_CASE: f"{'nearer to' if more else 'further from'} the truth per case than {against}",
    }.get(worth.unit, f"{worth.unit} for every 1,000 cases, against {against}")
    times = scale_of(worth) * (1 if more else -1)
    return sources.number("decision/worth/gain/value", "money", times), said


def _stand_in(facts: Facts, sources: Sources) -> Markup:
    """What is assumed of the worth of answers, as nobody has said it."""
    if facts.profile.roles.task == "regression":
        return Markup("every unit of distance from the truth counts the same")
    if "false_negative" not in facts.decision.worth.table:
        return Markup("every right answer counts the same")
    if facts.decision.worth.table["false_negative"] == -1:
        return Markup("one that is missed counts as much as a false alarm")
    alarms = sources.number("decision/worth/table/false_negative", "money", -1)
    return Markup("one that is missed counts as much as {} false alarms").format(alarms)


def _scale(gain: Estimate) -> Scale:
    low, high = min(0.0, gain.low), max(0.0, gain.high)
    reach = (high - low) or 1.0

    def place(value: float) -> float:
        return round(100 * (EDGE + (1 - 2 * EDGE) * (value - low) / reach), 2)

    return Scale(place(0.0), place(gain.low), place(gain.high), place(gain.value))
