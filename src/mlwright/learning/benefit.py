"""What an answer is worth: the user's table of benefits, or a stand-in that says of itself that it is one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import SettingsError, name_list, nearest
from mlwright.records.profile import Task
from mlwright.records.settings import Amount, DecideSettings

V = TypeVar("V")
Array = NDArray[np.float64]
Amounts = Mapping[str, float | Array]
"""What each outcome is worth: the same for all rows, or row by row."""

KEYS: dict[Task, tuple[str, ...]] = {
    "binary": ("true_positive", "false_positive", "true_negative", "false_negative"),
    "multiclass": ("right", "wrong"),
    "regression": ("per_unit_over", "per_unit_under", "per_case"),
}
SHORT = {"per_unit_of_error": ("per_unit_over", "per_unit_under")}
"""Keys that stand for several."""


SMALLEST_THRESHOLD = 1e-3


class Benefit(NamedTuple):
    """What each outcome is worth.

    Parameters
    ----------
    table : dict
        By outcome; every key of the task is there. Where amounts differ from row to row, their mean.
    assumed : bool
        Whether the table is ours and not the user's.
    unit : str
        ``money``, or what the stand-in counts.
    by_row : dict
        Amounts that differ from row to row, each of shape (n_rows,).
    """

    table: dict[str, float]
    assumed: bool
    unit: str
    by_row: dict[str, Array] = {}

    @property
    def amounts(self) -> Amounts:
        """What each outcome is worth, row by row where it differs."""
        return self.table | self.by_row

    def take(self, places: NDArray[np.int64]) -> Amounts:
        """What each outcome is worth on some of the rows."""
        return self.table | {key: values[places] for key, values in self.by_row.items()}


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
    columns : mapping, optional
        The columns that amounts come from, for the rows at hand, each of shape (n_rows,).
    threshold : float, optional
        Two classes: where the model answers by a threshold that serves the user's metric, the stand-in is the table by
        which that threshold is right.

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
        return _stand_in(
            task, class_shares if threshold is None else (1.0 - threshold, max(threshold, SMALLEST_THRESHOLD))
        )
    _check_keys(task, settings.benefit)
    columns = columns or {}
    by_row = {key: one.plus + one.times * columns[one.column] for key, one in amounts_of(settings).items()}
    said = {key: float(value) for key, value in settings.benefit.items() if isinstance(value, float | int)}
    said |= {key: float(values.mean()) for key, values in by_row.items()}
    by_row, said = _spread(by_row), _spread(said)
    table = {key: said.get(key, 0.0) for key in KEYS[task]}
    _check_sense(task, classes, table)
    return Benefit(table, assumed=False, unit="money", by_row=by_row)


def _spread(given: Mapping[str, V]) -> dict[str, V]:
    """Keys that stand for several in place of those."""
    return {key: value for name, value in given.items() for key in SHORT.get(name, (name,))}


def worth_per_case(
    task: Task,
    target: NDArray[np.float64],
    prediction: NDArray[np.float64],
    table: Amounts,
    threshold: float | None = None,
) -> NDArray[np.float64]:
    """What each row's answer turned out to be worth, shape (n_rows,).

    Parameters
    ----------
    target : array, shape (n_rows,)
        Class places or numbers.
    prediction : array, shape (n_rows, n_outputs) or (n_rows,)
        As in `scoring.cores.Core`.
    table : mapping
        Amounts of shape (n_rows,) differ from row to row.
    threshold : float
        Two classes: the positive class is answered from this probability on.
    """
    scores = prediction.reshape(len(target), -1)
    if task == "regression":
        off = scores[:, 0] - target
        price = np.where(off > 0, table["per_unit_over"], table["per_unit_under"])
        return np.asarray(table["per_case"] + price * np.abs(off))
    if task == "multiclass":
        return np.where(scores.argmax(axis=1) == target, table["right"], table["wrong"])
    answered = scores[:, 0] >= (0.5 if threshold is None else threshold)
    when_true = np.where(answered, table["true_positive"], table["false_negative"])
    when_false = np.where(answered, table["false_positive"], table["true_negative"])
    return np.where(target == 1, when_true, when_false)


def best_quantile(table: Mapping[str, float]) -> float:
    """Which quantile of the target it costs least to say, where too much and too little cost differently.

    References
    ----------
    Arrow, K., Harris, T. and Marschak, J. (1951). Optimal inventory policy. Econometrica 19.

    >>> best_quantile({"per_unit_over": -1.0, "per_unit_under": -3.0})
    0.75
    """
    return table["per_unit_under"] / (table["per_unit_over"] + table["per_unit_under"])


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


def expected_gain(probability: Array, amounts: Amounts) -> Array:
    """What a positive answer is worth more than a negative one, on average over what may be true; shape (n_rows,).

    References
    ----------
    Elkan, C. (2001). The foundations of cost-sensitive learning. IJCAI, equation 1. With amounts of each case:
    Zadrozny, B. and Elkan, C. (2001). Learning and making decisions when costs and probabilities are both unknown.
    KDD.

    >>> amounts = dict.fromkeys(KEYS["binary"], 0.0) | {"true_positive": np.array([9.0, 99.0]), "false_positive": -1.0}
    >>> expected_gain(np.array([0.05, 0.05]), amounts).round(2).tolist()
    [-0.5, 4.0]
    """
    saved = amounts["true_positive"] - amounts["false_negative"]
    spent = amounts["true_negative"] - amounts["false_positive"]
    return np.asarray(probability * saved - (1.0 - probability) * spent)


def _stand_in(task: Task, class_shares: Sequence[float]) -> Benefit:
    if task == "regression":
        return Benefit(
            {"per_unit_over": -1.0, "per_unit_under": -1.0, "per_case": 0.0}, assumed=True, unit="units of error"
        )
    if task == "multiclass":
        return Benefit({"right": 1.0, "wrong": 0.0}, assumed=True, unit="right answers")
    negative, positive = class_shares
    table = dict.fromkeys(KEYS["binary"], 0.0)
    table |= {"false_positive": -1.0, "false_negative": -round(negative / positive, 6)}
    return Benefit(table, assumed=True, unit="false alarms")


def _check_keys(task: Task, given: Mapping[str, float | str | Amount]) -> None:
    known = [*KEYS[task], *(name for name, keys in SHORT.items() if set(keys) <= set(KEYS[task]))]
    for key, value in given.items():
        if key not in known:
            offers = nearest(key, known) or known
            raise SettingsError(
                f"decide.benefit has the key {key!r}, which means nothing for a {task} task.",
                f"Did you mean {' or '.join(offers)}? The keys are: {', '.join(known)}",
            )
        if isinstance(value, float | int) and not math.isfinite(value):
            raise SettingsError(f"decide.benefit.{key} is {value}, which is no amount.", "Give a finite number.")


def _check_sense(task: Task, classes: tuple[str, ...], table: Mapping[str, float]) -> None:
    """A table under which a worse answer pays more is a slip of a sign."""
    if task == "regression":
        over, under = table["per_unit_over"], table["per_unit_under"]
        sound = over <= 0 and under <= 0 and over + under < 0
        rule = f"a unit of error must cost something (below zero); too much is worth {over:g}, too little {under:g}"
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
