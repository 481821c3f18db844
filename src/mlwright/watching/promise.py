"""The true outcomes of all looks against what deployment promised, however often one looks.

Losses lie between 0 and a ceiling that training fixed, so that the e-process of `statistics.sequential` needs no law of
the losses. The promise is the mean loss of the test rows; as that is a mean of a limited number of rows itself, what is
tested is whether the loss is above a bound (`upper_end`).

The rate. In a few deployments the test was lucky: the true mean lies above the bound though nothing has changed, and as
outcomes come in the evidence grows without end. These deployments are charged to the budget. Of all deployments they
are a share of ``LUCKY * budget`` at most, and in each the promise is told to be broken once and `TIMES_A_YEAR` times a
year from then on at most (`is_heard`); an alarm that lasts is not a new one. In all others the e-value is 1 on average
at most, and so is every other one in all of them. With the weights of `evidence.weights_of` the alarms of the first
year are at most::

    budget * (FIRST_SHARE + LATER_SHARE) + LUCKY * budget * (1 + TIMES_A_YEAR) = budget

and those of every later year ``budget * (LATER_SHARE + LUCKY * TIMES_A_YEAR)``, which is less.

References
----------
Johnson, N. J. (1978). Modified t tests and confidence intervals for asymmetrical populations. Journal of the American
Statistical Association 73.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, stdtrit

from mlwright.records.evaluation import Estimate
from mlwright.records.looks import Baseline, Cost, Labelled, Look, Looks
from mlwright.records.outcomes import Promised
from mlwright.statistics.sequential import Gathered, log_e_of_late, log_e_since, lower_bound, upper_bound
from mlwright.statistics.shares import quantile_of

Array = NDArray[np.float64]

LUCKY = 0.05
"""The true mean loss is above the upper end of the promise in such a share of deployments, times the budget."""
TIMES_A_YEAR = 3
"""How often it is told that the promise is broken, after the first time."""
LEVEL = 0.95
WORSE = 5.0
"""Evidence that a model loses more of late than its test rows said, from which on it is trained again."""


def labelled(losses: Array, benefits: Array, before: Sequence[Look]) -> Labelled | None:
    """What rows with a true outcome add to those of the looks before; None if there are none."""
    if not len(losses):
        return None
    return Labelled(
        n=len(losses),
        loss=_added(losses, _gathered(before, "loss")),
        benefit=_added(benefits, _gathered(before, "benefit")),
    )


def is_heard(memory: Looks, looks_a_year: int) -> bool:
    """Whether it may be told that the promise is broken: not again within four months."""
    return not memory.broken or memory.latest - max(memory.broken) >= looks_a_year / TIMES_A_YEAR


def log_evidence(looks: Sequence[Look], weights: Array, baseline: Baseline, budget: float) -> float | None:
    """Logarithm of the evidence for "worse than promised", over all times at which it may have begun."""
    if not any(look.labelled for look in looks):
        return None
    if not weights.any():
        return -math.inf
    above = upper_end(baseline.loss, baseline.ceiling, LUCKY * budget)
    own = np.array([(each.n, *each.loss) if each else (0.0, 0.0, 0.0) for each in (look.labelled for look in looks)])
    return float(logsumexp(log_e_since(own, baseline.ceiling, above), b=weights))


def is_stale(memory: Looks, baseline: Baseline) -> bool:
    """Whether the model loses more of late than its test rows said, as `is_worse_of_late` has it."""
    known = [(each.n, *each.loss) for each in (look.labelled for look in memory.looks) if each is not None]
    if not known:
        return False
    return is_worse_of_late(np.array(known, dtype=np.float64), baseline.ceiling, baseline.loss.mean[0])


def is_worse_of_late(parts: Array, ceiling: float, promised: float) -> bool:
    """Whether losses are above what was promised, from some look on: a reason to train again, and to call nobody.

    The promise that people are told to be broken allows for a test that was lucky, and keeps a budget of years. With
    few test rows that takes hundreds of outcomes. A training in vain costs little and trainings are saved up for, so
    here the mean of the test rows is what is tested against, with evidence of `WORSE`.

    Parameters
    ----------
    parts : array, shape (n_looks, 3)
        Of each look how many losses there are, their sum and their spread; see `statistics.sequential.Gathered`.
    ceiling, promised : float
        The most that a row counts for, and the mean loss of the test rows.
    """
    return log_e_of_late(parts, ceiling, promised) >= math.log(WORSE)


def promised(
    memory: Looks, log_e: float | None, threshold: float, baseline: Baseline, told: str = ""
) -> Promised | None:
    """All outcomes so far beside the promise; None as long as there are none.

    Parameters
    ----------
    memory : Looks
    log_e : float or None
        See `log_evidence`.
    threshold : float
        Of evidence; 1 over the budget.
    baseline : Baseline
    told : str
        See `records.outcomes.Promised`.
    """
    loss, benefit = _gathered(memory.looks, "loss"), _gathered(memory.looks, "benefit")
    if log_e is None or not loss.n:
        return None
    last = max(memory.broken, default=-1)
    since = _gathered([look for place, look in zip(memory.places, memory.looks, strict=True) if place > last], "loss")
    above = upper_end(baseline.loss, baseline.ceiling, LUCKY / threshold)
    return Promised(
        n=loss.n,
        promised=_reach(baseline.loss),
        found=_sequence(loss, baseline.ceiling),
        money_promised=_reach(baseline.benefit),
        money_found=_sequence(benefit, _width(baseline.benefit)),
        evidence=math.exp(min(log_e, 700.0)),
        is_broken=not told and log_e >= math.log(threshold),
        told=told,
        lasts=bool(told) and (not since.n or since.mean > above),
    )


def upper_end(cost: Cost, ceiling: float, missed: float) -> float:
    """What the mean loss of all rows is above in a share `missed` of deployments, whatever the losses.

    Losses lean to the right: where no large one was among the test rows, mean and spread are both too small, and the
    usual interval is passed in 1.2 to 7 of 100 (50 to 1,000 rows; exponential, squared normal, log-normal). Johnson's
    correction is taken with the largest skewness that mean, spread and ceiling allow; and a share of the rows that is
    missed altogether in so many tests may lie at the ceiling. In simulations of fifteen laws and sizes, with shares of
    0.01 and 0.004, it was passed 0 to 1.3 times as often as it says.

    >>> cost = Cost(n=(400,), mean=(1.0,), variance=(1.0,))
    >>> upper_end(cost, ceiling=4.0, missed=0.01).__round__(3)
    1.13
    """
    n, mean, variance = max(2, cost.n[0]), cost.mean[0], cost.variance[0]
    room = max(ceiling - mean, math.sqrt(np.finfo(float).tiny))
    z = float(stdtrit(n - 1, 1.0 - missed))
    leaning = (2 * z**2 + 1) / 6 * max(0.0, room - variance / room) / n
    unseen = 1.0 - math.exp(math.log(missed) / n)
    return mean + max(z * math.sqrt(variance / n) + leaning, room * unseen)


def _added(values: Array, before: Gathered) -> tuple[float, float]:
    after = before.adding(values)
    return after.total - before.total, after.spread - before.spread


def _gathered(looks: Sequence[Look], what: Literal["loss", "benefit"]) -> Gathered:
    known = [look.labelled for look in looks if look.labelled is not None]
    parts = [Gathered(each.n, *(each.loss if what == "loss" else each.benefit)) for each in known]
    return reduce(_and, parts, Gathered())


def _and(one: Gathered, other: Gathered) -> Gathered:
    return Gathered(one.n + other.n, one.total + other.total, one.spread + other.spread)


def _reach(cost: Cost) -> Estimate:
    reach = quantile_of(LEVEL) * math.sqrt(cost.variance[0] / max(1, cost.n[0]))
    mean = cost.mean[0]
    return Estimate(value=mean, low=mean - reach, high=mean + reach, level=LEVEL, method="mean of the test rows")


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
