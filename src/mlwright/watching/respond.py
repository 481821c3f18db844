"""The stage that says what to do about new rows."""

from __future__ import annotations

from collections.abc import Sequence

from mlwright.core.errors import name_list
from mlwright.data.words import counted, figure, percent
from mlwright.records.alarms import Alert, Harm
from mlwright.records.evaluation import Estimate
from mlwright.records.outcomes import Choice, Option, Outcomes, Performance, Promised
from mlwright.records.settings import WatchSettings
from mlwright.records.watch import Comparison, Response

HALF = 0.5
"""Share of the model's gain over the dummy that must not be lost unseen."""

SHOWN = 3
TRAIN = "Add the new rows to the data and type: mlwright run"
"""What `mlwright operate` does by itself."""

DONE: dict[Choice, str] = {
    "shift": "The same answers, shifted by the newest outcomes,",
    "recalibrate": "The same probabilities, recalibrated by the newest outcomes,",
    "correct": "The same answers, corrected by small trees that learned the newest errors,",
    "join": "Half of these answers and half those of a small model of the new rows",
    "anew": "A small model of the new rows alone",
    "plain": "One plain answer for all rows",
}


def respond(comparison: Comparison, settings: WatchSettings) -> Response:
    """Say whether to do nothing, to find out true outcomes, or to train again.

    A shift of the inputs is no proof that the model is worse, only a reason to look; true outcomes prove it. Where the
    bundle remembers its training, alarms alone are reasons to act, so that all answers together keep `watch.budget`;
    else it is what these rows say alone.
    """
    response = _with_options(_answer(comparison, settings))
    told = _left_out_words(comparison, settings.time)
    return response.model_copy(update={"reasons": (*response.reasons, *told)}) if told else response


def _left_out_words(comparison: Comparison, time: str | None) -> tuple[str, ...]:
    """Which rows count no more, or not at all, so that nobody waits for what they say."""
    left = comparison.left_out
    if left is None:
        return ()
    told = []
    if left.n_again:
        counts = f", but {counted(left.n_late, 'outcome')} of theirs that came since" if left.n_late else ""
        told.append(
            f"{counted(left.n_again, 'row')} of {comparison.n_rows:,} are not after {left.until[:16].replace('T', ' ')}"
            f", up to which was looked before: they are not counted again{counts}."
        )
    if left.n_untimed:
        told.append(f"{counted(left.n_untimed, 'row')} of {comparison.n_rows:,} have no time in {time!r}: not counted.")
    return tuple(told)


def _answer(comparison: Comparison, settings: WatchSettings) -> Response:
    measured = comparison.performance
    if comparison.memory is not None:
        return _by_alarms(comparison, measured)
    moved = comparison.moved(settings.least)
    if measured is not None and measured.corrected <= comparison.alarms and measured.loss.value > 0:
        return _retrain(comparison, measured)
    if moved and not _is_reassuring(measured):
        return _ask_for_labels(comparison, measured)
    return _nothing(comparison, measured)


def _with_options(response: Response) -> Response:
    """The response with what would surely have been better on the newest labelled rows, and what it is worth.

    Outcomes that are no fair sample say nothing of it.
    """
    better = [option for option in response.comparison.options if option.gain.low > 0]
    if not better or not _is_fair(response.comparison):
        return response
    told = (*response.reasons, *(option_words(option) for option in better[:SHOWN]))
    if response.action == "nothing":
        return response.model_copy(update={"reasons": told})
    is_useless = any(option.choice == "plain" for option in better)
    first = ("Do without its answers for now, or go back: mlwright undo --why REASON",) if is_useless else ()
    steps = dict.fromkeys((*first, *response.next_steps, TRAIN))
    return response.model_copy(update={"reasons": told, "next_steps": tuple(steps)})


def option_words(option: Option) -> str:
    """What an option would have been worth, as a sentence."""
    worth = "" if option.money is None else f"; an answer is worth {_with_interval(option.money)} more"
    return (
        f"{DONE[option.choice]} would have lost {_with_interval(option.gain)} less of {option.loss} on each of "
        f"{option.n_rows:,} rows{worth}."
    )


