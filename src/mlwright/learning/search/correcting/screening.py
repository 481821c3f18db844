"""How much variants are flattered by the fold on which they were looked at.

Of many variants only those stay that add something on the first fold (`racing`); on that fold they are partly the
lucky ones. How lucky shows without new fits, as what each of them said there is kept, of those that left too: the look
is taken again at one half of the fold's rows, and who then stays is asked about the other half.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from mlwright.learning.search.calibration import parts
from mlwright.learning.search.ensemble import greedy
from mlwright.learning.search.judge import Array, Judge
from mlwright.learning.search.ladder import base_of
from mlwright.learning.search.standing import Standing
from mlwright.learning.search.tune import is_variant

N_DIVISIONS = 3
MOST_ROWS = 3_000


def screening_flattery(standing: Standing, weights: Mapping[str, float], level: int, rng: np.random.Generator) -> float:
    """By how much the mean row loss of an ensemble is too low, as its variants had to look good on the first fold.

    Parameters
    ----------
    standing : Standing
    weights : mapping
        Of the members.
    level : int
        How many folds the mean is taken over.
    rng : numpy.random.Generator

    Returns
    -------
    float
        In the unit of the row losses; 0.0 where no variant is a member.
    """
    share = sum(weight for name, weight in weights.items() if is_variant(base_of(name)))
    if not share or level < 2:
        return 0.0
    looked_at = [name for name, trials in standing.trials.items() if trials and name != standing.baseline()]
    of_variant = np.array([is_variant(base_of(name)) for name in looked_at])
    first, held = standing.judge(1), len(standing.judge(level).held)
    some = np.sort(rng.permutation(len(first.held))[:MOST_ROWS])
    said = np.stack([standing.bench.prediction(standing.trials[name][:1])[some] for name in looked_at])
    luck = looking_luck(said, of_variant, first.take(some), rng) * math.sqrt(len(some) / len(first.held))
    return share * luck * len(first.held) / held


def looking_luck(predictions: Array, is_new: Array, judge: Judge, rng: np.random.Generator) -> float:
    """By how much the mean row loss of those that stay after a look is too low on the rows of the look.

    A look at half of the rows is luckier than one at all of them, by the root of two.

    Parameters
    ----------
    predictions : array, shape (n_candidates, n_rows, n_outputs)
    is_new : array of bool, shape (n_candidates,)
        Who stays only if the look says so.
    judge : Judge
        Of the rows.
    rng : numpy.random.Generator
    """
    losses = np.stack([judge.row_loss(each) for each in predictions[is_new]])
    losses -= losses.mean(axis=0)
    gaps: list[float] = []
    for _ in range(N_DIVISIONS):
        half = parts(len(judge.held), judge.held.groups, rng, 2)
        for here in (0, 1):
            inside, others = np.flatnonzero(half == here), np.flatnonzero(half != here)
            if len(inside) and len(others):
                stays = greedy(predictions[:, inside], judge.take(inside).loss)[is_new] > 0
                gaps += list(losses[stays][:, others].mean(axis=1) - losses[stays][:, inside].mean(axis=1))
    return max(float(np.mean(gaps)), 0.0) / math.sqrt(2.0) if gaps else 0.0
