"""The first screen of a report: the question, the answer, the worth, the risk and the next step, in plain words."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from mlwright.data.words import shortened
from mlwright.faces.render.answers import Bar, Dots, picture_of_answers
from mlwright.faces.render.facts import Facts
from mlwright.faces.render.perils import limits, risks
from mlwright.faces.render.sources import Sources
from mlwright.faces.render.telling import CASES, PER_CASE
from mlwright.judging.worth import told_against
from mlwright.records.decision import Verdict, Worth
from mlwright.records.evaluation import Estimate

STEPS: dict[Verdict, str] = {
    "deploy": "Put it to use, and keep watching it.",
    "pilot": "Try it beside what you do today, then decide.",
    "collect_more": "Gather more data, then ask again.",
    "stop": "Leave it, or change the question or the data.",
}
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
    step: str
    gain: Markup
    gain_said: str
    scale: Scale
    costs: bool
    picture_title: str
    dots: list[Dots]
    bars: list[Bar]
    picture_note: Markup
    risks: list[Markup]
    limits: list[Markup]


def brief(facts: Facts, sources: Sources) -> Brief:
    """What a manager has to know, and where it stands."""
    verdict, _, answer = facts.decision.headline.partition(": ")
    worth = facts.decision.worth
    gain, said = _gain(worth, sources)
    title, dots, bars, note = picture_of_answers(facts, sources)
    return Brief(
        question=question(facts, sources),
        verdict=verdict,
        answer=answer,
        step=STEPS[facts.decision.verdict],
        gain=gain,
        gain_said=said,
        scale=_scale(worth.gain),
        costs=min(worth.model.value, worth.today.value) < 0 and max(worth.model.value, worth.today.value) <= 0,
        picture_title=title,
        dots=dots,
        bars=bars,
        picture_note=note,
        risks=list(risks(facts, sources)),
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


def _scale(gain: Estimate) -> Scale:
    low, high = min(0.0, gain.low), max(0.0, gain.high)
    reach = (high - low) or 1.0

    def place(value: float) -> float:
        return round(100 * (EDGE + (1 - 2 * EDGE) * (value - low) / reach), 2)

    return Scale(place(0.0), place(gain.low), place(gain.high), place(gain.value))
