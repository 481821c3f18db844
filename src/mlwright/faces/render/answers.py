"""What a model does, as a picture for everybody: of 1,000 cases, or how far off it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from mlwright.data.words import shortened
from mlwright.faces.render.facts import Facts
from mlwright.faces.render.sources import Sources
from mlwright.faces.render.telling import CASES, PER_CASE
from mlwright.records.evaluation import Estimate

BARE = frozenset({"yes", "no", "true", "false", "y", "n", "t", "f"})
"""Classes that say nothing without the name of their column."""


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


def picture_of_answers(facts: Facts, sources: Sources) -> tuple[str, list[Dots], list[Bar], Markup]:
    """What the model does, as frequencies where there are classes, else as distances from the truth."""
    confusion = facts.evaluation.confusion
    if confusion is None:
        return _distances(facts, sources)
    total = max(1, sum(map(sum, confusion.counts)))
    title = "What it does with 1,000 cases"
    if len(confusion.classes) == 2:
        name = _named(facts)
        told = _hits(confusion.counts, name, sources) + _limited(facts, total, sources)
        return title, _found(confusion.counts, name, total, sources), [], told
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


def _named(facts: Facts) -> str:
    """The positive class; with the column where the class alone says nothing."""
    roles = facts.profile.roles
    positive = shortened(roles.classes[-1], 24)
    is_bare = positive.lower() in BARE or positive.replace(".", "").isdigit()
    return f"“{shortened(roles.target, 24)} = {positive}”" if is_bare else f"“{positive}”"


def _hits(counts: Sequence[Sequence[int]], name: str, sources: Sources) -> Markup:
    """How many of those that are sought are found, and how many calls are right."""
    at = "evaluation/confusion/counts"
    found = sources.number(f"{at}/1/1", "share", of=f"{at}/1/0 + {at}/1/1")
    said = Markup("Of those that are {} it finds {}").format(name, found)
    if not counts[0][1] + counts[1][1]:
        return said + "."
    return Markup("{}; of its calls {} are right.").format(
        said, sources.number(f"{at}/1/1", "share", of=f"{at}/0/1 + {at}/1/1")
    )


def _limited(facts: Facts, total: int, sources: Sources) -> Markup:
    """That a single case is answered by a line from training rows, where the worth is that of the surest of a list."""
    limit = facts.decision.worth.capacity
    if limit is None or not limit.binds:
        return Markup()
    at, room = "evaluation/confusion/counts", "decision/worth/capacity/n_cases"
    return Markup(" The line of the service calls {} of these; the worth is that of calling the surest {}.").format(
        sources.number(f"{at}/0/1 + {at}/1/1", "count", CASES / total),
        sources.number("decision/worth/capacity/n_positive", "share", of=room),
    )


def _found(counts: Sequence[Sequence[int]], name: str, total: int, sources: Sources) -> list[Dots]:
    """Found, missed, alarms and left alone."""
    scale = CASES / total
    kinds = (
        ("hit", 1, 1, f"{name}, and found"),
        ("miss", 1, 0, f"{name}, but missed"),
        ("alarm", 0, 1, "false alarms"),
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
    return title, [], bars, _half_of_all(facts, sources) + _range_of_nine(facts, sources)


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
            return Markup(
                "Each answer comes with a range, {} wide on average; {} of the ranges held the truth."
            ).format(wide, held)
    return Markup()


def _half_of_all(facts: Facts, sources: Sources) -> Markup:
    """Within what distance of the truth half of the answers are."""
    for place, metric in enumerate(facts.evaluation.metrics):
        if metric.name == "median_absolute_error":
            near = sources.number(f"evaluation/metrics/{place}/model/value", "money")
            return Markup("Half of its answers are within {} of the truth. ").format(near)
    return Markup()
