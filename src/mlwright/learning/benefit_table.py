"""The user's table of what answers are worth, read and filled up; or a stand-in where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from mlwright.core.errors import SettingsError
from mlwright.learning.benefit import CHOSEN, KEYS, SHORT, Array, Benefit
from mlwright.learning.benefit_checks import check_amounts, check_keys, check_sense
from mlwright.records.model import Linear, OwnAmounts
from mlwright.records.profile import Task
from mlwright.records.settings import Amount, DecideSettings

V = TypeVar("V")

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
    if settings.benefit:
        benefit = _said(task, classes, settings, columns or {})
        check_sense(task, classes, benefit)
        return benefit
    if settings.capacity is not None and task == "regression":
        return Benefit({CHOSEN[0]: 1.0, CHOSEN[1]: 0.0}, assumed=True, unit="units chosen")
    shares = class_shares if threshold is None else (1.0 - threshold, max(threshold, SMALLEST_THRESHOLD))
    return _stand_in(task, shares, quantile)


def _said(task: Task, classes: tuple[str, ...], settings: DecideSettings, columns: Mapping[str, Array]) -> Benefit:
    """What the user said, with zero where nothing was said of an outcome."""
    chooses = task == "regression" and (settings.capacity is not None or bool(set(CHOSEN) & set(settings.benefit)))
    check_keys(task, classes, settings.benefit, chooses=chooses)
    check_amounts(settings.benefit)
    by_row = {key: one.plus + one.times * columns[one.column] for key, one in amounts_of(settings).items()}
    said = {key: float(value) for key, value in settings.benefit.items() if isinstance(value, float | int)}
    said |= {key: float(values.mean()) for key, values in by_row.items()}
    by_row, said = _spread(by_row), _spread(said)
    keys = CHOSEN if chooses else KEYS[task]
    table = dict.fromkeys(keys, 0.0) | said
    return Benefit(table, assumed=False, unit="money", by_row=by_row, classes=_named(classes, task, table))


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
