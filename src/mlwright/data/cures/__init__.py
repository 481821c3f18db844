"""The cure family: each knows one kind of fault in the cells of a table and proposes steps against it.

Cures take turns, and each looks at the table as the ones before it left it: first how values are written, then what
they say. A cure asks for no labelled cell. It changes a cell only on evidence in the data itself; where a cell is
probably wrong and the right value cannot be told, it proposes a doubt, which changes nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from mlwright.core.family import Family
from mlwright.data.evidence.cells import Cells
from mlwright.records.cleaning import AnyStep

About = Literal["writing", "meaning"]
WRITING: tuple[About, ...] = ("writing",)
EVERYTHING: tuple[About, ...] = ("writing", "meaning")

Specimen = Mapping[str, Sequence[Any]]
"""Values by column name."""


class Cure(ABC):
    """Knows one kind of fault.

    Attributes
    ----------
    title : str
        The fault in a few words.
    about : str
        Whether it is about how values are written, or about what they say.
    turn : int
        Cures of a lower number look first.
    """

    title: ClassVar[str]
    about: ClassVar[About]
    turn: ClassVar[int]

    @abstractmethod
    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """Yield steps; nothing if all is well. They are done one after the other, in this order."""

    @staticmethod
    @abstractmethod
    def speaks() -> Specimen:
        """A table in which this cure must find something."""

    @staticmethod
    @abstractmethod
    def quiet() -> Specimen:
        """A table, as like as can be, in which it must find nothing."""

    @property
    def name(self) -> str:
        """The name of the family's member."""
        return type(self).__module__.rpartition(".")[2]


CURES: Family[Cure] = Family("mlwright.data.cures", Cure)
