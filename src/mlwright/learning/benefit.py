"""What an answer is worth: the user's table of benefits, or a stand-in that says of itself that it is one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import SettingsError, name_list, nearest
from mlwright.records.profile import Task
from mlwright.records.settings import DecideSettings

KEYS: dict[Task, tuple[str, ...]] = {
    "binary": ("true_positive", "false_positive", "true_negative", "false_negative"),
    "multiclass": ("right", "wrong"),
    "regression": ("per_unit_of_error", "per_case"),
}


class Benefit(NamedTuple):
    """What each outcome is worth.

    Parameters
    ----------
    table : dict
        By outcome; every key of the task is there.
    assumed : bool
        Whether the table is ours and not the user's.
    unit : str
        ``money``, or what the stand-in counts.
    """

    table: dict[str, float]
    assumed: bool
    unit: str


def benefit_table(
    task: Task, classes: tuple[str, ...], class_shares: Sequence[float], settings: DecideSettings
) -> Benefit:
    """The user's table, filled up with zeros, or a stand-in where there is none.

    The stand-in for two classes lets each class count the same in total: with a share of one positive in ten, a
    missed positive costs as much as nine false alarms. For several classes a right answer counts one; for
    numbers every unit of error costs one.

    Parameters
    ----------
    task : str
    classes : tuple of str
        For the messages; for two classes the positive one is last.
    class_shares : sequence of float
        Share of the training rows in each class, in the order of `classes`; not used for numbers.
    settings : DecideSettings

    Raises
    ------
    SettingsError
        If the table has a key that the task does not know, or would reward wrong answers.

    Examples
    --------
    >>> benefit_table("binary", ("no", "yes"), (0.9, 0.1), DecideSettings()).table["false_negative"]
    -9.0
    """
    if not settings.benefit:
        return _stand_in(task, class_shares)
    _check_keys(task, settings.benefit)
    table = {key: float(settings.benefit.get(key, 0.0)) for key in KEYS[task]}
    _check_sense(task, classes, table)
    return Benefit(table, assumed=False, unit="money")


def worth_per_case(
    task: Task,
    target: NDArray[np.float64],
    prediction: NDArray[np.float64],
    table: Mapping[str, float],
    threshold: float | None = None,
) -> NDArray[np.float64]:
    """What each row's answer turned out to be worth, shape (n_rows,).

    Parameters
    ----------
    target : array, shape (n_rows,)
        Class places or numbers.
    prediction : array, shape (n_rows, n_outputs) or (n_rows,)
        As in `scoring.cores.Core`.
    threshold : float
        Two classes: the positive class is answered from this probability on.
    """
    scores = prediction.reshape(len(target), -1)
    if task == "regression":
        return table["per_case"] + table["per_unit_of_error"] * np.abs(scores[:, 0] - target)
    if task == "multiclass":
        return np.where(scores.argmax(axis=1) == target, table["right"], table["wrong"])
    answered = scores[:, 0] >= (0.5 if threshold is None else threshold)
    when_true = np.where(answered, table["true_positive"], table["false_negative"])
    when_false = np.where(answered, table["false_positive"], table["true_negative"])
    return np.where(target == 1, when_true, when_false)


def threshold_of(table: Mapping[str, float]) -> float:
    """The probability from which answering "positive" pays, if probabilities are right.

    References
    ----------
    Elkan, C. (2001). The foundations of cost-sensitive learning. IJCAI, equation 2.

    >>> round(threshold_of({"true_positive": 90, "false_positive": -10, "true_negative": 0, "false_negative": 0}), 3)
    0.1
    """
    saved = table["true_positive"] - table["false_negative"]
    spent = table["true_negative"] - table["false_positive"]
    return min(max(spent / (spent + saved), 0.0), 1.0)


def _stand_in(task: Task, class_shares: Sequence[float]) -> Benefit:
    if task == "regression":
        return Benefit({"per_unit_of_error": -1.0, "per_case": 0.0}, assumed=True, unit="units of error")
    if task == "multiclass":
        return Benefit({"right": 1.0, "wrong": 0.0}, assumed=True, unit="right answers")
    negative, positive = class_shares
    table = dict.fromkeys(KEYS["binary"], 0.0)
    table |= {"false_positive": -1.0, "false_negative": -round(negative / positive, 6)}
    return Benefit(table, assumed=True, unit="false alarms")


def _check_keys(task: Task, given: Mapping[str, float]) -> None:
    for key, value in given.items():
        if key not in KEYS[task]:
            offers = nearest(key, KEYS[task]) or KEYS[task]
            raise SettingsError(
                f"decide.benefit has the key {key!r}, which means nothing for a {task} task.",
                f"Did you mean {' or '.join(offers)}? The keys are: {', '.join(KEYS[task])}",
            )
        if not math.isfinite(value):
            raise SettingsError(f"decide.benefit.{key} is {value}, which is no amount.", "Give a finite number.")


def _check_sense(task: Task, classes: tuple[str, ...], table: Mapping[str, float]) -> None:
    """A table under which a worse answer pays more is a slip of a sign."""
    if task == "regression":
        sound = table["per_unit_of_error"] < 0
        rule = f"per_unit_of_error must be below zero, it is {table['per_unit_of_error']:g}"
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
