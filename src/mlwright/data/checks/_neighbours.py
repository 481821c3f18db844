"""The nearest rows of a row, over columns of any kind."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.data.columns import Rows

MAX_PAIRS = 15_000_000
MIN_ASKED = 200
MAX_ASKED = 1_000
MAX_COLUMNS = 40
N_NEAREST = 10


class Nearest(NamedTuple):
    """The nearest rows among others.

    Parameters
    ----------
    asked : array of int64, shape (n_asked,)
        Places of the rows whose neighbours are sought.
    places : array of int64, shape (n_asked, 10)
        The nearest of the others, nearest first.
    distances : array of float64, shape (n_asked, 10)
    """

    asked: NDArray[np.int64]
    places: NDArray[np.int64]
    distances: NDArray[np.float64]


def nearest(rows: Rows, among: Rows, names: list[str]) -> Nearest:
    """The ten nearest of other rows, for up to 1,000 rows.

    The distance is Gower's, summed: the difference of ranks for ordered columns, 0 or 1 for names. A row is not its own
    neighbour.

    References
    ----------
    Gower, J. C. (1971). A general coefficient of similarity and some of its properties. Biometrics 27(4).
    """
    n = int(np.clip(MAX_PAIRS // max(1, len(among)), MIN_ASKED, MAX_ASKED))
    asked = np.sort(np.random.default_rng(rows.seed).permutation(len(rows))[:n])
    distance = np.zeros((len(asked), len(among)), dtype=np.float32)
    for name in names[:MAX_COLUMNS]:
        here, there = _coordinates(rows, among, name)
        gap = np.abs(here[asked, None] - there[None, :])
        distance += gap if rows.is_ordered(name) else gap > 0
    distance[rows.positions[asked][:, None] == among.positions[None, :]] = np.inf
    k = min(N_NEAREST, len(among) - 1)
    places = np.argpartition(distance, k - 1, axis=1)[:, :k]
    found = np.take_along_axis(distance, places, axis=1)
    order = np.argsort(found, axis=1, kind="stable")
    return Nearest(
        asked,
        np.take_along_axis(places, order, axis=1).astype(np.int64),
        np.take_along_axis(found, order, axis=1).astype(np.float64),
    )


def _coordinates(rows: Rows, among: Rows, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A column on both sides: ranks among the others for ordered columns (2 where missing), numbers for names."""
    if rows.is_ordered(name):
        here, there = rows.numbers(name), among.numbers(name)
        ordered = np.sort(there[np.isfinite(there)])
        return _ranks(here, ordered), _ranks(there, ordered)
    names, places = among.levels(name)
    known = {level: place for place, level in enumerate(names)}
    own, mine = rows.levels(name)
    moved = np.array([*(known.get(level, len(known) + place) for place, level in enumerate(own)), -1])
    return moved[mine].astype(np.float32), places.astype(np.float32)


def _ranks(values: NDArray[np.float64], ordered: NDArray[np.float64]) -> NDArray[np.float32]:
    below = np.searchsorted(ordered, values, side="left") + np.searchsorted(ordered, values, side="right")
    return np.where(np.isfinite(values), below / max(1, 2 * len(ordered)), 2.0).astype(np.float32)
