"""The cores of one model, worked out together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.boosted import Boosted
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.linear import LinearCore
from mlwright.scoring.leaves import LookedUp, RowOf
from mlwright.scoring.links import LINKS
from mlwright.scoring.tables import Tables, tables_of

Array = NDArray[np.float64]
Weighted = tuple[float, Core]


class Joined(Protocol):
    """Some of the cores."""

    def scores(self, row: OneRow) -> list[float]:
        """The weighted sum of their scores of one row, one for each output."""


class Together:
    """The weighted sum of the scores of several cores.

    Parameters
    ----------
    weighted : sequence of (float, Core)
        Of a model; boosted trees are looked up, for a single row linear cores are taken together where there are
        several, and the others are asked one by one.
    n_levels : sequence of int
        Of the code columns; see `BlockNames`.
    """

    def __init__(self, weighted: Sequence[Weighted], n_levels: Sequence[int]) -> None:
        self._boosted, self._others = _boosted(weighted, n_levels)
        linear, self._alone = _linear(self._others)
        self._joined: list[Joined] = [*linear, *self._boosted]

    @property
    def is_looked_up(self) -> bool:
        """Whether all cores are boosted trees that are looked up, which answers several rows as each of them alone."""
        return not self._others

    def scores(self, row: OneRow) -> list[float]:
        """The weighted sum of the scores of one row, one for each output."""
        parts = [[weight * score for score in core.predict_one(row)] for weight, core in self._alone]
        parts += [each.scores(row) for each in self._joined]
        return parts[0] if len(parts) == 1 else _added(parts)

    def scores_of_many(self, blocks: Blocks) -> Array:
        """As `scores` of any number of rows, shape (n_rows, n_outputs)."""
        parts = [weight * core.predict(blocks) for weight, core in self._others]
        parts += [each.scores_of_many(blocks) for each in self._boosted]
        total: Array = sum(parts[1:], parts[0])
        return total


def _added(parts: Sequence[Sequence[float]]) -> list[float]:
    """The sums of what stands at each place, one after another, as numpy adds whole arrays."""
    total = list(parts[0])
    for part in parts[1:]:
        total = [so_far + more for so_far, more in zip(total, part, strict=True)]
    return total


class _Linear(NamedTuple):
    """Several linear cores of one link."""

    tables: Tables
    intercepts: Array
    link: Callable[[Array], Array]
    weights: Array

    def scores(self, row: OneRow) -> list[float]:
        """The weighted sum of their scores."""
        sums = self.tables.sums(row).reshape(self.intercepts.shape)
        total: list[float] = (self.weights @ self.link(sums + self.intercepts)).tolist()
        return total


def _boosted(weighted: Sequence[Weighted], n_levels: Sequence[int]) -> tuple[list[Boosted], list[Weighted]]:
    """What can be looked up, by link and by what it looks at, and the rest."""
    alike: dict[tuple[int, RowOf], list[tuple[float, LookedUp]]] = {}
    rest: list[Weighted] = []
    for weight, core in weighted:
        found = core.looked_up(n_levels)
        if found is None:
            rest.append((weight, core))
        else:
            alike.setdefault((found.link, found.row_of), []).append((weight, found))
    return list(map(Boosted, alike.values())), rest


def _linear(weighted: Sequence[Weighted]) -> tuple[list[Joined], list[Weighted]]:
    """Linear cores where they can be taken together, and the rest."""
    linear = [(weight, core) for weight, core in weighted if isinstance(core, LinearCore)]
    cores = [core for _, core in linear]
    if len(cores) < 2 or len({core.link for core in cores}) > 1:
        return [], list(weighted)
    tables = tables_of([core.design for core in cores], [core.weights for core in cores])
    if tables is None:
        return [], list(weighted)
    weights = np.array([weight for weight, _ in linear])
    joined = _Linear(tables, np.array([core.intercept for core in cores]), LINKS[cores[0].link], weights)
    return [joined], [pair for pair in weighted if not isinstance(pair[1], LinearCore)]
