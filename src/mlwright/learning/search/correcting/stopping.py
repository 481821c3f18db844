"""How much fits are flattered by the rows that told them when to stop.

A fit ends where the rows that its fold holds out were answered best, and the same rows then tell what it is worth. Of
many steps the one that looks best is partly the luckiest. What each fold would have lost had the other folds told it
when to stop is free of that luck, and is known: every fit keeps its losses step by step.

References
----------
Tibshirani, R. J. and Tibshirani, R. (2009). A bias correction for the minimum error rate in cross-validation. Annals of
Applied Statistics 3. They compare each fold's best step with that of all folds together; here a fold has no say in its
own. Varma, S. and Simon, R. (2006). Bias in error estimation when using cross-validation for model selection. BMC
Bioinformatics 7: whoever is asked what a choice is worth must have had no part in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from mlwright.learning.search.bench import Bench
from mlwright.learning.search.judge import Array
from mlwright.records.trials import Trial

OF_ROWS, OF_GROUPS = 0.5, 1.0
"""Which share of what stopping by few rows costs is counted, where folds hold out single rows or whole groups."""


def stopping_luck(paths: Sequence[Array], counted: float = OF_ROWS) -> Array:
    """By how much the true loss of each fold's fit is above what its own rows say, shape (n_folds,).

    Two parts: what the fold's rows would have lost had the other folds told it when to stop; and what stopping by so
    few rows costs, which is what others lose at that step beyond what they lose at the one that was told. Whom the cost
    is asked of has no say in that step, or it would look too low there: so it is told by all but two folds, and each of
    the two is asked in turn.

    Where all fits have the same best step both parts together are what is owed (within 2 % in simulations). Where each
    has its own the first part alone is about right with 30 rows a fold, and too much with 100, so that of single rows
    half of the second is counted. (Over 35 draws of 300 rows from eight real tables held-out figures needed 0.4 to 0.5
    standard errors of the gain; all corrections together come to 0.5 to 0.6.) Folds of a few groups choose steps far
    from each other by chance: there all of it counts.

    Parameters
    ----------
    paths : sequence of array
        The mean losses of each fold, step by step; a fold that ended earlier counts as if nothing had changed.
    counted : float
        The share of the second part; nothing where one core for all rows stops at the mean of the folds' steps.

    Returns
    -------
    array
        As shares of what all folds lose at their best steps in the mean: a fold that happens to lose next to nothing,
        as one without a row of a rare class, would be far off by its own measure, and all others by it.

    Examples
    --------
    >>> stopping_luck([np.array([3.0, 1.0, 2.0]), np.array([3.0, 2.0, 1.0])])
    array([1., 1.])
    >>> stopping_luck([np.array([3.0, 1.0, 2.0]), np.array([3.0, 2.0, 1.0]), np.array([3.0, 2.0, 1.0])])
    array([1.5 , 0.25, 0.25])
    >>> stopping_luck([np.array([3.0, 1.0, 2.0])])
    array([0.])
    """
    if len(paths) < 2:
        return np.zeros(len(paths))
    longest, folds = max(map(len, paths)), range(len(paths))
    curves = np.stack([np.pad(path, (0, longest - len(path)), "edge") for path in paths])
    own = curves.argmin(axis=1)
    curves /= max(curves[folds, own].mean(), np.finfo(float).tiny)
    whole, found = curves.sum(axis=0), np.zeros(len(paths))
    for fold in folds:
        rest = whole - curves[fold]
        for asked in (other for other in folds if other != fold):
            told = int((rest - curves[asked] if len(paths) > 2 else rest).argmin())
            found[fold] += curves[fold, told] - curves[fold, own[fold]]
            found[fold] += counted * (curves[asked, own[fold]] - curves[asked, told]) * (len(paths) > 2)
    return found / (len(paths) - 1)


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
    counted = OF_GROUPS if bench.facts.has_groups else OF_ROWS
    of_folds = sum(
        weight * _of_member(bench, trials[name], counted if name in several else 0.0)
        for name, weight in weights.items()
    )
    assert isinstance(of_folds, np.ndarray)
    error = float(of_folds.std(ddof=1) / np.sqrt(len(of_folds))) if len(of_folds) > 1 else 0.0
    return float(of_folds.mean()), error


def _of_member(bench: Bench, trials: Sequence[Trial], counted: float) -> Array:
    paths = [bench.path(trial) for trial in trials]
    known = [path for path in paths if path is not None]
    if len(known) < len(paths):
        return np.zeros(len(trials))
    losses = [float(bench.judge([trial.fold]).row_loss(bench.prediction([trial])).mean()) for trial in trials]
    return float(np.mean(losses)) * stopping_luck(known, counted)
