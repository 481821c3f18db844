"""A model's figures in words for people who do not know the field."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import NamedTuple

from mlwright.core.errors import ExtraMissing, MemberUnknown
from mlwright.data.words import counted, percent, shortened
from mlwright.faces.render.numbers import short
from mlwright.judging.more_rows import told_more_rows
from mlwright.judging.words import GLOSSES
from mlwright.judging.worth.break_even import told_amount, told_break_evens, told_if_off, told_range
from mlwright.judging.worth.few_cases import told_few_cases
from mlwright.judging.worth.pilot import told_pilot
from mlwright.judging.worth.told import told_capacity, told_without
from mlwright.learning.models import MODELS
from mlwright.records.decision import Worth
from mlwright.records.evaluation import Confusion, Coverage, Estimate, Evaluation, MetricResult
from mlwright.records.trials import Training

CASES = 1000
TOLD_LEVEL = 0.9
PER_CASE = "units of error"
"""The unit of worth that is told for one case."""


def _shares(estimate: Estimate) -> str:
    return f"between {percent(estimate.low)} and {percent(estimate.high)}"


class WorthLine(NamedTuple):
    """What one outcome counts."""

    what: str
    amount: str


def worth_notes(worth: Worth) -> list[str]:
    """How many are answered positive, where the gain ends, what more rows bring and how large a trial must be."""
    told = [told_capacity(worth), told_few_cases(worth), told_break_evens(worth.break_even, most=4)]
    told += [told_if_off(worth), told_without(worth), told_more_rows(worth)]
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


class OffLine(NamedTuple):
    """What the gain hangs on one amount; `half` and `twice` are places in `Worth.if_off`."""

    what: str
    said: str
    half: int
    twice: int
    within: str


def off_lines(worth: Worth) -> Iterator[OffLine]:
    """One line for each amount that was said."""
    ends = {found.name: told_range(found) for found in worth.break_even}
    for half, one in enumerate(worth.if_off[::2]):
        said = worth.table[one.name]
        name = told_amount(one.name, is_cost=said < 0)
        within = ends.get(one.name, "any" if worth.break_even else "")
        yield OffLine(name, short(abs(said)), 2 * half, 2 * half + 1, within)


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
        share = percent(evaluation.unlike_share) if evaluation.unlike_share else "None"
        told.append(
            f"{share} of the test rows {'are' if evaluation.unlike_share else 'is'} unlike anything that the model has "
            "learned from. The service says so, and a person should look at such a case."
        )
    return told


def told_tenths(evaluation: Evaluation) -> str:
    """What the first and the last part of the rows hold, in the order of what was said of them."""
    if not evaluation.tenths:
        return ""
    first, last = evaluation.tenths[0], evaluation.tenths[-1]
    if first.found is None or first.lift is None or evaluation.confusion is None:
        return (
            f"Where the highest answers were given ({short(first.said)} on average) the truth was "
            f"{short(first.happened.value)}, where the lowest were ({short(last.said)}) {short(last.happened.value)}."
        )
    positive = shortened(evaluation.confusion.classes[-1], 24)
    return (
        f"Whoever looks at the {counted(first.n_rows, 'row')} alone of which the model is surest finds "
        f"{percent(first.found)} of all '{positive}', {first.lift:.1f} times as many as by chance."
    )


def _told_level(found: Coverage, *, is_sets: bool) -> str:
    what = f"Intervals of {100 * found.level:.0f} % around a single answer are {short(found.size)} wide"
    if is_sets:
        what = f"The classes that cannot be ruled out (at {100 * found.level:.0f} %) are {found.size:.2f}"
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
    if any(row.name.endswith("-timeless") for row in training.leaderboard):
        yield Term(
            "-timeless", "The same model without columns that only count the time on, such as a date or a number."
        )
    yield Term(
        "fold",
        "A part of the training rows. Each model learns from the other parts and is scored on this one, so that no "
        "score of the leaderboard rests on rows that the model has seen.",
    )
    if evaluation.rests_on == "test rows":
        yield Term("unseen rows, test", "Rows that were set aside at the start and looked at once, at the end.")
    else:
        yield Term(
            "unseen rows, test",
            "No row was set aside: each is answered by cores that had not learned from it, and what differs on new "
            "rows is made up for.",
        )
    if evaluation.footing is not None and evaluation.footing.piece != "row":
        yield Term(
            "piece of evidence",
            "What chance drew by itself: all rows of one group, or a stretch of time in which neighbours are alike. "
            "Ten rows of one person may say little more than one.",
        )
    if training.model.threshold is not None and training.model.classes:
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
