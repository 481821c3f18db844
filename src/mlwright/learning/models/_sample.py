"""A random part of the rows, and rows of classes that are not there."""

from __future__ import annotations

import numpy as np

from mlwright.learning.models import Rows


def some_rows(rows: Rows, most: int, seed: int) -> Rows:
    """At most so many of the rows, drawn at random, in their order."""
    if len(rows) <= most:
        return rows
    places = np.sort(np.random.default_rng(seed).choice(len(rows), most, replace=False))
    return Rows(rows.blocks.take(places), rows.target[places])


def with_every_class(rows: Rows, n_classes: int, seed: int) -> Rows:
    """The rows, with a random one repeated for each class that has none, as if it were of that class.

    Boosting would else give such a class a probability of 0, or refuse to learn; so it gets about one in so many
    as there are rows. Rows with numbers (no classes) stay as they are.
    """
    absent = np.setdiff1d(np.arange(n_classes), rows.target.astype(np.int64)) if n_classes else np.empty(0)
    if not len(absent):
        return rows
    lent = np.random.default_rng(seed).integers(len(rows), size=len(absent))
    places = np.concatenate([np.arange(len(rows)), lent])
    return Rows(rows.blocks.take(places), np.concatenate([rows.target, absent.astype(np.float64)]))
