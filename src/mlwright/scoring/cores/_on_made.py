"""What cores on made columns have in common, whoever grew their trees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores import Core
from mlwright.scoring.leaves import LookedUp
from mlwright.scoring.made_columns import MadeColumns

Trees = TypeVar("Trees", bound=Core)


class CoreOnMade(Core, Generic[Trees]):
    """Trees and how their further columns are made.

    Parameters
    ----------
    made : MadeColumns
    trees : Core
        On the extended blocks.
    """

    def __init__(self, made: MadeColumns, trees: Trees) -> None:
        self.made = made
        self.trees = trees

    @property
    def needs(self) -> frozenset[str]:
        """As what is made."""
        return self.made.needs

    def predict(self, blocks: Blocks) -> NDArray[np.float64]:
        """Scores of the rows."""
        return self.trees.predict(self.made.extended(blocks))

    def looked_up(self, n_levels: Sequence[int]) -> LookedUp | None:
        """As that of the trees, on the columns that are made."""
        found = self.trees.looked_up(n_levels)
        return None if found is None else found.on(self.made.extended_row, self.made.extended)
