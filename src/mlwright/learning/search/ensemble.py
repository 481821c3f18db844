"""Which candidates answer together, and with which weights.

Greedy selection with replacement: begin with nothing, add again and again the candidate that lowers the loss of the
mean most, and stop where that was lowest. How often a candidate was added is its weight.

References
----------
Caruana, R. et al. (2004). Ensemble selection from libraries of models. ICML.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.search.judge import Array, Judge, mean_and_error

Loss = Callable[[Array], float]

N_ROUNDS = 30
PATIENCE = 6
N_BAGS = 20
SMALL_ROWS = 2_000
MOST_ENTRIES = 20_000
FEWEST_ROWS = 5_000
MOST_NUMBERS, LEAST_ROWS = 1_000_000, 1_500
"""Of one candidate, by which weights are found: with hundreds of classes fewer rows have to do."""
CAPS = ((1_000, 8), (2_500, 15), (10_000, 25))
MOST_MEMBERS = 40
WEAK = 1.5
SURELY = 2.0
SHRINKAGE = 0.2
LEAST_WEIGHT = 0.02


def choose_weights(predictions: Array, judge: Judge, rng: np.random.Generator, costs: Array | None = None) -> Array:
    """The weights of candidates in an ensemble that is no larger than it needs to be; they sum to 1.

    With few rows the weights of one selection are mostly chance: then they are averaged over bootstraps of the
    rows, without the clearly weaker candidates, and drawn a little towards equal ones.

    Parameters
    ----------
    predictions : array, shape (n_candidates, n_rows, n_outputs)
        For the judge's rows.
    judge : Judge
    rng : Generator
    costs : array, shape (n_candidates,), optional
        What it costs to keep and ask each of them; of members that are hardly missed the dear ones leave first.

    Returns
    -------
    weights : array, shape (n_candidates,)
    """
    select = _bagged if len(judge.held) < SMALL_ROWS else _once
    n_outputs = predictions.shape[2]
    most_rows = max(min(FEWEST_ROWS, MOST_NUMBERS // n_outputs), LEAST_ROWS, MOST_ENTRIES // n_outputs)
    if len(judge.held) > most_rows:
        some = np.sort(rng.choice(len(judge.held), most_rows, replace=False))
        predictions, judge = predictions[:, some], judge.take(some)
    losses = np.array([judge.loss(prediction) for prediction in predictions])
    if not np.isfinite(losses).any():
        return _first(len(losses))
    pool = _pool(predictions, losses, judge)
    weights = np.zeros(len(losses))
    if len(pool) == 1:  # nothing to weigh it against
        weights[pool] = 1.0
        return weights
    weights[pool] = select(predictions[pool], judge, rng)
    return fewest(predictions, weights, judge, np.ones(len(losses)) if costs is None else costs + 1.0)


def cap(n_rows: int) -> int:
    """How many candidates may compete on that many rows before the best is mostly the luckiest.

    >>> cap(500), cap(5_000), cap(1_000_000)
    (8, 25, 40)
    """
    return next((most for below, most in CAPS if n_rows < below), MOST_MEMBERS)


def greedy(predictions: Array, loss: Loss, n_rounds: int = N_ROUNDS) -> Array:
    """Weights from greedy selection with replacement: the best prefix of `n_rounds` rounds.

    Ends early after six rounds without gain. Ties go to the candidate that is in already, then to the first.
    """
    counts = np.zeros(len(predictions))
    best, best_counts = math.inf, counts
    total = np.zeros(predictions.shape[1:])
    for size in range(1, n_rounds + 1):
        losses = [round(loss((total + prediction) / size), 9) for prediction in predictions]
        pick = min(range(len(losses)), key=lambda i: (losses[i], counts[i] == 0, i))
        total += predictions[pick]
        counts[pick] += 1
        if losses[pick] < best:
            best, best_counts = losses[pick], counts.copy()
        if counts.sum() - best_counts.sum() >= PATIENCE:
            break
    return _only(best_counts, np.flatnonzero(best_counts)) if best_counts.any() else _first(len(predictions))


def fewest(predictions: Array, weights: Array, judge: Judge, costs: Array) -> Array:
    """Leave out members that do not earn their cost, those with the least weight for their cost first.

    Members that stand for a share `c` of the cost may leave while the others keep ``1 - c / 10`` of what the ensemble
    gains over its best member; ``1 - 0.3 * c`` where that gain is within one standard error.
    """
    weights = _only(weights, np.flatnonzero(weights >= min(LEAST_WEIGHT, weights.max())))
    members = np.flatnonzero(weights)
    full, alone = judge.loss(blend(predictions, weights)), min(judge.loss(predictions[member]) for member in members)
    to_give = _share_to_give(predictions, weights, judge) * max(alone - full, 0.0)
    share, worth, gone = costs / costs[members].sum(), weights / costs, 0.0
    for member in sorted(members, key=lambda i: float(worth[i])):
        rest = np.flatnonzero(weights)
        if len(rest) == 1:
            break
        without = _only(weights, rest[rest != member])
        if judge.loss(blend(predictions, without)) <= full + to_give * (gone + share[member]):
            weights, gone = without, gone + share[member]
    return weights


def blend(predictions: Array, weights: Array) -> Array:
    """The weighted mean of predictions, shape (n_rows, n_outputs)."""
    members = np.flatnonzero(weights)
    mean: Array = np.tensordot(weights[members], predictions[members].astype(float), axes=1)
    return mean


def _pool(predictions: Array, losses: Array, judge: Judge) -> NDArray[np.int64]:
    """The candidates to choose from: the best, at most `cap` of them; with few rows none that is clearly weaker."""
    order = np.argsort(losses, kind="stable")[: cap(len(judge.held))]
    order = order[np.isfinite(losses[order])]
    if len(judge.held) >= SMALL_ROWS:
        return np.sort(order)
    best = judge.row_loss(predictions[order[0]])
    strong = [order[0]]
    for candidate in order[1:]:
        gap, error = mean_and_error(judge.row_loss(predictions[candidate]) - best, judge.held.groups)
        if losses[candidate] <= WEAK * losses[order[0]] or gap <= SURELY * error:
            strong.append(candidate)
    return np.sort(strong)


def _once(predictions: Array, judge: Judge, rng: np.random.Generator) -> Array:
    return greedy(predictions, judge.loss)


def _bagged(predictions: Array, judge: Judge, rng: np.random.Generator) -> Array:
    weights = np.zeros(len(predictions))
    for _ in range(N_BAGS):
        drawn = judge.resample(rng)
        weights += greedy(predictions, lambda prediction, drawn=drawn: judge.loss(prediction, drawn))  # type: ignore[misc]
    weights = _only(weights, np.flatnonzero(weights / N_BAGS >= LEAST_WEIGHT))
    members = weights > 0
    return np.where(members, (1 - SHRINKAGE) * weights + SHRINKAGE / members.sum(), 0.0)


def _only(weights: Array, members: NDArray[np.int64]) -> Array:
    """The weights of some members, to a sum of 1."""
    kept = np.zeros_like(weights)
    kept[members] = weights[members] / weights[members].sum()
    return kept


def _first(n_candidates: int) -> Array:
    weights = np.zeros(n_candidates)
    weights[0] = 1.0
    return weights


def _share_to_give(predictions: Array, weights: Array, judge: Judge) -> float:
    best = min(np.flatnonzero(weights), key=lambda member: judge.loss(predictions[member]))
    gain, error = mean_and_error(
        judge.row_loss(predictions[best]) - judge.row_loss(blend(predictions, weights)), judge.held.groups
    )
    return 0.3 if gain < error else 0.1
