"""What an answer is worth, by a table of benefits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from mlwright.records.profile import Task
from mlwright.scoring.deciding import DEFAULT_THRESHOLD, Decisive, places_answered

V = TypeVar("V")
Array = NDArray[np.float64]
Amounts = Mapping[str, float | Array]
"""What each outcome is worth: the same for all rows, or row by row."""

KEYS: dict[Task, tuple[str, ...]] = {
    "binary": ("true_positive", "false_positive", "true_negative", "false_negative"),
    "multiclass": ("right", "wrong"),
    "regression": ("per_unit_over", "per_unit_under", "per_case"),
}
CHOSEN = ("per_unit_chosen", "per_chosen")
"""Keys for numbers of which only some are acted upon."""
SHORT = {"per_unit_of_error": ("per_unit_over", "per_unit_under")}
"""Keys that stand for several."""


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
    classes : tuple of str
        Several classes, where single mistakes have amounts of their own.
    by_mean : bool
        Numbers, where the table is ours: whether the model answers with the expected number, not with the one that
        costs least by the table.
    """

    table: dict[str, float]
    assumed: bool
    unit: str
    by_row: dict[str, Array] = {}
    classes: tuple[str, ...] = ()
    by_mean: bool = False

    @property
    def amounts(self) -> Amounts:
        """What each outcome is worth, row by row where it differs."""
        return cells_by_place({**self.table, **self.by_row}, self.classes)

    @property
    def chooses(self) -> bool:
        """Numbers: whether some are acted upon and the others are not."""
        return chooses(self.table)

    @property
    def matrix(self) -> tuple[tuple[float, ...], ...]:
        """Several classes: what is true by what is answered; empty where all mistakes count the same."""
        cells = cells_by_place(self.table, self.classes)
        if len(cells) == len(self.table):
            return ()
        usual = {True: self.table["right"], False: self.table["wrong"]}
        places = range(len(self.classes))
        return tuple(tuple(float(cells.get(_cell(t, a), usual[t == a])) for a in places) for t in places)

    def take(self, places: NDArray[np.int64]) -> Benefit:
        """On some of the rows."""
        return self._replace(by_row={key: values[places] for key, values in self.by_row.items()})

    def scaled(self, name: str, times: float) -> Benefit:
        """With one outcome worth so many times what it is."""
        own = {name: times * self.by_row[name]} if name in self.by_row else {}
        return self._replace(table={**self.table, name: times * self.table[name]}, by_row={**self.by_row, **own})


def chooses(table: Iterable[str]) -> bool:
    """Whether a table is one of numbers of which some are acted upon."""
    return CHOSEN[0] in table


def cells_by_place(amounts: Mapping[str, V], classes: Sequence[str]) -> dict[str, V]:
    """The amounts, those of single mistakes (``"good as bad"``) also by the places of both classes.

    >>> cells_by_place({"right": 1.0, "good as bad": -9.0}, ("bad", "good"))
    {'right': 1.0, 'good as bad': -9.0, '1>0': -9.0}
    """
    places = {mistake(one, other): _cell(t, a) for t, one in enumerate(classes) for a, other in enumerate(classes)}
    return {**amounts, **{places[key]: value for key, value in amounts.items() if key in places}}


def mistake(true: str, answered: str) -> str:
    """How the key of a mistake is written that has an amount of its own."""
    return f"{true} as {answered}"


def _cell(true: int, answered: int) -> str:
    return f"{true}>{answered}"


def worth_per_case(
    task: Task,
    target: NDArray[np.float64],
    prediction: NDArray[np.float64],
    table: Amounts,
    threshold: Decisive | None = None,
) -> NDArray[np.float64]:
    """What each row's answer turned out to be worth, shape (n_rows,).

    Parameters
    ----------
    task : str
    target : array, shape (n_rows,)
        Class places or numbers.
    prediction : array, shape (n_rows, n_outputs) or (n_rows,)
        As in `scoring.cores.Core`.
    table : mapping
        Amounts of shape (n_rows,) differ from row to row.
    threshold : float or array
        What decides the answers; see `scoring.deciding`. Numbers: from which on a case is acted upon, where some are.
    """
    scores = prediction.reshape(len(target), -1)
    if task == "regression" and chooses(table):
        yes, no = either_way(target, table)
        return np.where(scores[:, 0] >= (-np.inf if threshold is None else threshold), yes, no)
    if task == "regression":
        off = scores[:, 0] - target
        price = np.where(off > 0, table["per_unit_over"], table["per_unit_under"])
        return np.asarray(table["per_case"] + price * np.abs(off))
    answers = places_answered(scores, DEFAULT_THRESHOLD if threshold is None else threshold)
    if task == "multiclass":
        return _by_cells(target, answers, table)
    yes, no = either_way(target, table)
    return np.where(answers == 1, yes, no)


def either_way(target: Array, table: Amounts) -> tuple[Array, Array]:
    """What each case is worth if it is acted upon (answered positive), and if it is not; both of shape (n_rows,)."""
    if chooses(table):
        return np.asarray(table["per_unit_chosen"] * target + table["per_chosen"]), np.zeros(len(target))
    yes = np.where(target == 1, table["true_positive"], table["false_positive"])
    return yes, np.where(target == 1, table["false_negative"], table["true_negative"])


def _by_cells(target: Array, answers: NDArray[np.int64], table: Amounts) -> Array:
    """Several classes: right or wrong, but for mistakes that have an amount of their own."""
    worth = np.where(answers == target, table["right"], table["wrong"])
    for key, amount in table.items():
        true, sign, said = key.partition(">")
        if sign and true.isdigit() and said.isdigit():
            worth = np.where((target == int(true)) & (answers == int(said)), amount, worth)
    return worth


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
