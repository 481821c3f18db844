"""From all looks to alerts: what moved beyond chance, what it costs, and what is only told."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mlwright.core.errors import name_list
from mlwright.data.words import figure, percent
from mlwright.records.alarms import Alert, Harm
from mlwright.records.looks import ANSWERS, TOGETHER, Baseline, Looks
from mlwright.records.outcomes import Promised
from mlwright.records.settings import WatchSettings
from mlwright.records.watch import Comparison
from mlwright.watching.costing import harm_of, least_harm_of
from mlwright.watching.evidence import Evidence, gather, of_whole_rows, together, weights_of
from mlwright.watching.naming import harm_by_name, sentence_of, with_names
from mlwright.watching.promise import is_heard, log_evidence, promised

LARGEST = 1e12
"""Evidence beyond it is told as this."""
LOSS = "the loss"


def with_alerts(comparison: Comparison, baseline: Baseline, memory: Looks, settings: WatchSettings) -> Comparison:
    """The comparison with the evidence of all looks, what it costs, and what is to be kept for the next look.

    An alarm is given where the evidence of everything together reaches ``1 / budget`` and something that moved does
    harm, or may do so in rows of which the test had too few. Without harm it is a note. What the true outcomes say is
    heard again some months after an alarm that they gave. That whole rows are not as they
    were is said where no alarm says more, and no column that moved explains it. Evidence is gathered anew after an
    alarm; the same rows once more give the same answer.
    """
    threshold, last = 1.0 / settings.budget, memory.latest
    earlier = {name: tuple(place for place in getattr(memory, name) if place < last) for name in ("alarmed", "broken")}
    memory = memory.model_copy(update=earlier)
    weights = weights_of(memory, settings.looks)
    found = gather(baseline.columns, memory, weights)
    log_loss = log_evidence(memory.looks, weights, baseline, settings.budget)
    told = "" if is_heard(memory, settings.looks) else memory.broken_at
    log_loss = -math.inf if told and log_loss is not None else log_loss
    whole = of_whole_rows(memory, weights)
    others = [*found, *([whole] if whole else [])]
    total = together(others, log_loss)
    promise = promised(memory, log_loss, threshold, baseline, told)
    moved = _moved(found, total, threshold, memory, baseline) if memory.looks else []
    moved = [with_names(alert, comparison) for alert in moved]
    worse = [_broken(promise, baseline)] if promise and promise.is_broken and total >= math.log(threshold) else []
    alerts = [*worse, *sorted((each for each in moved if _matters(each.harm, baseline, settings)), key=_costliest)]
    notes = [each for each in moved if each not in alerts]
    if whole and not alerts and min(whole.log_e, total) >= math.log(threshold) and not _is_explained(moved, memory):
        rows = _told_apart(whole, memory, baseline)
        alerts, notes = ([rows], notes) if _costs(rows.harm, baseline, settings) else ([], [*notes, rows])
    alarmed = (*memory.alarmed, last) if alerts else memory.alarmed
    is_by_loss = bool(alerts) and log_loss is not None and together(others, -math.inf) < math.log(threshold)
    if worse or is_by_loss:
        memory = memory.model_copy(update={"broken": (*memory.broken, last), "broken_at": memory.looks[-1].ended})
    return comparison.model_copy(
        update={
            "budget": settings.budget,
            "threshold": threshold,
            "evidence": _plain(total),
            "alerts": tuple(alerts),
            "notes": tuple(notes),
            "harm": _overall(found, baseline),
            "promise": promise,
            "memory": memory.model_copy(update={"alarmed": alarmed}),
        }
    )


def _moved(found: Sequence[Evidence], total: float, threshold: float, memory: Looks, baseline: Baseline) -> list[Alert]:
    """Columns whose own evidence reaches the threshold, but for those that only say again what others say."""
    if total < math.log(threshold):
        return []
    strong = [each for each in found if each.log_e >= math.log(threshold)]
    names = {each.column.cells.name for each in strong}
    told = [each for each in strong if not _is_told_elsewhere(each, names)]
    return [_alert(each, memory, baseline) for each in sorted(told, key=lambda each: -each.log_e)]


def _is_told_elsewhere(evidence: Evidence, names: set[str]) -> bool:
    """Of pairs, by a column that has moved itself; of a text that is missing, by its words."""
    cells = evidence.column.cells
    if cells.sort in ("length", "new words", "new word") and evidence.aspect == "missing":
        return cells.of[0] in names
    return cells.sort == "pair" and bool(names & set(cells.of))


def _alert(evidence: Evidence, memory: Looks, baseline: Baseline) -> Alert:
    cells = evidence.column.cells
    aspect = "target" if cells.name == "the target" else evidence.aspect
    return Alert(
        what=cells.name,
        aspect=aspect,
        evidence=_plain(evidence.log_e),
        size=evidence.size,
        since=memory.looks[evidence.since].began,
        sentence=sentence_of(evidence, memory),
        harm=harm_by_name(evidence, memory, baseline),
    )


def _is_explained(moved: Sequence[Alert], memory: Looks) -> bool:
    """Whether one of the columns that the small model heeds most has moved by itself."""
    assert memory.apart is not None
    names = {each.what for each in moved}
    return any(name in names for name in memory.apart.most)


def _told_apart(evidence: Evidence, memory: Looks, baseline: Baseline) -> Alert:
    """What the small model has found, with the columns that it heeds most."""
    found = memory.apart
    assert found is not None
    heeded = name_list([repr(name) for name in found.most])
    return Alert(
        what=TOGETHER,
        aspect="relation",
        evidence=_plain(evidence.log_e),
        size=evidence.size,
        since=found.since,
        sentence=(
            f"How columns go together has changed, most of all {heeded}: a small model tells a new row from one of "
            f"training in {percent(found.area)} of such pairs; half would be chance."
        ),
        harm=least_harm_of(evidence, baseline),
    )


def _broken(promise: Promised, baseline: Baseline) -> Alert:
    """The loss itself is worse than promised; that is known, from true outcomes."""
    loss = promise.found.model_copy(
        update={end: getattr(promise.found, end) - promise.promised.value for end in ("value", "low", "high")}
    )
    money = promise.money_found
    turned = money.model_copy(
        update={
            "value": promise.money_promised.value - money.value,
            "low": promise.money_promised.value - money.high,
            "high": promise.money_promised.value - money.low,
        }
    )
    return Alert(
        what=LOSS,
        aspect="loss",
        evidence=promise.evidence,
        size=1.0,
        since="",
        sentence=(
            f"The {baseline.loss_title} is {figure(promise.found.value)} on {promise.n:,} rows with a true outcome; "
            f"{figure(promise.promised.value)} was promised."
        ),
        harm=Harm(title=baseline.loss_title, loss=loss, money=turned, unit=baseline.unit),
    )


def _matters(harm: Harm | None, baseline: Baseline, settings: WatchSettings) -> bool:
    """Whether it costs enough, or may do so and cannot be known."""
    least = settings.harm * abs(baseline.loss.mean[0])
    if harm is None:
        return False
    return harm.loss.high >= least if not harm.is_known else _costs(harm, baseline, settings)


def _costs(harm: Harm | None, baseline: Baseline, settings: WatchSettings) -> bool:
    """Whether it costs enough, as far as it is known."""
    if harm is None:
        return False
    least = settings.harm * abs(baseline.loss.mean[0])
    costs = harm.loss.low > 0 and harm.loss.value >= least
    return costs or (
        harm.money is not None and not baseline.assumed and harm.money.low > 0 and _is_much(harm, baseline, settings)
    )


def _is_much(harm: Harm, baseline: Baseline, settings: WatchSettings) -> bool:
    return harm.money is not None and harm.money.value >= settings.harm * abs(baseline.benefit.mean[0])


def _costliest(alert: Alert) -> tuple[bool, bool, float]:
    """By what it costs; what is not known to cost anything comes behind, causes first, by how much has moved."""
    assert alert.harm is not None
    if alert.harm.is_known:
        return False, False, -alert.harm.loss.value
    return True, alert.what == ANSWERS, -alert.size


def _overall(found: Sequence[Evidence], baseline: Baseline) -> Harm | None:
    """What the model's own answers say of its loss."""
    return next((harm_of(each, baseline) for each in found if each.column.cells.name == ANSWERS), None)


def _plain(log_e: float) -> float:
    return min(LARGEST, math.exp(min(log_e, 700.0)))
