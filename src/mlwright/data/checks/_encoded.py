"""Rows as a matrix of numbers, for the quick models that checks ask."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.data.columns import Rows

MAX_FLAGS = 12


def encoded(rows: Rows, names: list[str]) -> tuple[NDArray[np.float32], list[tuple[str, str | None]]]:
    """A matrix for trees, and what each of its columns is.

    Ordered columns become their ranks' numbers, names become one flag for each of the 12 most frequent and one number
    that orders all of them by how frequent they are. What is missing lies below all else.

    Returns
    -------
    matrix : array of float32, shape (n_rows, n_features)
    features : list of (column, name)
        The name is None for what is a number.
    """
    parts: list[NDArray[np.float64]] = []
    features: list[tuple[str, str | None]] = []
    for name in names:
        if rows.is_ordered(name):
            values = rows.numbers(name)
            low = float(np.nanmin(values)) if not np.isnan(values).all() else 0.0
            parts.append(np.where(np.isnan(values), low - 1 - abs(low), values))
            features.append((name, None))
            continue
        levels, places = rows.levels(name)
        counts = np.bincount(places[places >= 0], minlength=len(levels))
        frequent = np.argsort(-counts, kind="stable")
        for place in frequent[: MAX_FLAGS if len(levels) > 2 else 1]:
            parts.append((places == place).astype(np.float64))
            features.append((name, levels[place]))
        if len(levels) > MAX_FLAGS:
            order = np.empty(len(levels) + 1)
            order[frequent], order[-1] = np.arange(len(levels)), -1
            parts.append(order[places])
            features.append((name, None))
    matrix = np.column_stack(parts) if parts else np.empty((len(rows), 0))
    return np.clip(matrix, -3e38, 3e38).astype(np.float32), features
