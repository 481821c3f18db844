"""Figures of held-out training rows as they are to be expected on new rows."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.stats import norm

from mlwright.learning.metrics import Metric
from mlwright.records.evaluation import Estimate
from mlwright.records.trials import Corrected

MOST_SHARE = 0.5
"""Of a figure, that its error reaches; beyond that no interval would end."""


class Owed(NamedTuple):
    """Which share of a gain over the dummy held-out rows promise too much, and its standard error.

    What is owed is known for the metric that was optimised; other figures owe the same share of their gain.
    """

    share: float = 0.0
    error: float = 0.0


def owed(corrected: Corrected) -> Owed:
    """What the figures of held-out rows owe; nothing where nothing is gained."""
    amount = corrected.flattery + corrected.stopping - corrected.together
    promised = corrected.gain_over_baseline.value + amount
    return Owed(amount / promised, corrected.error / promised) if promised > 0 else Owed()


def moved(
    estimate: Estimate, by: float, error: float, metric: Metric | None = None, *, in_proportion: bool = False
) -> Estimate:
    """A figure on held-out rows as it is to be expected on new ones: moved, and wider by how unsure that is.

    What folds owe to each other's rows is in proportion to what is lost itself, where that is squares: if the truth is
    a larger error than was told, then it was found with a larger error. The true figures that lie within so many
    standard errors of their own of what was told reach further up than down.

    Parameters
    ----------
    estimate : Estimate
    by : float
    error : float
        Standard error of `by`.
    metric : Metric, optional
        Of a figure that is no difference: the range that it cannot leave.
    in_proportion : bool
        Whether `error` is in proportion to the figure; counts for the root of a mean of squares alone.
    """
    least, most = _range_of(metric)
    reach = float(norm.ppf(0.5 + estimate.level / 2)) * error
    value = estimate.value + by
    share = min(reach / value, MOST_SHARE) if in_proportion and _is_root(metric) and value > 0 else 0.0
    return estimate.model_copy(
        update={
            "value": min(max(value, least), most),
            "low": max(value - math.hypot(estimate.value - estimate.low, reach / (1 + share)), least),
            "high": min(value + math.hypot(estimate.high - estimate.value, reach / (1 - share)), most),
            "method": f"{estimate.method}, corrected for choice, stopping and answering together",
        }
    )


def _is_root(metric: Metric | None) -> bool:
    return metric is not None and "regression" in metric.tasks and metric.aim.is_root and not metric.greater_is_better


def _range_of(metric: Metric | None) -> tuple[float, float]:
    """Losses are not below zero; shares lie between zero and one, and R² only below one."""
    if metric is None:
        return -math.inf, math.inf
    if not metric.greater_is_better:
        return 0.0, math.inf
    return (-math.inf if "regression" in metric.tasks else 0.0), 1.0
