"""Ways to answer cases: the model's, today's, and what can be done without looking at a case."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mlwright.data.words import figure, percent, shortened
from mlwright.learning.benefit import Amounts, Benefit, best_quantile, either_way, worth_per_case
from mlwright.learning.yardstick import Scored
from mlwright.records.profile import Roles, Task
from mlwright.scoring.deciding import DEFAULT_THRESHOLD, Decisive, places_answered

Array = NDArray[np.float64]

PER_CASES = 1000.0
"""What answers are worth is told for so many cases."""


@dataclass(frozen=True)
class Practice(ABC):
    """A way to answer cases.

    Parameters
    ----------
    told : str
        As it reads after "compared with" or "without:".
    target : array, shape (n_rows,)
        What is true of them.
    looks : bool
        Whether it looks at a case, so that it may give answers that it gave to none of these.
    """

    told: str
    target: Array
    looks: bool = field(default=True, kw_only=True)

    @abstractmethod
    def supposed(self, answers: Array, target: Array, amounts: Amounts) -> Array:
        """What cases would count for in the mean worth if these were true of them and they were answered so.

        Parameters
        ----------
        answers : array, shape (n_rows,)
            As in `answers`.
        target : array, shape (n_rows,)
        amounts : mapping
        """

    @property
    @abstractmethod
    def answers(self) -> Array | None:
        """What is done with each case, shape (n_rows,): one of few things. None where a number is said."""

    @abstractmethod
    def worth(self, amounts: Amounts) -> Array:
        """What the answer to each case is worth, shape (n_rows,)."""

    def counted(self, amounts: Amounts) -> Array:
        """What each case adds to the mean worth, shape (n_rows,)."""
        return self.worth(amounts)


@dataclass(frozen=True)
class Choosing(Practice):
    """Two classes: some cases are answered positive; or numbers, of which some are acted upon.

    Parameters
    ----------
    positive : array, shape (n_rows,)
        The chance with which each case is; 0 or 1 but for a lot.
    """

    positive: Array

    def worth(self, amounts: Amounts) -> Array:
        """Expected over the lot, where there is one."""
        return self._either(self.positive, self.target, amounts)

    def supposed(self, answers: Array, target: Array, amounts: Amounts) -> Array:
        """Likewise."""
        return self._either(answers, target, amounts)

    @property
    def answers(self) -> Array:
        """The chance of a positive answer."""
        return self.positive

    @staticmethod
    def _either(positive: Array, target: Array, amounts: Amounts) -> Array:
        yes, no = either_way(target, amounts)
        return np.asarray(positive * yes + (1 - positive) * no)


@dataclass(frozen=True)
class Saying(Practice):
    """Several classes or numbers: something is said of each case.

    Parameters
    ----------
    task : str
    prediction : array, shape (n_rows, n_outputs)
    decides : float or array
        Several classes: see `scoring.deciding`.
    """

    task: Task
    prediction: Array
    decides: Decisive = DEFAULT_THRESHOLD

    def worth(self, amounts: Amounts) -> Array:
        """By what was said and what is true."""
        return worth_per_case(self.task, self.target, self.prediction, amounts, self.decides)

    def supposed(self, answers: Array, target: Array, amounts: Amounts) -> Array:
        """Of several classes."""
        said = np.eye(self.prediction.shape[1])[answers.astype(np.int64)]
        return worth_per_case(self.task, target, said, amounts)

    @property
    def answers(self) -> Array | None:
        """Places of classes."""
        if self.task == "regression":
            return None
        return places_answered(self.prediction, self.decides).astype(np.float64)


def of_model(target: Array, model: Scored, task: Task, shift: float = 0.0, *, choosing: bool = False) -> Practice:
    """What the model does.

    Parameters
    ----------
    target : array, shape (n_rows,)
    model : Scored
    task : str
    shift : float
        What is added to numbers, where too much and too little cost differently.
    choosing : bool
        Whether numbers are acted upon from the threshold on.
    """
    if choosing:
        return Choosing("the model", target, (model.prediction[:, 0] >= model.threshold).astype(np.float64))
    if task == "binary":
        return Choosing("the model", target, model.answers.astype(np.float64))
    return Saying("the model", target, task, model.prediction + shift, model.threshold)


def without_a_look(
    target: Array, roles: Roles, training_target: Array, benefit: Benefit, capacity: float
) -> Iterator[Practice]:
    """What can be done without looking at a case.

    Where nobody has said what an error costs and the model answers with the expected number, that is the mean: of a
    number that is mostly 0, to say 0 comes nearest to the truth on average, whatever a model of its mean knows.

    Parameters
    ----------
    target : array, shape (n_rows,)
    roles : Roles
    training_target : array
        From which the usual answer is known.
    benefit : Benefit
    capacity : float
        The largest share of cases that can be answered positive, or acted upon.
    """
    n = len(target)
    if benefit.chooses:
        yield Choosing("act upon no case", target, np.zeros(n), looks=False)
        drawn = "every case" if capacity == 1 else f"{percent(capacity)} of the cases, drawn by lot"
        yield Choosing(f"act upon {drawn}", target, np.full(n, capacity), looks=False)
    elif roles.task == "binary":
        names = [shortened(name) for name in roles.classes]
        yield Choosing(f"say '{roles.target} = {names[0]}' in every case", target, np.zeros(n), looks=False)
        if capacity < 1:
            drawn = f"say '{roles.target} = {names[1]}' of {percent(capacity)} of the cases, drawn by lot"
            yield Choosing(drawn, target, np.full(n, capacity), looks=False)
        else:
            yield Choosing(f"say '{roles.target} = {names[1]}' in every case", target, np.ones(n), looks=False)
    elif roles.task == "multiclass":
        counts = np.bincount(training_target.astype(np.int64), minlength=len(roles.classes))
        places = {int(counts.argmax()): "the most frequent"}
        if benefit.matrix:
            places.setdefault(int((counts @ np.array(benefit.matrix)).argmax()), "which costs least")
        for place, why in places.items():
            told = f"say '{roles.target} = {shortened(roles.classes[place])}', {why}, in every case"
            said = np.tile(np.eye(len(roles.classes))[place], (n, 1))
            yield Saying(told, target, roles.task, said, looks=False)
    else:
        quantile = best_quantile(benefit.table)
        typical = f"the {percent(quantile)} quantile, which costs least," if quantile != 0.5 else "the median,"
        figures = [("the mean,", training_target.mean()), (typical, np.quantile(training_target, quantile))]
        for name, value in figures[:1] if benefit.by_mean else figures:
            yield Saying(
                f"say {figure(float(value))}, {name} in every case", target, roles.task, np.full((n, 1), value)
            )
