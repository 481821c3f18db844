"""What an action is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from mlwright.records.cleaning import DoubtPairs, MapPairs
from mlwright.scoring.spelling import canonical

if TYPE_CHECKING:
    import pyarrow as pa

Values = tuple[Any, ...]


class Action(ABC):
    """What one step does.

    Parameters
    ----------
    step : AnyStep

    Attributes
    ----------
    inputs : tuple of str
        The columns that are looked at.
    outputs : tuple of str
        The columns that are changed.
    """

    changes: ClassVar[bool] = True

    def rewrites(self, value: Any) -> bool:
        """Whether a value is called written otherwise than it should be, although it means the same afterwards."""
        return False

    def __init__(self, step: Any) -> None:
        self.step = step
        self.inputs: tuple[str, ...] = (step.column,)
        self.outputs: tuple[str, ...] = (step.column,)

    @abstractmethod
    def work(self, *values: Any) -> Values | None:
        """The new values of the outputs where the inputs hold `values`; None if nothing changes."""

    def type(self, before: pa.DataType) -> pa.DataType:
        """The Arrow type of the outputs."""
        return before


def beside(step: MapPairs | DoubtPairs) -> tuple[str, ...]:
    """The one or two other columns, then the column of the step."""
    return (step.given, step.column) if step.also is None else (step.given, step.also, step.column)


def spelled_beside(values: Values) -> tuple[str | None, ...]:
    """The values of `beside` in canonical spelling."""
    *others, own = map(canonical, values)
    return (*(other or "" for other in others), own)
