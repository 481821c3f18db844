"""How much fits are flattered by the rows that told them when to stop.

A fit ends where the rows that its fold holds out were answered best, and the same rows then tell what it is worth. Of
many steps the one that looks best is partly the luckiest. What each fold would have lost had the other folds told it
when to stop is free of that luck, and is known: every fit keeps its losses step by step.

References
----------
Tibshirani, R. J. and Tibshirani, R. (2009). A bias correction for the minimum error rate in cross-validation. Annals of
Applied Statistics 3. They compare each fold's best step with that of all folds together; here a fold has no say in its
own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from mlwright.learning.search.bench import Bench
from mlwright.learning.search.judge import Array
from mlwright.records.trials import Trial

MADE_UP_FOR = 0.25


def stopping_luck(paths: Sequence[Array], made_up_for: float = MADE_UP_FOR) -> Array:
    """By how much the true loss of each fold's fit is above what its own rows say, shape (n_folds,).

    Two parts: what the fold's rows would have lost had the other folds told it when to stop; and what stopping by so
    few rows costs, which are the losses of the others at that step, less those at their own best one. Of the second
    a quarter is counted: members and folds make up for each other's stopping, and fits have best steps of their own.
    (Where all fits have the same one, 13 % of the luck is then left; where each has its own, it is about right with 30
    rows a fold, and too much with 100. Over 35 draws of 300 rows from eight real tables held-out figures needed 0.4 to
    0.5 standard errors of the gain; all corrections together come to 0.5 to 0.6, with half of the second part to 0.6.)

    Parameters
    ----------
    paths : sequence of array
        The mean losses of each fold, step by step; a fold that ended earlier counts as if nothing had changed.
    made_up_for : float
        The share of the second part; nothing where one core for all rows stops at the mean of the folds' steps.

    Returns
    -------
    array
        As shares of what all folds lose at their best steps in the mean: a fold that happens to lose next to nothing,
        as one without a row of a rare class, would be far off by its own measure, and all others by it.

    Examples
    --------
    >>> stopping_luck([np.array([3.0, 1.0, 2.0]), np.array([3.0, 2.0, 1.0])])
    array([1.25, 1.25])
    >>> stopping_luck([np.array([3.0, 1.0, 2.0])])
    array([0.])
    """
    if len(paths) < 2:
        return np.zeros(len(paths))
    longest, folds = max(map(len, paths)), np.arange(len(paths))
    curves = np.stack([np.pad(path, (0, longest - len(path)), "edge") for path in paths])
    own = curves.argmin(axis=1)
    curves /= max(curves[folds, own].mean(), np.finfo(float).tiny)
    others = (curves.sum(axis=0) - curves) / (len(curves) - 1)
    theirs = others.argmin(axis=1)
    luck = curves[folds, theirs] - curves[folds, own]
    cost = others[folds, own] - others[folds, theirs]
    found: Array = luck + made_up_for * cost
    return found


def stopping_flattery(
    bench: Bench, trials: Mapping[str, Sequence[Trial]], weights: Mapping[str, float], several: Collection[str]
) -> tuple[float, float]:
    """By how much the mean row loss of an ensemble is too low because of when its members' fits stopped.

    The members' shares are added up with their weights: a loss that bends upwards has no more of it in the mean of
    their answers.

    Returns
    -------
    tuple of float
        In the unit of the row losses; and its standard error, from the spread over the folds.
    """
    of_folds = sum(
        weight * _of_member(bench, trials[name], MADE_UP_FOR if name in several else 0.0)
        for name, weight in weights.items()
    )
    assert isinstance(of_folds, np.ndarray)
    error = float(of_folds.std(ddof=1) / np.sqrt(len(of_folds))) if len(of_folds) > 1 else 0.0
    return float(of_folds.mean()), error


def _of_member(bench: Bench, trials: Sequence[Trial], made_up_for: float) -> Array:
    paths = [bench.path(trial) for trial in trials]
    known = [path for path in paths if path is not None]
    if len(known) < len(paths):
        return np.zeros(len(trials))
    losses = [float(bench.judge([trial.fold]).row_loss(bench.prediction([trial])).mean()) for trial in trials]
    return float(np.mean(losses)) * stopping_luck(known, made_up_for)
