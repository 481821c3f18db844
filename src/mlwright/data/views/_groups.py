"""Rows in groups of the values of one column."""

from __future__ import annotations

import numpy as np

from mlwright.data.columns import Rows
from mlwright.data.style import labels
from mlwright.data.views._bars import frequent
from mlwright.data.views._measure import Group
from mlwright.data.words import figure, moment_spelling

N_BINS = 12
MAX_NAMES = 8
ACROSS = 48
"""Letters that fit side by side below a small picture."""

SHORTEST = 11


def groups(rows: Rows, name: str) -> list[Group]:
    """Up to twelve groups of a number or a date, from the smallest; else the most frequent names."""
    if not rows.is_ordered(name):
        named = frequent(rows.levels(name).places, rows.levels(name).names, MAX_NAMES)
        short = labels((label for label, _ in named), max(SHORTEST, ACROSS // max(1, len(named))))
        return [Group(label, x, inside) for (label, inside), x in zip(named, short, strict=True)]
    bins, values = rows.bins(name, N_BINS), rows.numbers(name)
    is_date = rows.profile.column(name).kind == "date"
    spell = moment_spelling(np.nanmin(values), np.nanmax(values)) if is_date else figure
    found = []
    for place in range(bins.n - bins.has_missing):
        inside = bins.places == place
        if inside.any():
            low, middle, high = (float(end) for end in np.quantile(values[inside], [0, 0.5, 1]))
            label = spell(low) if low == high else f"{spell(low)} to {spell(high)}"
            found.append(Group(label, spell(middle) if is_date else middle, inside))
    return found
