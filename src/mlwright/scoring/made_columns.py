"""How further columns are made before trees look at rows: sums of terms, then what is crafted of all numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from numpy.typing import NDArray

from mlwright.scoring.arrays import Arrays
from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.craft import Craft
from mlwright.scoring.term_sums import TermSums


@dataclass(frozen=True)
class MadeColumns:
    """What is made of the columns.

    Parameters
    ----------
    craft : Craft
        On the columns and the sums.
    sums : TermSums or None
        Where there are texts.
    """

    craft: Craft
    sums: TermSums | None = None

    def extended(self, blocks: Blocks) -> Blocks:
        """The blocks with all made numbers after their own."""
        return self.craft.extended(blocks if self.sums is None else self.sums.extended(blocks))

    def row(self, one: OneRow) -> list[float]:
        """As a row of `extended(blocks).matrix`."""
        return self.craft.row(one if self.sums is None else self.sums.row(one))

    def extended_row(self, one: OneRow) -> OneRow:
        """As `extended`, of a single row."""
        columns = self.row(one)
        return OneRow(columns[: len(columns) - len(one.codes)], one.codes)

    @property
    def needs(self) -> frozenset[str]:
        """Sums of terms, which came later; see `Core.needs`."""
        return frozenset() if self.sums is None else frozenset({"sums of terms"})

    def to_arrays(self) -> Arrays:
        """All arrays by name."""
        return self.craft.to_arrays() | ({} if self.sums is None else self.sums.to_arrays())

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Read what `to_arrays` wrote."""
        has_sums = all(name in arrays for name in OPTIONAL)
        return cls(Craft.from_arrays(arrays), TermSums.from_arrays(arrays) if has_sums else None)


NEEDED: Final = Craft.names()
OPTIONAL: Final = TermSums.names()
"""Arrays that are there, and those that may be."""