def _by_alarms(comparison: Comparison, measured: Performance | None) -> Response:
    alerts = comparison.alerts
    if any(alert.aspect in ("loss", "target") for alert in alerts) and not _is_fair(comparison):
        return _ask_for_a_fair_sample(comparison, alerts)
    if any(alert.aspect == "loss" for alert in alerts):
        return Response(
            action="retrain",
            headline=f"The model is worse than promised: train it again. {alerts[0].sentence}",
            reasons=(cost_words(alerts[0].harm).strip(), *_told(alerts[1:])),
            next_steps=(TRAIN,),
            comparison=comparison,
        )
    if comparison.promise is not None and comparison.promise.lasts and _is_fair(comparison):
        return _still_worse(comparison, comparison.promise)
    if alerts and not (_is_fair(comparison) and _is_reassuring(measured)):
        return _ask_about(comparison, alerts, measured)
    return _nothing(comparison, measured)


def _still_worse(comparison: Comparison, promise: Promised) -> Response:
    """What was told before and still stands: an alarm that lasts, and not a new one."""
    return Response(
        action="retrain",
        headline=f"The model is still worse than promised, as was told on {promise.told[:10]}: train it again.",
        reasons=(
            f"A mean loss of {figure(promise.found.value)} was found on {counted(promise.n, 'row')} with a true "
            f"outcome, and {figure(promise.promised.value)} was promised.",
            *_told(comparison.alerts),
        ),
        next_steps=(TRAIN,),
        comparison=comparison,
    )


def _is_fair(comparison: Comparison) -> bool:
    return comparison.outcomes is None or comparison.outcomes.is_fair


def _ask_for_a_fair_sample(comparison: Comparison, alerts: Sequence[Alert]) -> Response:
    """Outcomes of rows that say little of the others: who answers, or how soon, hangs together with the outcome."""
    assert comparison.outcomes is not None
    n = min(comparison.labels_needed, comparison.outcomes.n_rows - comparison.outcomes.n_known)
    return Response(
        action="ask_for_labels",
        headline="The outcomes so far are not what was promised, but they are no fair sample of all rows.",
        reasons=(*_told(alerts), fairness_words(comparison.outcomes)),
        next_steps=(
            f"Find out the true {comparison.target!r} of {n:,} of the rows without one, chosen at random.",
            "Write these rows alone into a file and type: mlwright watch --data FILE",
        ),
        comparison=comparison,
    )


def fairness_words(outcomes: Outcomes) -> str:
    """Which rows have an outcome, and how they differ from the others."""
    return (
        f"{percent(outcomes.n_known / outcomes.n_rows)} of {counted(outcomes.n_rows, 'row')} have a true outcome, and "
        f"not by lot: the answers to them are not like those to the rows of the same day without one (chance "
        f"{outcomes.chance:.1g}). By the test, rows with such answers lose {figure(outcomes.known)}, the others "
        f"{figure(outcomes.rest)}."
    )


def _blind_words(comparison: Comparison) -> str:
    """What no unlabelled row can show, and how many outcomes would."""
    return (
        f"Too few true outcomes have come to say whether the same rows still end as they did; no other figure shows "
        f"that. {comparison.labels_needed:,} of rows chosen at random would tell whether half of the gain is lost."
    )


def _ask_about(comparison: Comparison, alerts: Sequence[Alert], measured: Performance | None) -> Response:
    """What is known to cost something comes first; of what cannot be known the outcomes of those rows are asked for."""
    costly = [alert for alert in alerts if alert.harm is not None and alert.harm.is_known]
    if costly:
        headline = f"The model loses more than promised on rows like these: {costly[0].what} moved."
    else:
        headline = "The rows are not what the model learned from; only true outcomes can tell whether it still holds."
    unknown = [alert.harm for alert in alerts if alert.harm is not None and not alert.harm.is_known]
    most = max(unknown, key=lambda harm: harm.n_labels, default=None)
    cases = most.cases if most else "of these rows, chosen at random"
    n = min(comparison.n_rows, most.n_labels if most else comparison.labels_needed)
    return Response(
        action="ask_for_labels",
        headline=headline,
        reasons=(*_told(alerts), *((_measured(measured),) if measured else ())),
        next_steps=(
            f"Find out the true {comparison.target!r} of {n:,} {cases}.",
            "Write them beside the rows and type: mlwright watch --data LABELLED_ROWS",
        ),
        comparison=comparison,
    )


def _told(alerts: Sequence[Alert]) -> tuple[str, ...]:
    return tuple(f"{alert.what}: {alert.sentence}{cost_words(alert.harm)}" for alert in alerts[:SHOWN])


