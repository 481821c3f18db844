"""Rows of training and test as cells, a byte a value: with them whole rows are compared, and not only columns.

No value is kept, and nothing of them leaves the store. A few thousand rows are enough: what a small model cannot tell
from them is not worth an alarm.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mlwright.core.run import Run
from mlwright.judging.costs import Costs
from mlwright.records.looks import TARGET
from mlwright.records.looks import Cells as Looked

Array = NDArray[np.float64]
Cells = NDArray[np.uint8]
Places = NDArray[np.int64]

MOST_DRAWN, MOST_VALUES = 20_000, 2_000_000
SHARE_TESTED = 0.5
"""Of the rows that are kept, at most so many are test rows, of which it is known what their answers cost."""
_DAY, _LOSS, _BENEFIT = "day", "loss", "benefit"
_CELLS = "cells of "


class Drawn(NamedTuple):
    """Rows as cells.

    Parameters
    ----------
    names : tuple of str
        Of the looked-at columns, as in `Baseline.columns`.
    cells : array of uint8, shape (n_rows, n_columns)
    days : array of int, shape (n_rows,)
        Since 1970; -1 where it is not known.
    costs : Costs
        Of those that are test rows; positions are places among these rows.
    """

    names: tuple[str, ...]
    cells: Cells
    days: Places
    costs: Costs


def is_compared_whole(cells: Looked) -> bool:
    """Whether what is looked at is part of a whole row.

    The target is not; no date, as time moves on by itself; and no new words, which are known of every second row alone.
    """
    return cells.name != TARGET and cells.sort not in ("pair", "weekday", "new words", "new word")


def keep_drawn(places: Mapping[str, Places], days: Places, rows: Places, costs: Costs, run: Run) -> str:
    """Draw rows, keep them, and return the blob's name; empty where there is nothing to keep.

    Parameters
    ----------
    places : mapping
        The cell of every row, by the name of what is looked at.
    days : array of int, shape (n_rows,)
    rows : array of int, shape (n_rows,)
        Positions in the snapshot, rising.
    costs : Costs
        Of the test rows.
    run : Run
    """
    if not places:
        return ""
    most = min(MOST_DRAWN, MOST_VALUES // len(places))
    chance = np.random.default_rng(run.seed_for("rows as cells"))
    at, tested = _among(rows, costs.positions)
    some = chance.permutation(len(tested))[: round(SHARE_TESTED * most)]
    others = np.setdiff1d(np.arange(len(rows)), at)
    drawn = np.sort(np.concatenate([at[some], chance.permutation(others)[: most - len(some)]]))
    lost, won = (np.full(len(rows), np.nan) for _ in range(2))
    lost[at], won[at] = costs.loss[tested], costs.benefit[tested]
    found: dict[str, pa.Array] = {_DAY: pa.array(days[drawn].astype(np.int32))}
    found |= {name: pa.array(each[drawn].astype(np.float32)) for name, each in ((_LOSS, lost), (_BENEFIT, won))}
    cells = np.column_stack([each[drawn].astype(np.uint8) for each in places.values()])
    return keep_cells(tuple(places), cells, run, found)


def open_drawn(blob: str, run: Run) -> Drawn:
    """What `keep_drawn` kept."""
    names, cells, others = open_cells(blob, run)
    loss, benefit = (others[name].to_numpy().astype(np.float64) for name in (_LOSS, _BENEFIT))
    tested = np.flatnonzero(~np.isnan(loss))
    return Drawn(names, cells, others[_DAY].to_numpy().astype(np.int64), Costs(tested, loss[tested], benefit[tested]))


def keep_cells(names: Sequence[str], cells: Cells, run: Run, others: Mapping[str, pa.Array] | None = None) -> str:
    """Keep rows as cells, shape (n_rows, n_names), with what else is known of them; returns the blob's name."""
    found = dict(others or {}) | {_CELLS + name: pa.array(cells[:, at]) for at, name in enumerate(names)}
    buffer = io.BytesIO()
    pq.write_table(pa.table(found), buffer, compression="zstd", compression_level=9)
    return run.put(buffer.getvalue())


def open_cells(blob: str, run: Run) -> tuple[tuple[str, ...], Cells, pa.Table]:
    """What `keep_cells` kept: the names, the cells, and what else is known."""
    table = pq.read_table(pa.BufferReader(run.get(blob)))
    own = [name for name in table.column_names if name.startswith(_CELLS)]
    cells = np.column_stack([table[name].to_numpy().astype(np.uint8) for name in own])
    return tuple(name.removeprefix(_CELLS) for name in own), cells, table.drop_columns(own)


def _among(rows: Places, positions: Places) -> tuple[Places, Places]:
    """Where those of some positions that are there stand among the rows, and which they are."""
    at = np.searchsorted(rows, positions)
    there = (at < len(rows)) & (rows[np.minimum(at, len(rows) - 1)] == positions)
    return at[there], np.flatnonzero(there)
