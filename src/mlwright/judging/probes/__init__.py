"""The probe family: ways in which the data of tomorrow may differ from the data of today."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.family import Family
from mlwright.records.profile import Profile


class Disturbed(NamedTuple):
    """Rows that were disturbed in one of several ways.

    Parameters
    ----------
    table : pyarrow.Table
    what : str
        What tells this way from the others, a name that reads after the title; empty if there is one way.
    clause : str
        What was done in this way, in place of `Probe.describe`.
    """

    table: pa.Table
    what: str = ""
    clause: str = ""


class Probe(ABC):
    """Disturbs rows as the world would.

    The table that a probe gets holds the inputs of the model, the most important one first, and after them the
    column of time if that is no input. Its target is never there.
    """

    title: ClassVar[str]
    strengths: ClassVar[tuple[float, ...]] = (0.1, 0.3, 1.0)

    @abstractmethod
    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """The rows, disturbed: same rows, same order, same columns and types, the input unchanged.

        Raises
        ------
        NotApplicable
            If these rows cannot be disturbed in this way.
        """

    @abstractmethod
    def describe(self, strength: float) -> str:
        """What was done, as a clause with its number ("3 of 10 values are missing")."""

    def ways(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> Iterator[Disturbed]:
        """The rows disturbed in several ways, of which the most harmful one is told; by default there is one way.

        Raises
        ------
        NotApplicable
            If these rows cannot be disturbed in this way.
        """
        yield Disturbed(self.disturb(table, profile, strength, rng))

    def judged(self, table: pa.Table, profile: Profile, strength: float) -> NDArray[np.bool_] | None:
        """The rows on which the model is judged against all others, shape (n_rows,); None for all before and after."""
        return None


PROBES: Family[Probe] = Family("mlwright.judging.probes", Probe)
