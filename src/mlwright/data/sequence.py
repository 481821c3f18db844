"""Rows as they follow each other, in time or in the table."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from mlwright.data.columns import MAX_CELLS, MAX_ROWS, Rows
from mlwright.data.compute.table import SplitTable
from mlwright.records.profile import Profile


def in_order(table: SplitTable, profile: Profile) -> Rows:
    """The newest rows, oldest first, without the target: at most 50,000, each next to the one before it.

    In the order of the time column where there is one and the rows are few enough to be read at once, else in that of
    the table. Read once for all who ask.
    """
    if (kept := _KEPT.get(table)) is None:
        roles = profile.roles
        names = list(dict.fromkeys([*roles.inputs, *(n for n in (roles.time, roles.group) if n is not None)]))
        n = min(table.n_rows, MAX_ROWS, max(1_000, MAX_CELLS // len(names)))
        positions = np.arange(table.n_rows - n, table.n_rows)
        kept = Rows(profile, positions, table.arrow(names, positions), table.seed)
        if roles.time is not None and kept.is_ordered(roles.time):
            order = np.argsort(kept.numbers(roles.time), kind="stable")
            kept = Rows(profile, positions[order], kept.arrow.take(order), table.seed)
        _KEPT[table] = kept
    return kept


_KEPT: WeakKeyDictionary[SplitTable, Rows] = WeakKeyDictionary()
