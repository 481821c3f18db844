"""What a disturbance does to the model: the loss, the share of its gain that is lost, and the answers that change."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.words import figure, percent
from mlwright.judging.bench import N_REPLICATES, Bench, Places
from mlwright.judging.notice import told_noted
from mlwright.judging.probes import PROBES, Judged, Probe
from mlwright.judging.words import inside
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.records.evaluation import Estimate
from mlwright.records.robustness import ProbeResult
from mlwright.statistics.sampling import Draws

CHANGED_NUMBER = 0.1


def harm_of(name: str, strength: float, bench: Bench) -> ProbeResult:
    """What one probe does at one strength; of several ways the most harmful one.

    Raises
    ------
    NotApplicable
        If the rows cannot be disturbed in this way, or the metric is not defined on them.
    """
    probe = PROBES.get(name)()
    rng = np.random.default_rng(bench.run.seed_for("probe", name, strength, "judged"))
    part = probe.judged(bench.table, bench.profile, strength, bench.lessons.known, rng)
    if part is not None:
        return _result_on_part(name, probe, strength, part, bench)
    worst = max(_harms(name, probe, strength, bench), key=lambda harm: harm.loss.value)
    title = f"{probe.title}: {worst.what}" if worst.what else probe.title
    lost = lost_share(worst.loss.value, bench.gain)
    return ProbeResult(
        probe=name,
        title=title,
        strength=strength,
        metric=bench.measure.estimate(worst.after),
        loss=worst.loss,
        lost_share=lost,
        answers_changed=worst.changed,
        sentence=_sentence(worst, bench, lost, cost := bench.cost(worst.after)),
        cost=cost,
        noted_share=worst.noted,
    )


@dataclass(frozen=True)
class _Harm:
    what: str
    clause: str
    after: Scored
    loss: Estimate
    changed: float
    noted: float


def _harms(name: str, probe: Probe, strength: float, bench: Bench) -> Iterator[_Harm]:
    """What each way of disturbing does to the model."""
    rng = np.random.default_rng(bench.run.seed_for("probe", name, strength))
    for way in probe.ways(bench.table, bench.profile, strength, rng):
        bench.run.clock.check()
        blocks = bench.model.encoder.encode(way.table)
        scores = bench.model.predict(blocks).astype(np.float32).astype(np.float64)
        after = Scored(scores, bench.before.threshold)
        loss = bench.measure.gain(bench.before, after)
        if math.isnan(loss.value):
            raise NotApplicable(f"{bench.measure.metric.title} is not defined on these rows")
        clause = way.clause or probe.describe(strength)
        noted = bench.watchman.noted(blocks)
        yield _Harm(way.what, clause, after, loss, changed_share(bench.before, after, bench), noted)


def changed_share(before: Scored, after: Scored, bench: Bench) -> float:
    """Share of rows with another class, or with a number that moved by more than a tenth of the target's spread."""
    if bench.profile.roles.task == "regression":
        moved = np.abs(after.prediction[:, 0] - before.prediction[:, 0])
        return float((moved > CHANGED_NUMBER * bench.spread).mean())
    return float((before.answers != after.answers).mean())


def lost_share(loss: float, gain: float) -> float:
    """Loss as a share of the gain over the dummy; a model without a gain has nothing, or everything, to lose."""
    if gain > 0:
        return loss / gain
    return 1.0 if loss > 0 else 0.0


def _sentence(harm: _Harm, bench: Bench, lost: float, cost: Estimate | None) -> str:
    before, after = bench.measure.score(bench.before), bench.measure.score(harm.after)
    moved = f"If {harm.clause}, {inside(bench.measure.metric.title)} goes from {figure(before)} to {figure(after)}"
    told = f"{moved}. {in_words(lost)} {percent(harm.changed)} of the answers change."
    return f"{told}{priced(cost)} {told_noted(harm.noted)}" if harm.changed or lost > 0 else told


def priced(cost: Estimate | None) -> str:
    """What it costs, as a sentence with a space before; empty where that is not sure."""
    if cost is None or cost.low <= 0:
        return ""
    value, low, high = (f"{end:,.0f}" if abs(end) >= 100 else f"{end:.3g}" for end in (cost.value, cost.low, cost.high))
    return f" That costs {value} per 1,000 cases (between {low} and {high})."


def in_words(lost: float) -> str:
    """A share of the gain that is lost, as a sentence."""
    if lost >= 1:
        return "The model is then no better than one that knows nothing."
    if lost <= 0.005:
        return "Nothing of what the model is good for is lost."
    return f"{percent(lost)} of what the model gains over one that knows nothing is lost."


def _result_on_part(name: str, probe: Probe, strength: float, part: Judged, bench: Bench) -> ProbeResult:
    """The gain over the dummy on some rows against that on all others."""
    sides = [_part(np.flatnonzero(side), bench, number) for number, side in enumerate((part.rows, ~part.rows))]
    (there, metric), (elsewhere, _) = sides
    if math.isnan(there.value) or math.isnan(elsewhere.value):
        raise NotApplicable(f"{bench.measure.metric.title} is not defined on a part of the rows")
    value = elsewhere.value - there.value
    loss = Estimate(
        value=value,
        low=value - math.hypot(elsewhere.value - elsewhere.low, there.high - there.value),
        high=value + math.hypot(elsewhere.high - elsewhere.value, there.value - there.low),
        method="difference of independent rows",
    )
    told = f" {part.told}" if part.told else ""
    return ProbeResult(
        probe=name,
        title=probe.title,
        strength=strength,
        metric=metric,
        loss=loss,
        lost_share=lost_share(value, bench.gain),
        answers_changed=0.0,
        sentence=(
            f"If {probe.describe(strength)}, the gain over a model that knows nothing "
            f"({inside(bench.measure.metric.title)}) is {figure(there.value)} there, "
            f"and {figure(elsewhere.value)} on the others.{told}"
        ),
    )


def _part(rows: Places, bench: Bench, number: int) -> tuple[Estimate, Estimate]:
    draws = Draws(bench.measure.draws.sampling.take(rows), bench.run.seed_for("probe", "part", number), N_REPLICATES)
    measure = yardstick(bench.measure.name, bench.measure.target[rows], draws)
    model, dummy = bench.before.take(rows), bench.dummy.take(rows)
    return measure.gain(model, dummy), measure.estimate(model)
