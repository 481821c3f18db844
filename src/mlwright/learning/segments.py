"""Parts of the test rows on which the model does worse than elsewhere.

Some rows are harder to tell than others, and a good model knows it: its probabilities are then nearer to one half.
So for classes a row's loss counts only as far as it is beyond what the model's own probabilities promise, and a part
is weak where the model is surer than it should be.

Whoever looks at hundreds of parts finds weak ones in any noise. So candidates are found on one half of the test
rows, and only what the other half confirms, corrected for the number of candidates, is told. Then the halves change
places: each may raise half of the alarms that are allowed for, and what only one of them shows is not missed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.stats import t as student

from mlwright.data.columns import Rows
from mlwright.data.words import day, figure, shortened
from mlwright.learning.loss import SMALLEST_PROBABILITY
from mlwright.records.evaluation import Segment
from mlwright.statistics.parts import part_estimate
from mlwright.statistics.sampling import Draws, Sampling
from mlwright.statistics.several import holm

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

FEWEST_ROWS = 100
FEWEST_IN_A_PART = 15
SMALLEST_SHARE, LARGEST_SHARE = 0.02, 0.8
N_BINS = 5
MOST_LEVELS = 20
MOST_SINGLES, MOST_PAIRS = 6, 3
STANDS_OUT = 1.5
ALARM = 0.05
MOST_OVERLAP, MOST_OVERLAP_TOLD = 0.8, 0.5
MOST_TOLD = 5


@dataclass(frozen=True)
class Part:
    """Some rows, and what they have in common."""

    columns: tuple[str, ...]
    description: str
    rows: Mask
    strength: float = 0.0
    p_value: float = 1.0


def weak_segments(
    rows: Rows, loss: Array, sampling: Sampling, seed: int, *, matters: float = 0.0, level: float = 0.95
) -> tuple[Segment, ...]:
    """At most five parts where the loss is surely higher than elsewhere; most harm first.

    Parameters
    ----------
    rows : Rows
        The test rows.
    loss : array, shape (n_rows,)
        Of each row; for classes beyond what was to be expected.
    sampling : Sampling
    seed : int
    matters : float
        The least difference in mean loss that is worth telling.
    level : float
    """
    weak: dict[str, tuple[Part, Mask]] = {}
    halves = suspected_parts(rows, loss, sampling, seed)
    for parts, confirming in halves:
        p_values = len(halves) * holm(np.array([part.p_value for part in parts]))
        for part, p_value in zip(parts, p_values.tolist(), strict=True):
            harm = _harm(part.rows, loss, confirming, matters) if p_value < ALARM else 0.0
            if harm > 0:
                weak.setdefault(part.description, (replace(part, p_value=p_value, strength=harm), confirming))
    told = _distinct_best([part for part, _ in weak.values()], MOST_TOLD, MOST_OVERLAP_TOLD)
    return tuple(_segment(part, loss, sampling, weak[part.description][1], seed, level) for part in told)


class Suspected(NamedTuple):
    """Parts that were found on one half of the rows, and the other half, by which each is judged for itself.

    Parameters
    ----------
    parts : list of Part
        With p-values that are not yet corrected for their number.
    confirming : array of bool, shape (n_rows,)
    """

    parts: list[Part]
    confirming: Mask


def suspected_parts(rows: Rows, loss: Array, sampling: Sampling, seed: int) -> tuple[Suspected, ...]:
    """Parts that stand out on either half of the rows, with what the other half says of them; see `weak_segments`."""
    if len(loss) < FEWEST_ROWS:
        return ()
    half = _first_half(sampling, np.random.default_rng(seed))
    return tuple(
        Suspected(
            [
                replace(part, p_value=p_value(part.rows, loss, sampling, ~finding))
                for part in _candidates(rows, loss, finding)
            ],
            ~finding,
        )
        for finding in (half, ~half)
    )


def _harm(part: Mask, loss: Array, confirming: Mask, matters: float) -> float:
    """What the part costs more than others on the half that confirms it; nothing where that is too little to matter."""
    inside = part & confirming
    worse = float(loss[inside].mean() - loss[~part & confirming].mean())
    return worse * int(inside.sum()) if worse > matters else 0.0


def excess_loss(loss: Array, prediction: Array) -> Array:
    """Log loss of each row beyond what its probabilities promise; its mean is 0 where they are right.

    Parameters
    ----------
    loss : array, shape (n_rows,)
    prediction : array, shape (n_rows, n_outputs)
        Probability of the positive class, or of each of several.
    """
    shares = np.hstack([prediction, 1.0 - prediction]) if prediction.shape[1] == 1 else prediction
    promised = -(shares * np.log(np.clip(shares, SMALLEST_PROBABILITY, 1.0))).sum(axis=1)
    return np.asarray(loss - promised)


def _first_half(sampling: Sampling, rng: np.random.Generator) -> Mask:
    """Rows to find with: a random half, half of the groups, or the earlier ones."""
    if sampling.groups is not None:
        chosen = rng.permutation(sampling.n_units) < sampling.n_units / 2
        return np.asarray(chosen[sampling.unit_of_row])
    half = np.zeros(sampling.n_rows, dtype=bool)
    order = rng.permutation(sampling.n_rows) if sampling.order is None else sampling.order
    half[order[: sampling.n_rows // 2]] = True
    return half


def _candidates(rows: Rows, loss: Array, finding: Mask) -> list[Part]:
    """The few parts that stand out most on the finding half: of one column, and where two of them meet."""
    inputs = rows.profile.inputs
    singles = [part for column in inputs for part in _judged(_parts_of(rows, column.name), loss, finding)]
    chosen = _distinct_best(singles, MOST_SINGLES)
    meetings = (
        Part(
            a.columns + b.columns, f"{a.description} and {b.description}", a.rows & b.rows, max(a.strength, b.strength)
        )
        for a, b in itertools.combinations(chosen, 2)
        if a.columns != b.columns
    )
    pairs = [pair for pair, parents in _with_parents(meetings, loss, finding) if pair.strength > parents]
    return chosen + _distinct_best(pairs, MOST_PAIRS)


def _with_parents(meetings: Iterator[Part], loss: Array, finding: Mask) -> Iterator[tuple[Part, float]]:
    for meeting in meetings:
        for judged in _judged(iter([meeting]), loss, finding):
            yield judged, meeting.strength


def _judged(parts: Iterator[Part], loss: Array, finding: Mask) -> Iterator[Part]:
    """Parts that stand out on the finding half, with how much they do."""
    n = int(finding.sum())
    least = max(FEWEST_IN_A_PART, SMALLEST_SHARE * n)
    for part in parts:
        inside, outside = part.rows & finding, ~part.rows & finding
        if least <= inside.sum() <= LARGEST_SHARE * n:
            strength = _welch(loss[inside], loss[outside])
            if strength > STANDS_OUT:
                yield Part(part.columns, part.description, part.rows, strength)


def _distinct_best(parts: list[Part], most: int, overlap: float = MOST_OVERLAP) -> list[Part]:
    """The strongest parts that do not hold about the same rows as a stronger one."""
    chosen: list[Part] = []
    for part in sorted(parts, key=lambda part: -part.strength):
        if len(chosen) < most and not any(_overlap(part.rows, other.rows) > overlap for other in chosen):
            chosen.append(part)
    return chosen


def _overlap(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / (one | other).sum())


def _welch(inside: Array, outside: Array) -> float:
    spread = inside.var(ddof=1) / len(inside) + outside.var(ddof=1) / len(outside)
    return float((inside.mean() - outside.mean()) / math.sqrt(spread)) if spread > 0 else 0.0


def p_value(part: Mask, loss: Array, sampling: Sampling, confirming: Mask) -> float:
    """How often a part that is not weak looks so on the half that judges it; rows that are alike count as one."""
    places = np.flatnonzero(confirming)
    inside, values, drawn = part[places], loss[places], sampling.take(places)
    n_units = [drawn.units_in(side) for side in (inside, ~inside)]
    if min(n_units) < 2:
        return 1.0
    moved = np.zeros(len(values))
    for side, sign, n in zip((inside, ~inside), (1.0, -1.0), n_units, strict=True):
        few = math.sqrt(n / (n - 1))
        moved[side] = sign * few * (values[side] - values[side].mean()) / side.mean()
    error = drawn.error_of_mean(moved)
    if error == 0:
        return 1.0
    difference = values[inside].mean() - values[~inside].mean()
    return float(student.sf(difference / error, n_units[0] - 1))


def _segment(part: Part, loss: Array, sampling: Sampling, confirming: Mask, seed: int, level: float) -> Segment:
    """Figures from the half that confirmed it alone, as the other one has chosen the part for being bad."""
    inside = part.rows & confirming
    n_replicates = Draws(sampling.take(np.flatnonzero(inside)), seed).n_replicates
    estimate = part_estimate(loss, inside, Draws(sampling, seed, n_replicates), level)
    return Segment(
        description=part.description,
        n_rows=int(part.rows.sum()),
        loss=estimate,
        loss_elsewhere=float(loss[~part.rows & confirming].mean()),
        p_value=part.p_value,
    )


def _parts_of(rows: Rows, name: str) -> Iterator[Part]:
    """A column's values, bins of it, or lengths of its text; and where it is missing."""
    kind = rows.profile.column(name).kind
    if kind == "text":
        yield from _bins_of(f"length of {name}", name, _lengths(rows, name), figure)
    elif rows.is_ordered(name):
        yield from _bins_of(name, name, rows.numbers(name), day if kind == "date" else figure)
    else:
        yield from _levels_of(rows, name)
    missing = rows.missing(name)
    if missing.any():
        yield Part((name,), f"{name} is missing", missing)


