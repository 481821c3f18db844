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


class Known(NamedTuple):
    """Training rows.

    Parameters
    ----------
    table : pyarrow.Table
        The inputs, in the same columns as the test rows.
    target : array, shape (n_rows,)
        Class places or numbers.
    n_classes : int
        0 for numbers.
    """

    table: pa.Table
    target: NDArray[np.float64]
    n_classes: int


class Judged(NamedTuple):
    """Test rows on which the model is judged against all others.

    Parameters
    ----------
    rows : array of bool, shape (n_rows,)
    told : str
        What else there is to know, as a sentence; may be empty.
    """

    rows: NDArray[np.bool_]
    told: str = ""


class Lesson(NamedTuple):
    """What a model might have learned from in place of the training rows.

    Parameters
    ----------
    places : array of int
        Training rows; some may be missing.
    target : array
        What is said of them.
    judged : array of bool, shape (n_test_rows,), or None
        The test rows that count; None for all.
    what, clause : str
        As in `Disturbed`.
    noticed : str
        Whether anybody would notice, as a sentence.
    """

    places: NDArray[np.int64]
    target: NDArray[np.float64]
    judged: NDArray[np.bool_] | None
    what: str
    clause: str
    noticed: str


class Probe(ABC):
    """Disturbs rows as the world would: those that are asked about, or those that were learned from.

    The table that a probe gets holds the inputs of the model, the most important one first, and after them the
    columns of time and group if those are no inputs. Its target is never there.
    """

    title: ClassVar[str]
    strengths: ClassVar[tuple[float, ...]] = (0.1, 0.3, 1.0)
    usual: ClassVar[bool] = False
    """Whether it befalls tables of every kind: at moderate strength it is asked whatever the time."""
    dear: ClassVar[bool] = False
    """Whether it learns something itself: it is begun only while there is plenty of time."""
    relearns: ClassVar[bool] = False
    """Whether a model has to learn anew (`lessons`) to tell the harm."""

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

    def judged(
        self, table: pa.Table, profile: Profile, strength: float, known: Known, rng: np.random.Generator
    ) -> Judged | None:
        """The rows on which the model is judged against all others; None for all, before and after."""
        return None

    def lessons(
        self, table: pa.Table, profile: Profile, strength: float, known: Known, rng: np.random.Generator
    ) -> Iterator[Lesson]:
        """What a quick model learns from in place of the training rows; the most harmful is told. By default nothing.

        Raises
        ------
        NotApplicable
            If that cannot be tried with these rows.
        """
        yield from ()


PROBES: Family[Probe] = Family("mlwright.judging.probes", Probe)
