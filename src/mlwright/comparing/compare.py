"""Compare two finished models: paired where both were tested on the same rows."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable

import numpy as np

from mlwright.comparing.differences import differences
from mlwright.comparing.side import Side, reader, side_at
from mlwright.comparing.worth import is_worth_the_same, worth_gain
from mlwright.core.errors import SettingsError
from mlwright.data.compute.table import open_snapshot
from mlwright.data.words import counted, figure
from mlwright.judging.words import inside
from mlwright.learning.amounts import decisive_on
from mlwright.learning.tasks import TASKS
from mlwright.learning.unseen import kept_scores, kept_target, open_unseen
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.project import Project
from mlwright.records.evaluation import Estimate, MetricResult
from mlwright.records.versus import Better, MetricPair, ProbePair, Versus
from mlwright.scoring.deciding import Decisive
from mlwright.scoring.matching import decisive_as, same_classes, scores_as, target_as
from mlwright.statistics.sampling import Draws

INDEPENDENT = "two tests, by their intervals"


def compare(
    first: str | os.PathLike[str], second: str | os.PathLike[str], home: str | os.PathLike[str] = "."
) -> Versus:
    """What differs between two models, which is better, and how sure that is.

    One metric decides: the one that the first was optimised for. Its interval, and that of every other metric, holds as
    often as it says for itself; among several metrics one may stand out by chance.

    Parameters
    ----------
    first, second : path-like or str
        A project folder (its latest decision), a bundle, or a run of the project `home`.
    home : path-like, default="."

    Raises
    ------
    NothingToShow
        If one of them is not there.
    SettingsError
        If they answer different questions.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27. (Where the rows are not the same.)
    """
    one, other = side_at(first, Project(home)), side_at(second, Project(home))
    if (one.target, one.model.task) != (other.target, other.model.task) or not same_classes(
        one.model.classes, other.model.classes
    ):
        raise SettingsError(
            f"They answer different questions: {one.target!r} ({one.model.task}) and {other.target!r} "
            f"({other.model.task}), or other classes.",
            "Compare models of the same target.",
        )
    paired = _answers_same_rows(one, other)
    metrics = tuple(_pairs(one, other, paired=paired))
    better, sentence = _verdict(one, other, metrics, paired=paired)
    same_worth = is_worth_the_same(one, other)
    return Versus(
        first=one.name,
        second=other.name,
        target=one.target,
        paired=paired,
        n_rows=(one.evaluation.n_rows, other.evaluation.n_rows),
        metrics=metrics,
        first_worth=one.decision.worth.gain,
        second_worth=other.decision.worth.gain,
        worth_unit=one.decision.worth.unit if same_worth else "",
        worth_gain=worth_gain(one, other) if paired and same_worth else None,
        probes=tuple(_probes(one, other)),
        differences=differences(one, other),
        better=better,
        sentence=sentence,
    )


def _answers_same_rows(one: Side, other: Side) -> bool:
    """Whether both were tested on the same set-aside rows of the same data, with the same target."""
    a, b = one.traced, other.traced
    if a is None or b is None or not (a.split.n_test and b.split.n_test):
        return False
    if (a.snapshot.blob, a.split.roles) != (b.snapshot.blob, b.split.roles):
        return False
    if one.evaluation.truth == other.evaluation.truth and one.model.classes == other.model.classes:
        return True
    truths = [kept_target(side.evaluation.truth, reader(traced)) for side, traced in ((one, a), (other, b))]
    return np.array_equal(truths[0], target_as(truths[1], other.model.classes, one.model.classes))


def _pairs(one: Side, other: Side, *, paired: bool) -> Iterable[MetricPair]:
    theirs = {metric.name: metric for metric in other.evaluation.metrics}
    gains = _paired_gains(one, other) if paired else {}
    for metric in one.evaluation.metrics:
        if metric.name in theirs:
            rival = theirs[metric.name]
            yield MetricPair(
                name=metric.name,
                title=metric.title,
                greater_is_better=metric.greater_is_better,
                first=metric.model,
                second=rival.model,
                gain=gains.get(metric.name) or _independent(metric, rival),
            )


def _paired_gains(one: Side, other: Side) -> dict[str, Estimate]:
    """How much better the second is by each metric, row by row."""
    assert one.traced is not None
    assert other.traced is not None
    run, theirs = reader(one.traced), reader(other.traced)
    target = kept_target(one.evaluation.truth, run)
    ours = kept_scores(one.evaluation.predictions, len(target), run)
    classes = other.model.classes, one.model.classes
    rival = scores_as(kept_scores(other.evaluation.predictions, len(target), theirs), *classes)
    unseen = open_unseen(one.traced.snapshot, one.traced.profile, one.traced.split, run, one.evaluation)
    loss = TASKS.get(one.model.task)().row_loss(target, rival)
    draws = Draws(unseen.sampling(loss, target), seed=0)
    first, second = Scored(ours, _decides(one)), Scored(rival, decisive_as(_decides(other), *classes))
    gains = {}
    for metric in one.evaluation.metrics:
        measure = yardstick(metric.name, target, draws, metric.model.level)
        gain = measure.gain(second, first)
        if math.isfinite(gain.value):
            gains[metric.name] = gain
    return gains


def _decides(side: Side) -> Decisive:
    assert side.traced is not None
    traced = side.traced
    run = reader(traced)
    unseen = open_unseen(traced.snapshot, traced.profile, traced.split, run, side.evaluation)
    return decisive_on(side.model, open_snapshot(traced.snapshot, run), unseen.positions)


def _independent(metric: MetricResult, rival: MetricResult) -> Estimate | None:
    """The difference of two estimates from different rows (Zou and Donner's way, of square-and-add)."""
    a, b = metric.model, rival.model
    if not all(math.isfinite(part) for found in (a, b) for part in (found.value, found.low, found.high)):
        return None
    low = b.value - a.value - math.hypot(b.value - b.low, a.high - a.value)
    high = b.value - a.value + math.hypot(b.high - b.value, a.value - a.low)
    value = b.value - a.value
    if not metric.greater_is_better:
        low, value, high = -high, -value, -low
    return Estimate(value=value, low=low, high=high, level=min(a.level, b.level), method=INDEPENDENT)


def _rows_of_each(one: Side, other: Side) -> str:
    """Which rows the two figures are of, where they are not compared row by row."""
    n_rows = f"{one.evaluation.n_rows:,} and {other.evaluation.n_rows:,}"
    if "test rows" in (one.evaluation.rests_on, other.evaluation.rests_on):
        return f"on different rows ({n_rows})"
    return f"each by what its own folds held out ({n_rows} rows), as if these were different ones"


def _verdict(one: Side, other: Side, metrics: tuple[MetricPair, ...], *, paired: bool) -> tuple[Better, str]:
    if not metrics or metrics[0].gain is None:
        return "neither", "They share no metric that both define, so they cannot be compared."
    first = metrics[0]
    gain, name = metrics[0].gain, inside(first.title)
    where = (
        f"on the same {counted(one.evaluation.n_rows, 'row')}, which neither has learned from"
        if paired
        else f"{_rows_of_each(one, other)}, so that only a large difference can be told from chance"
    )
    figures = f"{name} is {figure(first.second.value)} against {figure(first.first.value)}"
    between = f"between {figure(gain.low)} and {figure(gain.high)}"
    if gain.low > 0:
        return "second", f"{other.name} is surely better: {where}, its {figures}; the gain lies {between}."
    if gain.high < 0:
        loss = f"between {figure(-gain.high)} and {figure(-gain.low)}"
        return "first", f"{one.name} is surely better: {where}, the {figures}; the second loses {loss}."
    if gain.low == gain.high == 0:
        return "neither", f"They give the same answers {where}."
    return (
        "neither",
        f"They cannot be told apart: {where}, the second's {figures}; its gain lies {between}. Take the simpler, the "
        "faster, or the one that holds up better.",
    )


def _probes(one: Side, other: Side) -> list[ProbePair]:
    if one.traced is None or other.traced is None:
        return []
    theirs = {(each.title, each.strength): each.lost_share for each in other.traced.robustness.results}
    pairs = [
        ProbePair(
            title=each.title, strength=each.strength, first=each.lost_share, second=theirs[each.title, each.strength]
        )
        for each in one.traced.robustness.results
        if (each.title, each.strength) in theirs
    ]
    return sorted(pairs, key=lambda pair: -abs(_bounded(pair.first) - _bounded(pair.second)))


def _bounded(share: float) -> float:
    """Beyond all there is nothing more to lose."""
    return min(1.0, max(0.0, share))
