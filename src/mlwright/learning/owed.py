"""Figures of held-out training rows as they are to be expected on new rows."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.stats import norm

from mlwright.learning.metrics import Metric
from mlwright.records.evaluation import Estimate
from mlwright.records.trials import Corrected


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


def moved(estimate: Estimate, by: float, error: float, metric: Metric | None = None) -> Estimate:
    """A figure on held-out rows as it is to be expected on new ones: moved, and wider by how unsure that is.

    Parameters
    ----------
    estimate : Estimate
    by : float
    error : float
        Standard error of `by`.
    metric : Metric, optional
        Of a figure that is no difference: the range that it cannot leave.
    """
    least, most = _range_of(metric)
    reach = float(norm.ppf(0.5 + estimate.level / 2)) * error
    value = estimate.value + by
    return estimate.model_copy(
        update={
            "value": min(max(value, least), most),
            "low": max(value - math.hypot(estimate.value - estimate.low, reach), least),
            "high": min(value + math.hypot(estimate.high - estimate.value, reach), most),
            "method": f"{estimate.method}, corrected for choice, stopping and answering together",
        }
    )


def _range_of(metric: Metric | None) -> tuple[float, float]:
    """Losses are not below zero; shares lie between zero and one, and R² only below one."""
    if metric is None:
        return -math.inf, math.inf
    if not metric.greater_is_better:
        return 0.0, math.inf
    return (-math.inf if "regression" in metric.tasks else 0.0), 1.0
