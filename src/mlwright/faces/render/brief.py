"""The first screen of a report: the question, the answer, the worth, the risk and the next step, in plain words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from mlwright.data.words import shortened
from mlwright.faces.render.facts import Facts
from mlwright.faces.render.sources import Sources
from mlwright.faces.render.telling import CASES, PER_CASE
from mlwright.judging.worth import told_against
from mlwright.records.decision import Verdict, Worth
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.evaluation import Estimate
from mlwright.records.robustness import ProbeResult, Robustness

STEPS: dict[Verdict, str] = {
    "deploy": "Put it to use, and keep watching it.",
    "pilot": "Try it beside what you do today, then decide.",
    "collect_more": "Gather more data, then ask again.",
    "stop": "Leave it, or change the question or the data.",
}
MOST = 3
MUCH = 0.5
"""From this share of the gain on a disturbance is told on the first screen."""
NOTICED = 0.5
EDGE = 0.04
"""Share of a scale that stays free at either end."""


class Bar(NamedTuple):
    """One line of a picture of bars: where it ends and its interval, in per cent of the scale."""

    label: str
    figure: Markup
    end: float
    low: float
    high: float
    kind: str = ""


class Dots(NamedTuple):
    """How many of 1,000 cases are of one kind, and what the kind is called."""

    kind: str
    n: int
    figure: Markup
    label: str


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
    title, dots, bars, note = _picture(facts, sources)
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
        risks=list(_risks(facts, sources)),
        limits=list(_limits(facts, sources)),
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


def _picture(facts: Facts, sources: Sources) -> tuple[str, list[Dots], list[Bar], Markup]:
    """What the model does, as frequencies where there are classes, else as distances from the truth."""
    confusion = facts.evaluation.confusion
    if confusion is None:
        return _distances(facts, sources)
    total = max(1, sum(map(sum, confusion.counts)))
    title = "What it does with 1,000 cases"
    if len(confusion.classes) == 2:
        return title, _found(confusion.counts, confusion.classes[-1], total, sources), [], Markup()
    n_right = sum(row[place] for place, row in enumerate(confusion.counts))
    right = " + ".join(f"evaluation/confusion/counts/{place}/{place}" for place in range(len(confusion.classes)))
    wrong = [
        f"evaluation/confusion/counts/{truth}/{answer}"
        for truth in range(len(confusion.classes))
        for answer in range(len(confusion.classes))
        if truth != answer and confusion.counts[truth][answer]
    ]
    scale = CASES / total
    dots = [Dots("hit", round(scale * n_right), sources.number(right, "count", scale), "answered rightly")]
    if wrong:
        figure = sources.number(" + ".join(wrong), "count", scale)
        dots.append(Dots("miss", CASES - dots[0].n, figure, "answered wrongly"))
    return title, dots, [], _without(facts, sources)


def _without(facts: Facts, sources: Sources) -> Markup:
    """How many answers would be right without a model."""
    for place, metric in enumerate(facts.evaluation.metrics):
        if metric.name == "accuracy":
            figure = sources.number(f"evaluation/metrics/{place}/baseline/value", "count", CASES)
            return Markup("Without a model {} of 1,000 answers would be right.").format(figure)
    return Markup()


def _found(counts: Sequence[Sequence[int]], positive: str, total: int, sources: Sources) -> list[Dots]:
    """Found, missed, alarms and left alone."""
    name, scale = f"“{shortened(positive, 24)}”", CASES / total
    kinds = (
        ("hit", 1, 1, f"found: {name}, and called so"),
        ("miss", 1, 0, f"missed: {name}, but not called so"),
        ("alarm", 0, 1, f"false alarms: not {name}, but called so"),
        ("rest", 0, 0, "rightly left alone"),
    )
    return [
        Dots(
            kind,
            round(scale * counts[truth][answer]),
            sources.number(f"evaluation/confusion/counts/{truth}/{answer}", "count", scale),
            label,
        )
        for kind, truth, answer, label in kinds
    ]


def _distances(facts: Facts, sources: Sources) -> tuple[str, list[Dots], list[Bar], Markup]:
    """How far off the model is, beside the simple one and none."""
    metrics = facts.evaluation.metrics
    place = next((place for place, metric in enumerate(metrics) if metric.name == "mae"), 0)
    metric = metrics[place]
    title = "How far off its answers are, on average" if metric.name == "mae" else metric.title
    named = (("model", "this model"), ("simple", "a simple model"), ("baseline", "no model"))
    most = max((_end(getattr(metric, key)) for key, _ in named), default=1.0) or 1.0
    bars = [
        _bar(f"evaluation/metrics/{place}/{key}", label, key, most, sources)
        for key, label in named
        if math.isfinite(getattr(metric, key).value)
    ]
    if facts.decision.worth.unit == PER_CASE:
        bars[-1] = _bar("decision/worth/today", "no model", "baseline", most, sources, -1 / CASES)
    return title, [], bars, _range_of_nine(facts, sources)


def _bar(place: str, label: str, kind: str, most: float, sources: Sources, times: float = 1.0) -> Bar:
    found = sources.at(place)
    ends = sorted(times * getattr(found, end) for end in ("low", "high"))
    value, low, high = (round(max(0.0, 96 * end / most), 2) for end in (times * found.value, *ends))
    return Bar(label, sources.number(f"{place}/value", "money", times), value, low, high, kind)


def _end(estimate: Estimate) -> float:
    return max((v for v in (estimate.value, estimate.high) if math.isfinite(v)), default=0.0)


def _range_of_nine(facts: Facts, sources: Sources) -> Markup:
    for place, found in enumerate(facts.evaluation.coverage):
        if found.level == 0.9:
            wide = sources.number(f"evaluation/coverage/{place}/size", "money")
            held = sources.number(f"evaluation/coverage/{place}/held/value", "share")
            return Markup("Each answer comes with a range, {} wide on average; {} of them held the truth.").format(
                wide, held
            )
    return Markup()


def _unequal(diagnosis: Diagnosis, sources: Sources) -> Iterator[Markup]:
    """Groups of which one is surely served worse, one sentence for a column."""
    for place, groups in enumerate(diagnosis.groups):
        sure = next((at for at, each in enumerate(groups.disparities) if each.is_sure), None)
        if sure is not None:
            said = sources.words(f"diagnosis/groups/{place}/disparities/{sure}/sentence")
            yield Markup("Groups of {} are treated differently. {}").format(
                sources.words(f"diagnosis/groups/{place}/column"), said
            )


def _risks(facts: Facts, sources: Sources) -> Iterator[Markup]:
    """What may go wrong with the data of tomorrow, the worst first; what nobody would notice before what is noticed."""
    results = facts.robustness.results
    if not results:
        yield Markup("Nothing could be tried out on it.")
        return
    heavy = _heavy(facts.robustness)
    for result in heavy[:MOST]:
        place = f"robustness/results/{results.index(result)}"
        lost = (
            Markup("it is no better than no model")
            if result.lost_share >= 1
            else Markup("{} of what it is good for is lost").format(sources.number(f"{place}/lost_share", "share"))
        )
        yield Markup("{}, {}{}.").format(_named(result, place, sources), lost, _noted(result, place, sources))
    if not heavy:
        worst = max(results, key=lambda result: result.lost_share)
        place = f"robustness/results/{results.index(worst)}"
        lost = sources.number(f"{place}/lost_share", "share")
        yield Markup("Of {} disturbances that were tried none costs half of what it is good for.").format(
            sources.number("robustness/results", "count")
        )
        yield Markup("The worst: {}, {} is lost.").format(_named(worst, place, sources), lost)


def _heavy(robustness: Robustness) -> list[ProbeResult]:
    """What surely costs much, each disturbance once at its lightest strength; the unnoticed ones first."""
    found: dict[str, ProbeResult] = {}
    for result in sorted(robustness.results, key=lambda each: (each.strength, -each.lost_share)):
        if result.lost_share > MUCH and result.loss.low > 0:
            found.setdefault(result.probe, result)
    return sorted(found.values(), key=lambda each: (_is_noted(each), each.strength, -each.lost_share))


def _is_noted(result: ProbeResult) -> bool:
    return (result.noted_share or 0.0) >= NOTICED


def _named(result: ProbeResult, place: str, sources: Sources) -> Markup:
    """What was done, as far as the sentence says it before it comes to the metric."""
    done = result.sentence.split(" goes from ")[0].rpartition(", ")[0] or result.title
    return Markup("<b>{}</b>").format(sources.words(f"{place}/sentence", done))


def _noted(result: ProbeResult, place: str, sources: Sources) -> Markup:
    if result.noted_share is None:
        return Markup()
    if _is_noted(result):
        return Markup("; the service notices it")
    if result.noted_share < 0.01:
        return Markup("; <b>no single record shows it</b>")
    return Markup("; the service notices it in {} of such records").format(
        sources.number(f"{place}/noted_share", "share")
    )


def _limits(facts: Facts, sources: Sources) -> Iterator[Markup]:
    """Where it does worse, what it has not seen, and faults of the data."""
    evaluation = facts.evaluation
    is_number = evaluation.confusion is None
    for at in range(min(MOST, len(evaluation.segments))):
        place = f"evaluation/segments/{at}"
        where = sources.words(f"{place}/description")
        if is_number:
            there, elsewhere = (sources.number(f"{place}/{key}", "money") for key in ("loss/value", "loss_elsewhere"))
            yield Markup("Where {}: {} off on average, {} elsewhere.").format(where, there, elsewhere)
        else:
            rows = sources.number(f"{place}/n_rows", "count")
            yield Markup("Where {}: its probabilities are further off ({} test rows).").format(where, rows)
    unequal = [] if facts.diagnosis is None else list(_unequal(facts.diagnosis, sources))
    yield from unequal[: MOST - 1]
    loud = [place for place, each in enumerate(facts.findings.findings) if each.severity != "note"]
    for at in loud[: MOST - 1]:
        yield Markup("While the data has this fault: “{}”.").format(sources.words(f"findings/findings/{at}/title"))
    if evaluation.unlike_share:
        share = sources.number("evaluation/unlike_share", "share")
        yield Markup("For the {} of cases unlike anything it has learned from: the service marks them.").format(share)
    yield Markup("For cases of another kind than the {} of the data it was made from.").format(
        sources.number("snapshot/n_rows", "count")
    )
    if not evaluation.segments and not unequal:
        yield Markup("Among these, no group was found in which it surely does worse.")
