"""What a probe does that changes what was learned from: a quick model learns both ways and answers the same rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.words import figure, percent
from mlwright.judging.bench import N_REPLICATES, Bench, Places
from mlwright.judging.harm import changed_share, in_words, lost_share, priced
from mlwright.judging.lessons import Array
from mlwright.judging.probes import Lesson, Probe
from mlwright.judging.words import inside
from mlwright.learning.yardstick import Scored, Yardstick, yardstick
from mlwright.records.evaluation import Estimate
from mlwright.records.robustness import ProbeResult
from mlwright.statistics.sampling import Draws


@dataclass(frozen=True)
class _Relearned:
    """A lesson, and what the quick model says before and after it, on the rows that count."""

    lesson: Lesson
    measure: Yardstick
    before: Scored
    after: Scored
    gain: float
    loss: Estimate
    rows: Places


def relearned(name: str, probe: Probe, strength: float, bench: Bench) -> ProbeResult:
    """The most harmful lesson of a probe at one strength.

    Raises
    ------
    NotApplicable
        If there is no lesson, no model that is quick enough, or the metric is not defined on the rows that count.
    """
    worst = max(_tried(name, probe, strength, bench), key=lambda each: each.loss.value)
    title = f"{probe.title}: {worst.lesson.what}" if worst.lesson.what else probe.title
    return ProbeResult(
        probe=name,
        title=title,
        strength=strength,
        metric=worst.measure.estimate(worst.after),
        loss=worst.loss,
        lost_share=(lost := lost_share(worst.loss.value, worst.gain)),
        answers_changed=(changed := changed_share(worst.before, worst.after, bench)),
        sentence=_sentence(worst, bench, lost, changed, cost := bench.cost(worst.after, worst.before, worst.rows)),
        cost=cost,
        quick_model=bench.lessons.quick.family,
    )


def _tried(name: str, probe: Probe, strength: float, bench: Bench) -> Iterator[_Relearned]:
    rng = np.random.default_rng(bench.run.seed_for("probe", name, strength))
    for lesson in probe.lessons(bench.table, bench.profile, strength, bench.lessons.known, rng):
        bench.run.clock.check()
        yield _judged(lesson, bench.lessons.after(lesson), bench)


def _judged(lesson: Lesson, said: Array, bench: Bench) -> _Relearned:
    rows = np.arange(bench.table.num_rows) if lesson.judged is None else np.flatnonzero(lesson.judged)
    draws = Draws(bench.measure.draws.sampling.take(rows), bench.run.seed_for("probe", "lesson"), N_REPLICATES)
    measure = yardstick(bench.measure.name, bench.measure.target[rows], draws)
    before, after = (Scored(scores, bench.before.threshold).take(rows) for scores in (bench.lessons.usual, said))
    dummy = bench.dummy.take(rows)
    loss = measure.gain(before, after)
    if math.isnan(loss.value):
        raise NotApplicable(f"{measure.metric.title} is not defined on the rows that count")
    return _Relearned(lesson, measure, before, after, measure.gain(before, dummy).value, loss, rows)


def _sentence(worst: _Relearned, bench: Bench, lost: float, changed: float, cost: Estimate | None) -> str:
    title, quick = inside(worst.measure.metric.title), bench.lessons.quick.family
    before, after = worst.measure.score(worst.before), worst.measure.score(worst.after)
    moved = f"If {worst.lesson.clause}, {title} goes from {figure(before)} to {figure(after)}"
    return (
        f"{moved} (a quick {quick} that learned both ways). {in_words(lost)} {percent(changed)} of the answers "
        f"change.{priced(cost)} {worst.lesson.noticed}"
    )
