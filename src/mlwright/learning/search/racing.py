"""Which candidates are not worth more time after a look at one fold."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from mlwright.learning.search.ensemble import greedy
from mlwright.learning.search.judge import Array, Judge, mean_and_error

N_ERRORS = 2.0
MOST_BEHIND = 100.0


def losers(predictions: Mapping[str, Array], judge: Judge, variants: Collection[str] = ()) -> dict[str, str]:
    """Candidates to drop, each with the reason as a clause.

    Dropped is who is surely worse than the best (by more than two standard errors of the paired difference of
    row losses) and would not be chosen for an ensemble either: a weak candidate that errs elsewhere may stay. Of the
    variants, of which there are many, everyone is dropped that would not be chosen.

    Parameters
    ----------
    predictions : mapping of str to array, shape (n_rows, n_outputs)
        By candidate, all for the rows of `judge`.
    judge : Judge
    variants : collection of str
        Candidates that are other settings of what was tried before; see `tune`.
    """
    names = list(predictions)
    if len(names) < 2:
        return {}
    best = min(names, key=lambda name: judge.loss(predictions[name]))
    weights = greedy(np.stack([predictions[name] for name in names]), judge.loss)
    reasons = {}
    for name, weight in zip(names, weights, strict=True):
        gap, error = behind(predictions[name], predictions[best], judge)
        if weight == 0.0 and gap > N_ERRORS * error:
            lead = max(float(judge.row_loss(predictions[best]).mean()), gap / MOST_BEHIND)
            behind_by = f"{gap / lead:.0%} (± {error / lead:.0%})"
            reasons[name] = f"its loss is {behind_by} above that of {best}, and it adds nothing beside it"
        elif weight == 0.0 and name in variants:
            reasons[name] = "it adds nothing beside the others"
    return reasons


def behind(prediction: Array, leader: Array, judge: Judge) -> tuple[float, float]:
    """By how much the row losses are above the leader's in the mean, and the standard error of that."""
    return mean_and_error(judge.row_loss(prediction) - judge.row_loss(leader), judge.held.groups)
