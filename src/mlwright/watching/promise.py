"""The true outcomes of all looks against what deployment promised, however often one looks.

Losses lie between 0 and a ceiling that training fixed, so that the e-process of `statistics.sequential` needs no law of
the losses. The promise is the mean loss of the test rows; as that is a mean of a limited number of rows itself, what is
tested is whether the loss is above the upper end of its interval of 99 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mlwright.records.evaluation import Estimate
from mlwright.records.looks import Baseline, Cost, Labelled, Look
from mlwright.records.watch import Promised
from mlwright.statistics.sequential import Gathered, log_e_value, lower_bound, upper_bound
from mlwright.statistics.shares import quantile_of

Array = NDArray[np.float64]

PROMISE_LEVEL = 0.98
"""Of the interval of the promise, so that its upper end is exceeded in 1 of 100 deployments."""
LEVEL = 0.95


def labelled(losses: Array, benefits: Array, before: Sequence[Look]) -> Labelled | None:
    """What rows with a true outcome add to those of the looks before; None if there are none."""
    if not len(losses):
        return None
    return Labelled(
        n=len(losses),
        loss=_added(losses, _gathered(before, "loss")),
        benefit=_added(benefits, _gathered(before, "benefit")),
    )


def log_evidence(looks: Sequence[Look], weights: Array, baseline: Baseline) -> float | None:
    """Logarithm of the evidence for "worse than promised", over all times at which it may have begun."""
    if not any(look.labelled for look in looks):
        return None
    above = _reach(baseline.loss).high
    found = []
    for begin in range(len(looks)):
        if weights[begin] > 0:
            gathered = _gathered(looks[begin:], "loss")
            found.append(math.log(weights[begin]) + log_e_value(gathered, baseline.ceiling, above))
    return float(np.logaddexp.reduce(found)) if found else -math.inf


def promised(looks: Sequence[Look], log_e: float | None, threshold: float, baseline: Baseline) -> Promised | None:
    """All outcomes so far beside the promise; None as long as there are none."""
    loss, benefit = _gathered(looks, "loss"), _gathered(looks, "benefit")
    if log_e is None or not loss.n:
        return None
    return Promised(
        n=loss.n,
        promised=_reach(baseline.loss, LEVEL),
        found=_sequence(loss, baseline.ceiling),
        money_promised=_reach(baseline.benefit, LEVEL),
        money_found=_sequence(benefit, _width(baseline.benefit)),
        evidence=math.exp(min(log_e, 700.0)),
        is_broken=log_e >= math.log(threshold),
    )


def _added(values: Array, before: Gathered) -> tuple[float, float]:
    after = before.adding(values)
    return after.total - before.total, after.spread - before.spread


def _gathered(looks: Sequence[Look], what: Literal["loss", "benefit"]) -> Gathered:
    known = [look.labelled for look in looks if look.labelled is not None]
    parts = [Gathered(each.n, *(each.loss if what == "loss" else each.benefit)) for each in known]
    return reduce(_and, parts, Gathered())


def _and(one: Gathered, other: Gathered) -> Gathered:
    return Gathered(one.n + other.n, one.total + other.total, one.spread + other.spread)


def _reach(cost: Cost, level: float = PROMISE_LEVEL) -> Estimate:
    reach = quantile_of(level) * math.sqrt(cost.variance[0] / max(1, cost.n[0]))
    mean = cost.mean[0]
    return Estimate(value=mean, low=mean - reach, high=mean + reach, level=level, method="mean of the test rows")


def _sequence(gathered: Gathered, width: float) -> Estimate:
    alpha = (1.0 - LEVEL) / 2.0
    return Estimate(
        value=gathered.mean,
        low=lower_bound(gathered, width, alpha),
        high=upper_bound(gathered, width, alpha),
        level=LEVEL,
        method="confidence sequence (empirical Bernstein)",
    )


def _width(cost: Cost) -> float:
    """What an answer is worth has no ceiling: ten standard deviations of the test rows are taken for one."""
    return 10.0 * math.sqrt(cost.variance[0]) or 1.0
