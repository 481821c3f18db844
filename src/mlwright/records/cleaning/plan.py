"""A cleaning plan, and a table that was cleaned by one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mlwright.core.record import Record
from mlwright.records.cleaning.doubts import DoubtPairs, DoubtSum, DoubtValues
from mlwright.records.cleaning.values import (
    FillSum,
    MapPairs,
    MapValues,
    MapWords,
    MarkMissing,
    SplitOff,
    SwapCells,
    TrimText,
)
from mlwright.records.cleaning.writing import (
    ReadDate,
    ReadNumber,
    Reformat,
    SetNumbers,
    WriteDate,
    WriteList,
    WriteNumber,
    WriteTime,
    WriteTruth,
)

AnyStep = Annotated[
    TrimText
    | MarkMissing
    | MapValues
    | MapPairs
    | SplitOff
    | ReadNumber
    | ReadDate
    | WriteNumber
    | WriteDate
    | WriteTruth
    | Reformat
    | SetNumbers
    | SwapCells
    | WriteTime
    | WriteList
    | MapWords
    | FillSum
    | DoubtSum
    | DoubtValues
    | DoubtPairs,
    Field(discriminator="do"),
]


class Repeats(Record):
    """Rows that are equal to an earlier row in every column.

    Parameters
    ----------
    n_rows : int
        How many there are.
    action : str
        ``keep`` or ``drop``; rows are never dropped when a model answers.
    reason : str
    """

    n_rows: int
    action: Literal["keep", "drop"] = "keep"
    reason: str


class CleaningPlan(Record):
    """How a table is cleaned: the steps one after the other, each on what the ones before it left.

    A step that is deleted is not done; nothing else depends on it.

    Parameters
    ----------
    schema_version : int
    n_rows : int
        Rows that it was learned from.
    steps : tuple of AnyStep
    repeats : Repeats or None
        None if no row is there twice.
    """

    schema_version: Literal[1] = 1
    n_rows: int
    steps: tuple[AnyStep, ...] = ()
    repeats: Repeats | None = None

    def up_to(self, level: Literal["type", "spelling", "repair"]) -> CleaningPlan:
        """The same plan without the steps that claim more, and without doubts."""
        allowed = {"type": ("type",), "spelling": ("type", "spelling"), "repair": ("type", "spelling", "repair")}[level]
        return self.model_copy(update={"steps": tuple(step for step in self.steps if step.level in allowed)})


class Cleaning(Record):
    """A table that was cleaned.

    Parameters
    ----------
    source, output : str
        What was read and what was written.
    n_rows : int
        Rows of the source.
    n_dropped : int
        Rows that equal an earlier one and were left out.
    n_spelled, n_repaired : int
        Cells that were written in another way than they should be, and cells that said something wrong; both are
        mended.
    n_typed : int
        Cells of which nothing is wrong, and which were read as the numbers or dates that they are.
    n_doubted : int
        Cells that are probably wrong and were left as they are.
    plan : CleaningPlan
        With the counts and examples of this very table.
    notices : tuple of str
        What had to be mended while it was read.
    """

    source: str
    output: str
    n_rows: int
    n_dropped: int = 0
    n_spelled: int = 0
    n_repaired: int = 0
    n_typed: int = 0
    n_doubted: int = 0
    plan: CleaningPlan
    notices: tuple[str, ...] = ()
