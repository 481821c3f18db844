"""The probe family: ways in which the data of tomorrow may differ from the data of today."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import pyarrow as pa

from mlwright.core.family import Family
from mlwright.records.profile import Profile


class Probe(ABC):
    """Disturbs rows as the world would."""

    title: ClassVar[str]
    strengths: ClassVar[tuple[float, ...]] = (0.1, 0.3, 1.0)

    @abstractmethod
    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """The rows, disturbed: same rows, same order, same columns, the input unchanged.

        Raises
        ------
        NotApplicable
            If these rows cannot be disturbed in this way.
        """

    @abstractmethod
    def describe(self, strength: float) -> str:
        """What was done, as a clause with its number ("3 of 10 values are missing")."""


PROBES: Family[Probe] = Family("mlwright.judging.probes", Probe)
