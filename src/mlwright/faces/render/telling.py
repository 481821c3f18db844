"""A model's figures in words for people who do not know the field."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from typing import NamedTuple

from mlwright.core.errors import ExtraMissing, MemberUnknown
from mlwright.data.words import counted, percent, shortened
from mlwright.faces.render.facts import Facts
from mlwright.faces.render.numbers import LARGE, short, with_interval
from mlwright.judging.break_even import told_break_evens
from mlwright.judging.more_rows import told_more_rows
from mlwright.judging.pilot import told_pilot
from mlwright.judging.words import GLOSSES
from mlwright.judging.worth import told_against, told_capacity
from mlwright.learning.models import MODELS
from mlwright.records.decision import Worth
from mlwright.records.evaluation import Confusion, Coverage, Estimate, Evaluation, MetricResult
from mlwright.records.trials import Training

CASES = 1000
TOLD_LEVEL = 0.9
PER_CASE = "units of error"
"""The unit of worth that is told for one case."""


class Tile(NamedTuple):
    """A figure of the first screen, and what it says."""

    figure: str
    caption: str


def tiles(facts: Facts) -> list[Tile]:
    """What to know first: what it is worth, how good it is, how sure that is, and what it rests on."""
    return [_worth_tile(facts.decision.worth), _quality_tile(facts), _rules_tile(facts), _data_tile(facts)]


def _worth_tile(worth: Worth) -> Tile:
    gain = _scaled(worth.gain, worth)
    more = gain.value >= 0
    captions = {
        "money": f"{'gained' if more else 'lost'} per 1,000 cases, against {told_against(worth)}",
        "false alarms": f"{'fewer' if more else 'more'} false alarms per 1,000 cases, or what costs as much",
        "right answers": f"{'more' if more else 'fewer'} right answers per 1,000 cases than without a model",
        PER_CASE: f"{'nearer to' if more else 'further from'} the truth, on average, than without a model",
    }
    between = f" (between {_rounded(gain.low)} and {_rounded(gain.high)})"
    return Tile(_rounded(abs(gain.value)), captions.get(worth.unit, f"gain per 1,000 cases ({worth.unit})") + between)


def _scaled(estimate: Estimate, worth: Worth) -> Estimate:
    """Worth per 1,000 cases as it is told: errors for one case."""
    scale = 1 / CASES if worth.unit == PER_CASE else 1.0
    return estimate.model_copy(update={part: scale * getattr(estimate, part) for part in ("value", "low", "high")})


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if 100 <= abs(value) < LARGE else short(float(f"{value:.3g}"))


def _quality_tile(facts: Facts) -> Tile:
    metrics = {metric.name: metric for metric in facts.evaluation.metrics}
    task = facts.profile.roles.task
    if task == "binary" and "recall" in metrics:
        return _found_tile(metrics["recall"], metrics.get("precision"), facts.profile.roles.classes[-1])
    if task == "multiclass" and "accuracy" in metrics:
        right = metrics["accuracy"]
        without = f"; without a model {percent(right.baseline.value)}"
        return Tile(percent(right.model.value), f"of its answers are right ({_shares(right.model)}){without}")
    if "mae" in metrics:
        off = metrics["mae"]
        told = f"off, on average ({_range(off.model)}); without a model {short(off.baseline.value)}"
        return Tile(short(off.model.value), told)
    first = facts.evaluation.metrics[0]
    return Tile(short(first.model.value), f"{first.title} ({_range(first.model)})")


def _found_tile(recall: MetricResult, precision: MetricResult | None, positive: str) -> Tile:
    name = shortened(positive, 24)
    if precision is None or math.isnan(precision.model.value):
        return Tile(percent(recall.model.value), f"of all '{name}' are found: the model never answers '{name}'")
    right = f"of its calls, {percent(precision.model.value)} are right"
    return Tile(percent(recall.model.value), f"of all '{name}' are found ({_shares(recall.model)}); {right}")


def _shares(estimate: Estimate) -> str:
    return f"between {percent(estimate.low)} and {percent(estimate.high)}"


def _range(estimate: Estimate) -> str:
    return f"between {short(estimate.low)} and {short(estimate.high)}"


def _rules_tile(facts: Facts) -> Tile:
    judged = [ruling for ruling in facts.decision.rulings if ruling.outcome != "not_applicable"]
    kept = [ruling for ruling in judged if ruling.outcome == "kept"]
    required = [ruling for ruling in judged if ruling.required]
    n_musts = sum(ruling.outcome == "kept" for ruling in required)
    musts = f"{n_musts} of the {len(required)} that have to be" if required else "none of them has to be"
    return Tile(f"{len(kept)} of {len(judged)}", f"rules are surely kept, {musts}")


def _data_tile(facts: Facts) -> Tile:
    found = facts.findings.findings
    n_critical = sum(finding.severity == "critical" for finding in found)
    told = f"{counted(len(found), 'finding')} in the data, {n_critical or 'none'} critical" if found else "no findings"
    aside = f"{facts.split.n_test:,} of them" if facts.split.n_test else "none of them"
    return Tile(f"{facts.snapshot.n_rows:,}", f"rows, {aside} kept aside for the test; {told}")


class WorthLine(NamedTuple):
    """What one way to act is worth."""

    what: str
    amount: str


def worth_lines(worth: Worth) -> list[WorthLine]:
    """With the model, today, and the difference."""
    return [
        WorthLine("with the model", with_interval(_scaled(worth.model, worth))),
        WorthLine(f"without: {worth.today_is}", with_interval(_scaled(worth.today, worth))),
        WorthLine("the gain", with_interval(_scaled(worth.gain, worth))),
    ]


def worth_comparisons(worth: Worth) -> list[WorthLine]:
    """The gain over every way to do without the model, where there are several."""
    if len(worth.compared) < 2:
        return []
    return [WorthLine(f"over: {one.what}", with_interval(_scaled(one.gain, worth))) for one in worth.compared]


def worth_notes(worth: Worth) -> list[str]:
    """How many are answered positive, where the gain ends, what more rows bring and how large a trial must be."""
    told = [told_capacity(worth), told_break_evens(worth.break_even, most=4), told_more_rows(worth)]
    if worth.shift:
        told.append(
            f"Too much and too little cost differently, so that what costs least is the prediction "
            f"{'plus' if worth.shift > 0 else 'less'} {short(abs(worth.shift))}; the figures here are those of that."
        )
    if worth.pilot is not None:
        told.append(told_pilot(worth.pilot))
    return [sentence for sentence in told if sentence]


def worth_unit(worth: Worth) -> str:
    """In what worth is told."""
    if worth.unit == PER_CASE:
        return "distance from the truth per case, as a loss"
    return f"{worth.unit} per 1,000 cases"


def worth_table(worth: Worth, classes: tuple[str, ...]) -> list[WorthLine]:
    """What each outcome counts."""
    positive = f"'{shortened(classes[-1], 24)}'" if classes else ""
    names = {
        "true_positive": f"a {positive} that is found",
        "false_negative": f"a {positive} that is missed",
        "false_positive": f"a false alarm: another one that is taken for {positive}",
        "true_negative": "another one that is left alone",
        "right": "a right answer",
        "wrong": "a wrong answer",
        "per_unit_of_error": "each unit of distance from the truth",
        "per_unit_over": "each unit that is too much",
        "per_unit_under": "each unit that is too little",
        "per_case": "each case",
    }
    said = {key: names.get(key, key.replace("_", " ")) for key in worth.table}
    from_where = {key: f" on average, by '{column}'" for key, column in worth.from_columns.items()}
    return [WorthLine(said[key], short(value) + from_where.get(key, "")) for key, value in worth.table.items()]


def in_1000_cases(confusion: Confusion) -> str:
    """The answers of a model for two classes, as frequencies in 1,000 cases."""
    (_, alarms), (missed, hits) = confusion.counts
    scale = CASES / max(1, sum(map(sum, confusion.counts)))
    positive = f"'{shortened(confusion.classes[-1], 24)}'"
    are, called = round(scale * (missed + hits)), round(scale * (alarms + hits))
    return (
        f"Of 1,000 cases like these, {are:,} are {positive}. The model calls {called:,} of the 1,000, "
        f"{round(scale * hits):,} of them rightly, and misses {round(scale * missed):,}."
    )


def mix_ups(confusion: Confusion, most: int = 3) -> str:
    """What a model for several classes takes for what, the most frequent first."""
    cells = [
        (count, truth, answer)
        for truth, row in zip(confusion.classes, confusion.counts, strict=True)
        for answer, count in zip(confusion.classes, row, strict=True)
        if answer != truth and count
    ]
    if not cells:
        return "No answer was wrong."
    worst = sorted(cells, key=lambda cell: -cell[0])[:most]
    told = [f"'{shortened(t, 24)}' is taken for '{shortened(a, 24)}' {counted(n, 'time')}" for n, t, a in worst]
    return f"Most frequent mistakes: {'; '.join(told)}."


def told_coverage(evaluation: Evaluation) -> list[str]:
    """How far off single answers may be, and how often they are unlike anything seen."""
    is_sets = evaluation.confusion is not None
    told = [_told_level(found, is_sets=is_sets) for found in evaluation.coverage if found.level == TOLD_LEVEL]
    if told and evaluation.unlike_share is not None:
        told.append(
            f"{percent(evaluation.unlike_share)} of the test rows are unlike anything that the model has learned from. "
            "The service says so, and a person should look at such a case."
        )
    return told


def _told_level(found: Coverage, *, is_sets: bool) -> str:
    what = f"Intervals of {found.level:.0%} around a single answer are {short(found.size)} wide"
    if is_sets:
        what = f"The classes that cannot be ruled out (at {found.level:.0%}) are {found.size:.2f}"
    worst = ""
    if found.worst_held is not None:
        worst = f"; least where {found.worst}: {percent(found.worst_held.value)} ({_shares(found.worst_held)})"
    return f"{what} on average, and held the truth of {percent(found.held.value)} of the test rows{worst}."


def gloss(metric: MetricResult) -> str:
    """What a metric says, and which direction is better."""
    meaning = GLOSSES.get(metric.name, "").removeprefix("which says ")
    better = "more is better" if metric.greater_is_better else "less is better"
    return f"{meaning}; {better}" if meaning else better


class Term(NamedTuple):
    """A word and what it means here."""

    word: str
    meaning: str


def glossary(training: Training, evaluation: Evaluation) -> Iterator[Term]:
    """The words of the report that need a word."""
    level = evaluation.metrics[0].model.level
    yield Term(
        f"(0.81 to 0.83), between 0.81 and 0.83: a {level:.0%} interval",
        f"How far chance may reach. Had the test been made with other rows of the same kind, about {100 * level:.0f} "
        "of 100 such intervals would hold the true figure.",
    )
    yield Term("no model", "Somebody who says the same of every row: what is most usual.")
    yield Term("simple model", "A linear model, in which each column adds something or takes it away; easy to explain.")
    yield Term("ensemble", "Several models whose answers are averaged. Its weights were chosen on held-out rows.")
    yield from _families(training)
    yield Term(
        "fold",
        "A part of the training rows. Each model learns from the other parts and is scored on this one, so that no "
        "score of the leaderboard rests on rows that the model has seen.",
    )
    yield Term("unseen rows, test", "Rows that were set aside at the start and looked at once, at the end.")
    if training.model.threshold is not None:
        yield Term("threshold", f"The probability from which on the answer is '{training.model.classes[-1]}'.")
    yield Term("disturbance", "A change made to the test rows on purpose, as it might happen to the data of tomorrow.")
    yield Term("must", "A rule that has to be kept before the model is put to use by itself; set in mlwright.toml.")


def _families(training: Training) -> Iterator[Term]:
    """What the tried model families are, in their own words."""
    for name in sorted({row.family for row in training.leaderboard} - {"ensemble", "dummy"}):
        try:
            meaning = inspect.getdoc(MODELS.get(name))
        except (ExtraMissing, MemberUnknown):  # it was there when the model was made
            continue
        if meaning:
            yield Term(name, meaning.splitlines()[0])
