"""The policy family: what becomes of a model once it is in use, played on a history."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.family import Family
from mlwright.learning.quick import Question, QuickModel, fit_quick
from mlwright.records.replay import Act, Deed
from mlwright.records.settings import OperateSettings
from mlwright.watching.stretch import Stretch, places_of

Array = NDArray[np.float64]


class World:
    """A history whose rows come period by period; the outcomes of a period are known when it has ended, or later.

    Parameters
    ----------
    table : pyarrow.Table
        Inputs, from the oldest row to the newest.
    target : array, shape (n_rows,)
        Without NaN.
    bounds : array of int, shape (n_periods + 1,)
        Where each period begins; the first model learns from the rows before the first one.
    question : Question
    settings : OperateSettings
    check : callable
        Asked before each fit; raises where somebody asked for the end.
    """

    def __init__(
        self,
        table: pa.Table,
        target: Array,
        bounds: NDArray[np.int64],
        question: Question,
        settings: OperateSettings,
        check: Callable[[], object] = lambda: None,
    ) -> None:
        self.table = table
        self.target = target
        self.bounds = bounds
        self.question = question
        self.settings = settings
        self.check = check
        self.first = fit_quick(table.slice(0, self.end(-1)), target[: self.end(-1)], question)
        self._fits: dict[tuple[Stretch, int], QuickModel] = {("all", self.end(-1)): self.first}
        self._losses: dict[tuple[int, int], Array] = {}

    @property
    def n_periods(self) -> int:
        """How many periods are played."""
        return len(self.bounds) - 1

    def end(self, period: int) -> int:
        """Rows that have come when a period has ended; -1: before the first one."""
        return int(self.bounds[period + 1])

    def fit(self, stretch: Stretch, period: int) -> QuickModel:
        """A model that has learned from rows up to the end of a period; policies share it."""
        key = (stretch, self.end(period))
        if key not in self._fits:
            self.check()
            places = places_of(stretch, key[1], self.question.seed)
            rows = self.table.take(pa.array(places))
            self._fits[key] = fit_quick(rows, self.target[places], self.question, self.first.chosen)
        return self._fits[key]

    def losses(self, model: QuickModel, period: int) -> Array:
        """Losses of a model on the rows of a period, shape (n_rows,)."""
        key = (id(model), period)
        if key not in self._losses:
            rows = slice(self.end(period - 1), self.end(period))
            part = self.table.slice(rows.start, rows.stop - rows.start)
            self._losses[key] = self.question.losses(self.target[rows], model.scores(part))
        return self._losses[key]


class Policy(ABC):
    """What becomes of a model once it is in use.

    Parameters
    ----------
    world : World
    """

    title: ClassVar[str]

    def __init__(self, world: World) -> None:
        self.world = world
        self.model = world.first
        self.acts: list[Act] = []

    @abstractmethod
    def learn(self, period: int) -> None:
        """The outcomes of a period have become known: change the model for the rows to come, or leave it."""

    def losses(self, period: int) -> Array:
        """Losses of what is in use on the rows of a period, shape (n_rows,)."""
        return self.world.losses(self.model, period)

    def did(self, period: int, what: Deed, why: str) -> None:
        """Note something that was done."""
        self.acts.append(Act(period=period, what=what, why=why))


POLICIES: Family[Policy] = Family("mlwright.watching.policies", Policy)
