"""Linear cores of one model, worked out together for a single row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.linear import LinearCore
from mlwright.scoring.links import LINKS
from mlwright.scoring.tables import Tables, tables_of

Array = NDArray[np.float64]
Weighted = tuple[float, Core]


class Together:
    """The weighted sum of the scores of several cores, of a single row.

    Parameters
    ----------
    weighted : sequence of (float, Core)
        Of a model; linear cores are taken together where there are several, the others one by one.
    """

    def __init__(self, weighted: Sequence[Weighted]) -> None:
        linear = [(weight, core) for weight, core in weighted if isinstance(core, LinearCore)]
        self._joined = _joined(linear)
        self._alone = [pair for pair in weighted if self._joined is None or not isinstance(pair[1], LinearCore)]

    def scores(self, blocks: Blocks) -> Array:
        """As the sum of the weighted scores; shape (1, n_outputs)."""
        parts = [weight * core.predict(blocks) for weight, core in self._alone]
        if self._joined is not None:
            parts.append(self._joined.scores(blocks))
        total: Array = sum(parts[1:], parts[0])
        return total


class _Joined(NamedTuple):
    """Several linear cores of one link."""

    tables: Tables
    intercepts: Array
    link: Callable[[Array], Array]
    weights: Array

    def scores(self, blocks: Blocks) -> Array:
        """The weighted sum of their scores."""
        sums = self.tables.sums(blocks).reshape(self.intercepts.shape)
        total: Array = self.weights @ self.link(sums + self.intercepts)
        return total[None, :]


def _joined(linear: Sequence[tuple[float, LinearCore]]) -> _Joined | None:
    cores = [core for _, core in linear]
    if len(cores) < 2 or len({core.link for core in cores}) > 1:
        return None
    tables = tables_of([core.design for core in cores], [core.weights for core in cores])
    if tables is None:
        return None
    weights = np.array([weight for weight, _ in linear])
    return _Joined(tables, np.array([core.intercept for core in cores]), LINKS[cores[0].link], weights)
