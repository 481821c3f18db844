"""The insight family: what there is to know about the data, in sentences that hold.

Every member looks for one kind of fact on one half of the training rows, where it may search as freely as it likes.
What it finds is measured once on the other half, which it has never seen, with intervals that hold together over
all that was looked for. So pure noise gives a sentence in at most 5 of 100 tables.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from mlwright.core.family import Family
from mlwright.data.checks import Specimen
from mlwright.data.insights._candidate import Candidate
from mlwright.data.insights._evidence import Evidence


class Seeker(ABC):
    """Looks for one kind of fact."""

    title: ClassVar[str]

    @abstractmethod
    def look(self, evidence: Evidence) -> Iterator[Candidate]:
        """What the first half of the rows suggests, largest first; the second half is not looked at.

        Parameters
        ----------
        evidence : Evidence

        Raises
        ------
        NotApplicable
            If the table has nothing of the kind.
        """

    @staticmethod
    @abstractmethod
    def speaks() -> Specimen:
        """A table of which this member must tell something."""

    @staticmethod
    @abstractmethod
    def quiet() -> Specimen:
        """A table, as like as can be, of which it must tell nothing."""


SEEKERS: Family[Seeker] = Family("mlwright.data.insights", Seeker)
