"""How far a column differs between two sets of rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, kolmogorov

from mlwright.data.columns import Rows
from mlwright.data.words import percent

MIN_ROWS = 50
MAX_NAMES = 50


class Move(NamedTuple):
    """How far a column differs between two sets of rows.

    Parameters
    ----------
    size : float
        From 0 (alike) to 1 (nothing in common): the distance of Kolmogorov and Smirnov for ordered columns, else the
        total variation of the shares of names, those beyond the 50 most frequent taken together.
    chance : float
        That so large a distance comes about between equal sets of independent rows.
    told : str
        What differs most, in words.
    """

    size: float
    chance: float
    told: str


def move(before: Rows, after: Rows, name: str, called: tuple[str, str]) -> Move:
    """How far a column differs between two sets of rows, which are called so (``("training", "test")``)."""
    if before.is_ordered(name):
        return _move_of_numbers(before, after, name, called)
    return _move_of_names(before, after, name)


def _move_of_numbers(one: Rows, other: Rows, name: str, called: tuple[str, str]) -> Move:
    before, after = (np.sort(rows.numbers(name)[~rows.missing(name)]) for rows in (one, other))
    if min(len(before), len(after)) < MIN_ROWS:
        return Move(0.0, 1.0, "")
    both = np.concatenate([before, after])
    below = [np.searchsorted(values, both, side="right") / len(values) for values in (before, after)]
    size = float(np.abs(below[0] - below[1]).max())
    n = len(before) * len(after) / (len(before) + len(after))
    share = float((after > np.median(before)).mean())
    told = f"{percent(share)} of the {called[1]} rows lie above the median of the {called[0]} rows"
    return Move(size, float(kolmogorov(size * np.sqrt(n))), told)


def _move_of_names(one: Rows, other: Rows, name: str) -> Move:
    (known, before), (found, after) = one.levels(name), other.levels(name)
    frequent = np.argsort(-np.bincount(before[before >= 0], minlength=len(known)), kind="stable")[:MAX_NAMES]
    place = {known[k]: at + 2 for at, k in enumerate(frequent)}
    by_name = [np.array([*(place.get(n, 1) for n in names), 0]) for names in (known, found)]
    counts = [
        np.bincount(group[places], minlength=MAX_NAMES + 2)
        for group, places in zip(by_name, (before, after), strict=True)
    ]
    shares = [count / count.sum() for count in counts]
    pooled = (counts[0] + counts[1]) / (counts[0].sum() + counts[1].sum())
    used = pooled > 0
    chi2 = sum(((c[used] - pooled[used] * c.sum()) ** 2 / (pooled[used] * c.sum())).sum() for c in counts)
    most = int(np.abs(shares[0] - shares[1]).argmax())
    labels = {at: f"'{label}'" for label, at in place.items()} | {0: "a missing value", 1: "a rare or new name"}
    told = f"{labels[most]} goes from {percent(shares[0][most])} to {percent(shares[1][most])}"
    return Move(float(np.abs(shares[0] - shares[1]).sum() / 2), float(chdtrc(max(1, used.sum() - 1), chi2)), told)
