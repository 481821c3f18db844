"""The user's table of what answers are worth: read, filled up and checked; or a stand-in where there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from mlwright.core.errors import SettingsError, name_list, nearest
from mlwright.learning.benefit import CHOSEN, KEYS, Array, Benefit, mistake
from mlwright.records.model import Linear, OwnAmounts
from mlwright.records.profile import Task
from mlwright.records.settings import Amount, DecideSettings

V = TypeVar("V")

SHORT = {"per_unit_of_error": ("per_unit_over", "per_unit_under")}
"""Keys that stand for several."""
SMALLEST_THRESHOLD = 1e-3


def amounts_of(settings: DecideSettings) -> dict[str, Amount]:
    """The amounts of the user's table that come from a column.

    >>> amounts_of(DecideSettings(benefit={"true_positive": "fee", "false_positive": -5}))["true_positive"].column
    'fee'
    """
    named = {key: Amount(column=value) if isinstance(value, str) else value for key, value in settings.benefit.items()}
    return {key: value for key, value in named.items() if isinstance(value, Amount)}


def capacity_share(settings: DecideSettings) -> float:
    """The largest share of cases that can be answered positive; 1 where nothing was said.

    Raises
    ------
    SettingsError
        If it was said how many, and not of how many.
    """
    if settings.capacity is None:
        return 1.0
    if settings.cases is None:
        raise SettingsError(
            f"decide.capacity says that {settings.capacity:,} cases a {settings.period} can be answered positive, "
            "but not of how many.",
            f"Say how many cases a {settings.period} brings: [decide] cases = 10000",
        )
    return min(1.0, settings.capacity / settings.cases)


def benefit_table(
    task: Task,
    classes: tuple[str, ...],
    class_shares: Sequence[float],
    settings: DecideSettings,
    columns: Mapping[str, Array] | None = None,
    threshold: float | None = None,
    quantile: float | None = None,
) -> Benefit:
    """The user's table, filled up with zeros, or a stand-in where there is none.

    The stand-in for two classes lets each class count the same in total: with a share of one positive in ten, a
    missed positive costs as much as nine false alarms. For several classes a right answer counts one; for
    numbers every unit of error costs one, or what makes the model's own quantile right.

    Parameters
    ----------
    task : str
    classes : tuple of str
        For the messages; for two classes the positive one is last.
    class_shares : sequence of float
        Share of the training rows in each class, in the order of `classes`; not used for numbers.
    settings : DecideSettings
    columns : mapping, optional
        The columns that amounts come from, for the rows at hand, each of shape (n_rows,).
    threshold : float, optional
        Two classes: where the model answers by a threshold that serves the user's metric, the stand-in is the table by
        which that threshold is right.
    quantile : float, optional
        Numbers: where the model answers with a quantile, the stand-in is the table by which that costs least; else it
        answers with the expected number (`Benefit.by_mean`).

    Raises
    ------
    SettingsError
        If the table has a key that the task does not know, or would reward wrong answers.

    Examples
    --------
    >>> benefit_table("binary", ("no", "yes"), (0.9, 0.1), DecideSettings()).table["false_negative"]
    -9.0
    """
    if settings.capacity is not None and task == "multiclass":
        raise SettingsError(
            "decide.capacity limits how many cases are acted upon; of several classes it is not known which those are.",
            "Leave it out, or predict a column of two classes.",
        )
    if not settings.benefit:
        if settings.capacity is not None and task == "regression":
            return Benefit({CHOSEN[0]: 1.0, CHOSEN[1]: 0.0}, assumed=True, unit="units chosen")
        shares = class_shares if threshold is None else (1.0 - threshold, max(threshold, SMALLEST_THRESHOLD))
        return _stand_in(task, shares, quantile)
    choosing = task == "regression" and (settings.capacity is not None or bool(set(CHOSEN) & set(settings.benefit)))
    _check_keys(task, classes, settings.benefit, choosing=choosing)
    columns = columns or {}
    by_row = {key: one.plus + one.times * columns[one.column] for key, one in amounts_of(settings).items()}
    said = {key: float(value) for key, value in settings.benefit.items() if isinstance(value, float | int)}
    said |= {key: float(values.mean()) for key, values in by_row.items()}
    by_row, said = _spread(by_row), _spread(said)
    keys = CHOSEN if choosing else KEYS[task]
    table = {key: said.get(key, 0.0) for key in keys} | {key: said[key] for key in said if key not in keys}
    found = Benefit(table, assumed=False, unit="money", by_row=by_row, classes=_named(classes, task, table))
    _check_sense(task, classes, found)
    return found


def _spread(given: Mapping[str, V]) -> dict[str, V]:
    """Keys that stand for several in place of those."""
    return {key: value for name, value in given.items() for key in SHORT.get(name, (name,))}


def _named(classes: tuple[str, ...], task: Task, table: Mapping[str, float]) -> tuple[str, ...]:
    """The classes, where single mistakes have amounts of their own."""
    return classes if task == "multiclass" and len(table) > len(KEYS[task]) else ()


def own_amounts(settings: DecideSettings, usual: Mapping[str, float], least: float = 0.0) -> OwnAmounts:
    """The user's table for two classes, as a model executes it that answers each case by its own amounts.

    Parameters
    ----------
    settings : DecideSettings
    usual : mapping
        What counts where the value of a column is not known.
    least : float
        See `OwnAmounts`.
    """
    return OwnAmounts(
        saved=_less("true_positive", "false_negative", settings),
        spent=_less("true_negative", "false_positive", settings),
        usual=dict(usual),
        least=least,
    )


def _less(one: str, other: str, settings: DecideSettings) -> Linear:
    plus, times = 0.0, dict[str, float]()
    amounts = amounts_of(settings)
    for key, sign in ((one, 1.0), (other, -1.0)):
        if key in amounts:
            found = amounts[key]
            plus += sign * found.plus
            times[found.column] = times.get(found.column, 0.0) + sign * found.times
        else:
            said = settings.benefit.get(key, 0.0)
            plus += sign * (said if isinstance(said, float | int) else 0.0)
    return Linear(plus=plus, times=times)


def _stand_in(task: Task, class_shares: Sequence[float], quantile: float | None) -> Benefit:
    if task == "regression":
        level = 0.5 if quantile is None else quantile
        over, under = round(-2.0 * (1.0 - level), 6), round(-2.0 * level, 6)
        costs = {"per_unit_over": over, "per_unit_under": under, "per_case": 0.0}
        return Benefit(costs, assumed=True, unit="units of error", by_mean=quantile is None)
    if task == "multiclass":
        return Benefit({"right": 1.0, "wrong": 0.0}, assumed=True, unit="right answers")
    negative, positive = class_shares
    table = dict.fromkeys(KEYS["binary"], 0.0)
    table |= {"false_positive": -1.0, "false_negative": -round(negative / positive, 6)}
    return Benefit(table, assumed=True, unit="false alarms")


def _check_keys(
    task: Task, classes: tuple[str, ...], given: Mapping[str, float | str | Amount], *, choosing: bool
) -> None:
    known = [*KEYS[task], *(name for name, keys in SHORT.items() if set(keys) <= set(KEYS[task]))]
    known += CHOSEN if task == "regression" else ()
    cells = {mistake(one, other) for one in classes for other in classes} if task == "multiclass" else set()
    of_errors = sorted(set(given) & set(known) - set(CHOSEN))
    if choosing and of_errors:
        raise SettingsError(
            f"decide.benefit says what errors cost ({of_errors[0]}), where only some cases are acted upon.",
            "Say what acting is worth: benefit = {per_unit_chosen = 0.1, per_chosen = -20}",
        )
    for key, value in given.items():
        if key in cells:
            continue
        if key not in known:
            offers = nearest(key, [*known, *sorted(cells)]) or known
            also = ', and single mistakes as "TRUE as ANSWERED"' if cells else ""
            raise SettingsError(
                f"decide.benefit has the key {key!r}, which means nothing for a {task} task.",
                f"Did you mean {' or '.join(offers)}? The keys are: {', '.join(known)}{also}",
            )
        if isinstance(value, float | int) and not math.isfinite(value):
            raise SettingsError(f"decide.benefit.{key} is {value}, which is no amount.", "Give a finite number.")


def _rewarded(benefit: Benefit) -> str | None:
    """A mistake that is worth more than the right answer would be."""
    for true, row in enumerate(benefit.matrix):
        best = int(np.argmax(row))
        if row[best] > row[true]:
            return mistake(benefit.classes[true], benefit.classes[best])
    return None


def _check_sense(task: Task, classes: tuple[str, ...], benefit: Benefit) -> None:
    """A table under which a worse answer pays more is a slip of a sign."""
    table = benefit.table
    if benefit.chooses:
        sound = table["per_unit_chosen"] > 0
        rule = f"per_unit_chosen ({table['per_unit_chosen']:g}) must be above zero, as the largest are acted upon"
    elif benefit.matrix:
        worse = _rewarded(benefit)
        sound = worse is None
        rule = f"'{worse}' is worth more than the right answer" if worse else ""
    elif task == "regression":
        over, under = table["per_unit_over"], table["per_unit_under"]
        sound = over < 0 and under < 0
        rule = f"a unit of error must cost something (below zero); too much is worth {over:g}, too little {under:g}"
        if over + under < 0 and 0 in (over, under):
            free, side = ("too much", "highest") if over == 0 else ("too little", "lowest")
            rule = f"{free} costs nothing, so that the {side} number of all would always be best"
    elif task == "multiclass":
        sound = table["right"] > table["wrong"]
        rule = f"right ({table['right']:g}) must be worth more than wrong ({table['wrong']:g})"
    else:
        when_true = table["true_positive"] - table["false_negative"]
        when_false = table["false_positive"] - table["true_negative"]
        sound = when_true > when_false
        rule = (
            f"answering {name_list(classes[-1:])!r} must gain more when it is true "
            f"(true_positive - false_negative = {when_true:g}) than when it is not "
            f"(false_positive - true_negative = {when_false:g})"
        )
    if not sound:
        raise SettingsError(
            f"decide.benefit rewards wrong answers: {rule}.", "Check the signs, and which class project.positive names."
        )
