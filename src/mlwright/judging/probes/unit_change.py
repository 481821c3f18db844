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
                changed = with_numbers(values, numbers)
                yield Disturbed(f"{column.name} {unit}", replaced(table, column.name, changed))

    def describe(self, strength: float) -> str:
        """Which column and unit come with the name."""
        return "the column comes in another unit, 1,000 times as large or small"


def _changes(name: str, numbers: NDArray[np.float64]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    yield "x 1,000", numbers * 1000.0
    yield "/ 1,000", numbers / 1000.0
    if any(word in name.casefold() for word in DEGREES):
        yield "in Fahrenheit", numbers * 1.8 + 32.0
