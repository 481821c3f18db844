"""The values of a table that are probably misspelled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.data.evidence.cells import Cells
from mlwright.data.evidence.near import near_values
from mlwright.data.evidence.replaced import replaced_letters


class Suspects:
    """The values of a table that are probably misspelled, and what they may have been.

    Parameters
    ----------
    cells : Cells

    Attributes
    ----------
    replaced : Replaced or None
    near : dict
        By column: the near pairs, edits in digits left out.
    """

    def __init__(self, cells: Cells) -> None:
        self.replaced = replaced_letters(cells)
        self.near = {
            name: [near for near in near_values(cells.levels(name)) if not near.in_digits] for name in cells.texts
        }
        self._cells = cells

    def flags(self, name: str) -> NDArray[np.bool_]:
        """Which values of a column are suspect, by place."""
        found = np.zeros(len(self._cells.levels(name).names), dtype=bool)
        found[[near.rare for near in self.near.get(name, ())]] = True
        if self.replaced:
            found[[place for column, place in self.replaced.targets if column == name]] = True
        return found

    def targets(self, name: str, place: int) -> tuple[int, ...]:
        """What a suspect value may have been."""
        if self.replaced and (found := self.replaced.targets.get((name, place))):
            return found
        return tuple(near.frequent for near in self.near.get(name, ()) if near.rare == place)
