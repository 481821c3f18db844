"""Actions that call a cell wrong and change nothing.

Each class does what the step of its name says: see `records.cleaning`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from mlwright.records import cleaning as steps
from mlwright.scoring.actions._action import Action, Values, beside, spelled_beside
from mlwright.scoring.spelling import canonical, to_number

SUM_TOLERANCE = 1e-6
"""How far a sum may be off, as a share of its size."""


class Doubt(Action):
    """Changes nothing; `doubts` says whether the cell is called wrong."""

    changes = False

    def work(self, *values: Any) -> Values | None:
        """Nothing."""
        return None

    @abstractmethod
    def doubts(self, *values: Any) -> bool:
        """Whether the cell of the step's column is called wrong where the inputs hold `values`."""


class DoubtValues(Doubt):
    def __init__(self, step: steps.DoubtValues) -> None:
        super().__init__(step)
        self._values = frozenset(step.values)

    def doubts(self, *values: Any) -> bool:
        return canonical(values[0]) in self._values


class DoubtSum(Doubt):
    def __init__(self, step: steps.DoubtSum) -> None:
        super().__init__(step)
        self.inputs = (step.column, *step.parts)

    def doubts(self, *values: Any) -> bool:
        whole, *parts = (to_number(value) for value in values)
        return abs(whole - sum(parts)) > SUM_TOLERANCE * max(1.0, abs(whole))


class DoubtPairs(Doubt):
    def __init__(self, step: steps.DoubtPairs) -> None:
        super().__init__(step)
        self.inputs = beside(step)
        self._pairs = frozenset(step.pairs)

    def doubts(self, *values: Any) -> bool:
        return spelled_beside(values) in self._pairs
