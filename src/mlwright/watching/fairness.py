"""Whether the rows of which the true outcome is known are a fair sample of all.

Outcomes come late and in part, and seldom by lot: only loans that were granted are paid back or not, and who is angry
answers first. A loss of such rows is none of all rows, whatever its interval. What can be seen is whether the model
answers them as it answers the other rows of the same day: by the place of the answer in order, and by what the test
says that such answers lose. The sums of both over the rows with an outcome are held against what drawing them by lot
within each day would give (a stratified permutation test, by its normal limit). Where outcomes depend on what the model
does not know, nothing shows it; so rows that are chosen by lot are asked for.

References
----------
Mantel, N. (1963). Chi-square tests with one degree of freedom: extensions of the Mantel-Haenszel procedure. Journal of
the American Statistical Association 58.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from mlwright.judging.memory import answer_places
from mlwright.records.looks import ANSWERS, Baseline
from mlwright.records.outcomes import Outcomes

Array = NDArray[np.float64]
FEWEST = 30
"""Rows with an outcome, and without, below which nothing is compared."""


def outcomes_of(known: NDArray[np.bool_], scores: Array, days: Array, baseline: Baseline) -> Outcomes:
    """Which rows have an outcome, and by what chance they would differ so from the others.

    Parameters
    ----------
    known : array of bool, shape (n_rows,)
    scores : array, shape (n_rows, n_outputs)
        The model's answers.
    days : array, shape (n_rows,)
        The day of each row; all the same where it is not known.
    baseline : Baseline
    """
    found = Outcomes(n_rows=len(known), n_known=int(known.sum()))
    column = next((each for each in baseline.columns if each.cells.name == ANSWERS), None)
    if column is None or column.loss is None or min(found.n_known, len(known) - found.n_known) < FEWEST:
        return found
    places = answer_places(column, scores)
    tested = np.array(column.loss.n) > 0
    loss = np.where(tested, np.array(column.loss.mean), baseline.loss.mean[0])[places]
    chances = [_chance(each, known, days) for each in (places.astype(np.float64), loss)]
    return found.model_copy(
        update={
            "chance": min(1.0, 2.0 * min(chances)),
            "known": float(loss[known].mean()),
            "rest": float(loss[~known].mean()),
        }
    )


def _chance(values: Array, known: NDArray[np.bool_], days: Array) -> float:
    """Of the sum of the values of the rows with an outcome, were they drawn by lot within each day."""
    at = np.unique(days, return_inverse=True)[1]
    n, n_known = (np.bincount(at, weights) for weights in (None, known.astype(np.float64)))
    mean = np.bincount(at, values) / n
    variance = np.bincount(at, (values - mean[at]) ** 2) / np.maximum(1, n - 1)
    apart = float(values[known].sum() - mean @ n_known)
    spread = float((variance * n_known * (n - n_known) / n).sum())
    return float(2 * norm.sf(abs(apart) / np.sqrt(spread))) if spread > 0 else 1.0
