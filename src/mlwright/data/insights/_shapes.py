"""How the target goes with a number: rising or falling, in one step, or highest (or lowest) in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from mlwright.data.bins import quantile_edges
from mlwright.data.insights._evidence import MIN_ROWS, Array, Evidence, Mask, Outcome
from mlwright.data.words import number_spelling

N_BINS = 16
LEAST_SHARE = 0.05
CLEARLY = 1.25
SEEN = 2.5
"""Standard errors that a difference must reach in the first half to be measured in the second."""

Form = Literal["trend", "step", "band"]


class Shape(NamedTuple):
    """The form that suits best, and the groups of rows in which the figure is larger and smaller.

    Parameters
    ----------
    form : str
        ``trend``: the lowest fifth against the highest; ``step``: below a cut against above; ``band``: between two
        cuts against outside.
    low, high : float
        Where the groups end: at most `low` and at least `high`; above `low`; or above `low` up to `high`.
    rises : bool
        Whether the figure is larger above the step, in the upper fifth, or within the band.
    strength : float
        Standard errors by which the groups differ in the first half.
    """

    form: Form
    low: float
    high: float
    rises: bool
    strength: float


def shape(evidence: Evidence, name: str, outcome: Outcome) -> Shape | None:
    """The form in which the outcome goes with a column, as far as the first half shows one."""
    numbers = evidence.rows.numbers(name)[evidence.first]
    known = ~np.isnan(numbers)
    x, y = numbers[known], outcome.ranks[evidence.first][known]
    edges = quantile_edges(x, N_BINS)
    if len(x) < 4 * MIN_ROWS or not len(edges):
        return None
    places = np.searchsorted(edges, x)
    counts = np.bincount(places, minlength=len(edges) + 1).astype(np.float64)
    sums = np.bincount(places, y, minlength=len(edges) + 1).astype(np.float64)
    step, at = _best_step(counts, sums)
    band, (start, end) = _best_band(counts, sums)
    slope = _line(counts, sums)
    if band > CLEARLY * max(step, slope):
        inside = (places > start) & (places <= end)
        return _shape("band", edges[start], edges[end] if end < len(edges) else x.max(), inside, ~inside, y)
    low, high = np.quantile(x, 0.2, method="lower"), np.quantile(x, 0.8, method="higher")
    if slope >= step and low < high and len(edges) > 2:
        return _shape("trend", low, high, x >= high, x <= low, y)
    return _shape("step", edges[at], edges[at], places > at, places <= at, y) if step > 0 else None


def groups(evidence: Evidence, name: str, found: Shape) -> tuple[Mask, Mask]:
    """Over all rows, those in which the figure is larger, and those in which it is smaller."""
    x = evidence.rows.numbers(name)
    if found.form == "trend":
        upper, lower = x >= found.high, x <= found.low
    elif found.form == "step":
        upper, lower = x > found.low, x <= found.low
    else:
        upper = (x > found.low) & (x <= found.high)
        lower = ~upper & ~np.isnan(x)
    return (upper, lower) if found.rises else (lower, upper)


def spelling_of(evidence: Evidence, name: str) -> Callable[[float], str]:
    """How to spell the numbers of a column."""
    column = evidence.rows.profile.column(name)
    return number_spelling(column.minimum, column.maximum)


def _shape(form: Form, low: float, high: float, upper: Mask, lower: Mask, y: Array) -> Shape | None:
    strength = apart(y, upper, lower)
    if abs(strength) < SEEN:
        return None
    return Shape(form, float(low), float(high), strength > 0, abs(strength))


def apart(y: Array, a: Mask, b: Mask) -> float:
    """By how many standard errors the mean in `a` is larger than that in `b`; 0 where there are too few rows."""
    n_a, n_b = int(a.sum()), int(b.sum())
    if min(n_a, n_b) < MIN_ROWS:
        return 0.0
    error = np.sqrt(y[a].var() / n_a + y[b].var() / n_b + 1e-12)
    return float((y[a].mean() - y[b].mean()) / error)


def _best_step(counts: Array, sums: Array) -> tuple[float, int]:
    """The cut after which bin takes away most of the squared error, and how much that is."""
    n, total = counts.sum(), sums.sum()
    below, rest = np.cumsum(counts)[:-1], np.cumsum(sums)[:-1]
    gain = _gain(below, rest, n, total)
    at = int(gain.argmax())
    return float(gain[at]), at


def _best_band(counts: Array, sums: Array) -> tuple[float, tuple[int, int]]:
    """The inner bins (after the first, up to the second) that take away most of the squared error."""
    n, total = counts.sum(), sums.sum()
    running, running_sums = np.cumsum(counts), np.cumsum(sums)
    start, end = np.triu_indices(len(counts) - 1, 1)
    if not len(start):
        return 0.0, (0, 0)
    gain = _gain(running[end] - running[start], running_sums[end] - running_sums[start], n, total)
    best = int(gain.argmax())
    return float(gain[best]), (int(start[best]), int(end[best]))


def _gain(inside: Array, sums: Array, n: float, total: float) -> Array:
    """Squared error that goes when a part of the rows gets a mean of its own; 0 for parts that are too small."""
    outside = n - inside
    fair = (inside >= LEAST_SHARE * n) & (outside >= LEAST_SHARE * n)
    apart = sums / np.maximum(inside, 1) - (total - sums) / np.maximum(outside, 1)
    return np.where(fair, apart**2 * inside * outside / n, 0.0)


def _line(counts: Array, sums: Array) -> float:
    """Squared error that a straight line through the ranks of the bins takes away."""
    n = counts.sum()
    middle = (np.cumsum(counts) - counts / 2) / n
    centred = middle - counts @ middle / n
    spread = counts @ centred**2
    return float((centred @ sums) ** 2 / spread) if spread > 0 else 0.0