def cost_words(harm: Harm | None) -> str:
    """What a change costs, for those who read no table; why that is not known, where it is not."""
    if harm is None:
        return ""
    if not harm.is_known:
        return f" {harm.unknown}"
    is_gain = harm.loss.high < 0
    loss = _turned(harm.loss) if is_gain else harm.loss
    money = _turned(harm.money) if is_gain and harm.money is not None else harm.money
    told = f" and {_with_interval(money)} {harm.unit}" if money is not None and harm.money != harm.loss else ""
    return f" That {'saves' if is_gain else 'costs'} {_with_interval(loss)} of {harm.title}{told} a row."


def _turned(estimate: Estimate) -> Estimate:
    """What is saved, of what it costs."""
    ends = {"value": -estimate.value, "low": -estimate.high, "high": -estimate.low}
    return estimate.model_copy(update=ends)


def _is_reassuring(measured: Performance | None) -> bool:
    """Whether the model keeps at least half of its gain, with some certainty."""
    return measured is not None and measured.lost_share.high < HALF


def _retrain(comparison: Comparison, measured: Performance) -> Response:
    return Response(
        action="retrain",
        headline=f"The model is worse than promised: train it again. {_measured(measured)}",
        reasons=_moves(comparison),
        next_steps=(TRAIN,),
        comparison=comparison,
    )


def _ask_for_labels(comparison: Comparison, measured: Performance | None) -> Response:
    known = _measured(measured) if measured else f"The true {comparison.target!r} of these rows is not known."
    n = min(comparison.n_rows, comparison.labels_needed)
    return Response(
        action="ask_for_labels",
        headline="The rows are not what the model learned from; only true outcomes can tell whether it still holds.",
        reasons=(*_moves(comparison), known),
        next_steps=(
            f"Find out the true {comparison.target!r} of {n:,} of these rows, chosen at random.",
            "Write them beside the rows and type: mlwright watch --data LABELLED_ROWS",
        ),
        comparison=comparison,
    )


def _nothing(comparison: Comparison, measured: Performance | None) -> Response:
    if all(column.untested for column in comparison.columns) and measured is None:
        said = f"The window holds too little to tell anything ({counted(comparison.n_rows, 'row')}): give more."
    elif comparison.notes or comparison.alerts or (comparison.memory is None and comparison.moved()):
        said = "Something moved, but it is no reason to act."
    elif comparison.promise is not None and comparison.promise.told and not comparison.promise.lasts:
        said = f"The model does as promised since {comparison.promise.told[:10]}, when it was told to do worse."
    elif measured is not None and measured.corrected <= comparison.alarms and measured.loss.value > 0:
        said = "No alarm yet, but these rows alone look worse than was promised; more true outcomes will tell."
    elif comparison.moved():
        said = "Nothing has moved beyond what chance, days and seasons bring."
    else:
        said = "Nothing has moved beyond chance."
    moves = _moves(comparison) if comparison.memory is None else _told((*comparison.alerts, *comparison.notes))
    reasons = (*moves, *((_measured(measured),) if measured else ()), *_doubts(comparison))
    return Response(action="nothing", headline=said, reasons=reasons, comparison=comparison)


def _doubts(comparison: Comparison) -> tuple[str, ...]:
    """What the outcomes so far leave open."""
    if not _is_fair(comparison) and comparison.outcomes is not None:
        n = min(comparison.labels_needed, comparison.outcomes.n_rows - comparison.outcomes.n_known)
        return (
            fairness_words(comparison.outcomes),
            f"The outcomes of {n:,} of the others, chosen at random, would tell.",
        )
    n_known = comparison.promise.n if comparison.promise is not None else 0
    is_blind = comparison.memory is not None and n_known < comparison.labels_needed
    return (_blind_words(comparison),) if is_blind and not _is_reassuring(comparison.performance) else ()


def _moves(comparison: Comparison) -> tuple[str, ...]:
    """What moved most, in sentences."""
    moved = comparison.moved()
    told = [f"{column.name}: {movement.sentence}" for column, movement in moved[:SHOWN]]
    rest = list(dict.fromkeys(column.name for column, _ in moved[SHOWN:]))
    return (*told, *([f"Moved less: {name_list(rest)}."] if rest else []))


def _measured(measured: Performance) -> str:
    return (
        f"{measured.title} on {counted(measured.n_rows, 'new row')}: {_with_interval(measured.found)}; "
        f"{_with_interval(measured.promised)} was promised."
    )


def _with_interval(estimate: Estimate) -> str:
    return f"{figure(estimate.value)} ({figure(estimate.low)} to {figure(estimate.high)})"
