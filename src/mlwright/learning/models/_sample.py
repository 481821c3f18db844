"""A random part of the rows."""

from __future__ import annotations

import numpy as np

from mlwright.learning.models import Rows


def some_rows(rows: Rows, most: int, seed: int) -> Rows:
    """At most so many of the rows, drawn at random, in their order."""
    if len(rows) <= most:
        return rows
    places = np.sort(np.random.default_rng(seed).choice(len(rows), most, replace=False))
    return Rows(rows.blocks.take(places), rows.target[places])