def parts_of(rows: Rows, name: str) -> Iterator[tuple[str, Mask]]:
    """Parts of the rows by one column, each with what its rows have in common."""
    for part in _parts_of(rows, name):
        yield part.description, part.rows


def _bins_of(title: str, name: str, values: Array, spell: Callable[[float], str]) -> Iterator[Part]:
    known = values[~np.isnan(values)]
    if not len(known):
        return
    edges = np.unique(np.quantile(known, np.linspace(0, 1, N_BINS + 1)[1:-1], method="lower"))
    places = np.where(np.isnan(values), -1, np.searchsorted(edges, values, side="left"))
    for place in range(len(edges) + 1):
        inside = places == place
        if inside.any():
            yield Part((name,), _range(title, values[inside], spell), inside)


def _range(title: str, values: Array, spell: Callable[[float], str]) -> str:
    low, high = spell(float(values.min())), spell(float(values.max()))
    return f"{title} is {low}" if low == high else f"{title} is from {low} to {high}"


def _levels_of(rows: Rows, name: str) -> Iterator[Part]:
    names, places = rows.levels(name)
    counts = np.bincount(places[places >= 0], minlength=len(names))
    for level in np.argsort(-counts, kind="stable")[:MOST_LEVELS]:
        yield Part((name,), f"{name} is {shortened(names[level])!r}", places == level)


def _lengths(rows: Rows, name: str) -> Array:
    lengths = pc.utf8_length(pc.cast(rows.arrow[name], "string"))
    return np.asarray(pc.fill_null(pc.cast(lengths, "double"), math.nan).to_numpy(), dtype=np.float64)
