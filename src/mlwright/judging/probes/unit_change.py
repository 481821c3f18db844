"""A number comes in another unit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.judging.probes import Disturbed, Probe
from mlwright.judging.probes._cells import columns_of, replaced, with_numbers
from mlwright.records.profile import Profile
from mlwright.scoring.spelling import to_number_array

N_COLUMNS = 2
DEGREES = ("temp", "celsius", "fahrenheit", "degree")


class UnitChange(Probe):
    """A number column comes a thousand times as large or small, or a temperature in Fahrenheit; the worst is told."""

    title = "Another unit"
    strengths = (1.0,)

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """The most important number, a thousand times as large."""
        return next(self.ways(table, profile, strength, rng)).table

    def ways(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> Iterator[Disturbed]:
        """The most important numbers, each in some other units."""
        for column in columns_of(table, profile, "number")[:N_COLUMNS]:
            values = table[column.name]
            for unit, numbers in _changes(column.name, to_number_array(values)):
                changed = replaced(table, {column.name: with_numbers(values, numbers)})
                yield Disturbed(changed, column.name, f"'{column.name}' comes {unit}")

    def describe(self, strength: float) -> str:
        """What is tried."""
        return "one of the most important numbers comes 1,000 times as large or small"


def _changes(name: str, numbers: NDArray[np.float64]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    yield "1,000 times as large", numbers * 1000.0
    yield "divided by 1,000", numbers / 1000.0
    if any(word in name.casefold() for word in DEGREES):
        yield "in Fahrenheit", numbers * 1.8 + 32.0
