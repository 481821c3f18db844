"""Rows of a table in the cells of its columns; each column is read once, of a wide table a lot at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.machine import processors
from mlwright.data.cells import places_of
from mlwright.data.cells.pairs import places_of_pair
from mlwright.data.compute.stretches import Parquet, lots_of, stretches
from mlwright.records.looks import Cells

Array = NDArray[np.float64]

N_TEXTS = 100_000
"""Of texts, random rows that are read: words are slow to find."""
TEXTS = ("words", "length")


def counts_of(table: Parquet, wanted: Sequence[Cells]) -> dict[str, Array]:
    """Rows of a table in each cell, by the name of the cells; of texts those of some random rows."""
    own: dict[str, list[Cells]] = {}
    for cells in wanted:
        own.setdefault(cells.of[0], []).append(cells)
    texts = [name for name, each in own.items() if each[0].sort in TEXTS]
    others = [name for name in own if name not in set(texts)]
    n_rows = table.n_rows
    jobs = [(lot, None) for lot in lots_of(others, n_rows)] + [(lot, N_TEXTS) for lot in lots_of(texts, N_TEXTS)]
    with ThreadPoolExecutor(processors()) as pool:
        found = pool.map(lambda job: _counted(stretches(table.path, *job), own), jobs)
        return {name: counts for part in found for name, counts in part.items()}


def _counted(values: Iterable[pa.Table], own: Mapping[str, Sequence[Cells]]) -> dict[str, Array]:
    total: dict[str, Array] = {}
    for stretch in values:
        for name in stretch.column_names:
            for cells in own[name]:
                counts = total.setdefault(cells.name, np.zeros(cells.n))
                counts += np.bincount(places_of(cells, stretch[name]), minlength=cells.n)
    return total


def pair_counts(path: Path, pairs: Sequence[tuple[Cells, Cells, Cells]]) -> list[Array]:
    """Rows of a table in each cell of pairs of columns; each of them with the cells of its two columns."""
    total = [np.zeros(pair.n) for pair, _, _ in pairs]
    cells = {each.name: each for _, one, other in pairs for each in (one, other)}
    for values in stretches(path, list(dict.fromkeys(each.of[0] for each in cells.values()))) if pairs else ():
        places = {name: places_of(each, values[each.of[0]]) for name, each in cells.items()}
        for counts, (pair, one, other) in zip(total, pairs, strict=True):
            counts += np.bincount(places_of_pair(pair, (places[one.name], places[other.name])), minlength=pair.n)
    return total
