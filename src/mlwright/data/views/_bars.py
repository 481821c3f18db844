"""Counts of values, binned before they are drawn."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mlwright.data.words import figure

TAIL = 0.005
MAX_STEPS = 20


def heap(values: NDArray[np.float64], n_bins: int) -> tuple[list[float], list[float], list[float] | None, list[str]]:
    """Where bars stand, how high they are (shares), how wide, and what to call them.

    Few different values get a bar each; else bars are of equal width, and what lies beyond the outermost 0.5 % of the
    values at each end counts into the outermost bar, so that a single value cannot squeeze the picture.

    Parameters
    ----------
    values : array
        NaN is left out.
    n_bins : int
    """
    known = values[~np.isnan(values)]
    distinct, counts = np.unique(known, return_counts=True)
    if len(distinct) <= n_bins:
        width = float(np.diff(distinct).min(initial=1.0)) if len(distinct) > 1 else 1.0
        shares = (counts / max(1, len(known))).tolist()
        return distinct.tolist(), shares, [0.9 * width] * len(distinct), [figure(float(value)) for value in distinct]
    low, high = np.quantile(known, [TAIL, 1 - TAIL])
    if not high > low:
        low, high = known.min(), known.max()
    edges = _edges(distinct, float(low), float(high), n_bins)
    counts = np.histogram(np.clip(known, low, high), edges)[0]
    centres = (edges[:-1] + edges[1:]) / 2
    names = [f"{figure(float(a))} to {figure(float(b))}" for a, b in pairwise(edges)]
    if known.min() < edges[0]:
        names[0] = f"{figure(float(edges[1]))} or less"
    if known.max() > edges[-1]:
        names[-1] = f"{figure(float(edges[-2]))} or more"
    return centres.tolist(), (counts / len(known)).tolist(), None, names


def _edges(distinct: NDArray[np.float64], low: float, high: float, n_bins: int) -> NDArray[np.float64]:
    """Edges of bars of equal width, each holding equally many steps where the values come in steps."""
    step = float(np.diff(distinct).min())
    n_steps = round((high - low) / step)
    if n_steps > MAX_STEPS * n_bins:
        return np.linspace(low, high, n_bins + 1)
    width = -(-(n_steps + 1) // n_bins) * step
    return low - step / 2 + width * np.arange(-(-(n_steps + 1) * step // width) + 1)


def frequent(places: NDArray[np.int64], names: tuple[str, ...], limit: int) -> list[tuple[str, NDArray[np.bool_]]]:
    """The most frequent names with their rows, all others together as the last of them.

    Parameters
    ----------
    places : array of int64
        Place of each row in `names`; -1 where missing.
    names : tuple of str
    limit : int
        How many groups at most, the others among them; those that are missing come beside.
    """
    counts = np.bincount(places[places >= 0], minlength=len(names))
    ranked = [int(place) for place in np.argsort(-counts, kind="stable") if counts[place]]
    kept = ranked if len(ranked) <= limit else ranked[: limit - 1]
    groups = [(names[place], places == place) for place in kept]
    if len(kept) < len(ranked):
        groups.append((f"{len(ranked) - len(kept)} others", np.isin(places, ranked[len(kept) :])))
    if (places < 0).any():
        groups.append(("missing", places < 0))
    return groups
