"""Columns cut in two, where that says most about the target."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mlwright.data.bins import quantile_edges
from mlwright.data.insights._evidence import MIN_ROWS, Evidence, Mask, Outcome
from mlwright.data.insights._shapes import N_BINS, spelling_of
from mlwright.data.words import shortened

MAX_COLUMNS = 8
LEAST_SHARE = 0.05


class Cut(NamedTuple):
    """A column cut in two.

    Parameters
    ----------
    name : str
    inside : array of bool, shape (n_rows,)
    where, elsewhere : str
        The rows inside and outside, as clauses.
    gain : float
        Share of the squared error of the first half that the cut takes away.
    """

    name: str
    inside: Mask
    where: str
    elsewhere: str
    gain: float


def best_cuts(evidence: Evidence, outcome: Outcome, limit: int = MAX_COLUMNS) -> list[Cut]:
    """The cuts that say most in the first half, at most one for each column."""
    found = [
        cut for name in evidence.of_kind("number", "category", "boolean") if (cut := _cut(evidence, name, outcome))
    ]
    return sorted(found, key=lambda cut: -cut.gain)[:limit]


def _cut(evidence: Evidence, name: str, outcome: Outcome) -> Cut | None:
    tried = _steps(evidence, name) if evidence.rows.is_ordered(name) else _names(evidence, name)
    y = outcome.ranks[evidence.first]
    best: Cut | None = None
    for inside, where, elsewhere in tried:
        gain = _gain(y, inside[evidence.first])
        if gain > (best.gain if best else 0.0):
            best = Cut(name, inside, where, elsewhere, gain)
    return best


def _steps(evidence: Evidence, name: str) -> list[tuple[Mask, str, str]]:
    x = evidence.rows.numbers(name)
    edges = quantile_edges(x[evidence.first], N_BINS)
    column = f"'{shortened(name)}'"
    spell = spelling_of(evidence, name)
    return [(x <= edge, f"{column} is at most {spell(edge)}", f"{column} is above {spell(edge)}") for edge in edges]


def _names(evidence: Evidence, name: str) -> list[tuple[Mask, str, str]]:
    names, places = evidence.rows.levels(name)
    seen = places[evidence.first]
    counts = np.bincount(seen[seen >= 0], minlength=len(names))
    shown = [int(place) for place in np.argsort(-counts, kind="stable")[:N_BINS] if counts[place] >= MIN_ROWS]
    column = f"'{shortened(name)}'"
    return [
        (places == place, f"{column} is '{shortened(names[place])}'", f"{column} is not '{shortened(names[place])}'")
        for place in shown
    ]


def _gain(y: np.ndarray, inside: Mask) -> float:
    share = float(inside.mean())
    if not LEAST_SHARE <= share <= 1 - LEAST_SHARE or not y.std() > 0:
        return 0.0
    apart = float(y[inside].mean() - y[~inside].mean())
    return apart**2 * share * (1 - share) / float(y.var())
