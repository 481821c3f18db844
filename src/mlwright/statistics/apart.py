"""How far several groups are apart: the largest difference, and the smallest ratio, of a figure that each of them has.

The largest of several differences is never below zero, so that groups which are equal look a little unequal in any
sample, the more the more groups there are. An interval that is resampled around it misses the truth. Here the
intervals of all pairs hold together (Bonferroni); what lies in all of them bounds the largest of the true differences
too: it is at least the largest of the lower ends and at most the largest of the upper ones.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mlwright.records.evaluation import Estimate

OfLevel = Callable[[float], Estimate]
"""The figure of one group, with an interval of a level that is asked for."""


class Apart(NamedTuple):
    """How far groups are apart, and which two of them."""

    value: Estimate
    most: int
    least: int


def largest_difference(groups: Sequence[OfLevel], level: float = 0.95, n_looks: int = 1) -> Apart:
    """The difference between the group with the most and the one with the least.

    The interval of a difference of two independent figures is put together from theirs (MOVER).

    Parameters
    ----------
    groups : sequence of callable
        Two or more.
    level : float
    n_looks : int
        How many such differences are to hold together.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27.
    """
    found, most, least = _estimates(groups, level, n_looks)
    ends = [_difference(one, other) for one, other in itertools.permutations(found, 2)]
    value = found[most].value - found[least].value
    low, high = (max(end[side] for end in ends) for side in (0, 1))
    return Apart(_made(value, max(0.0, low), max(value, high), level, found), most, least)


def smallest_ratio(groups: Sequence[OfLevel], level: float = 0.95, n_looks: int = 1) -> Apart:
    """The group with the least as a share of the one with the most, of figures that are not negative.

    It is 1 where both are 0.

    References
    ----------
    Donner, A. and Zou, G. Y. (2012). Closed-form confidence intervals for functions of the normal mean and standard
    deviation. Statistical Methods in Medical Research 21.
    """
    found, most, least = _estimates(groups, level, n_looks)
    value = found[least].value / found[most].value if found[most].value > 0 else 1.0
    ends = [_ratio(one, other) for one, other in itertools.permutations(found, 2)]
    low, high = (min(end[side] for end in ends) for side in (0, 1))
    return Apart(_made(value, min(low, value), min(1.0, max(high, value)), level, found), most, least)


def _estimates(groups: Sequence[OfLevel], level: float, n_looks: int) -> tuple[list[Estimate], int, int]:
    n_pairs = math.comb(len(groups), 2) * n_looks
    found = [group(1.0 - (1.0 - level) / n_pairs) for group in groups]
    values = [estimate.value for estimate in found]
    return found, values.index(max(values)), values.index(min(values))


def _difference(one: Estimate, other: Estimate) -> tuple[float, float]:
    below = math.hypot(one.value - one.low, other.high - other.value)
    above = math.hypot(one.high - one.value, other.value - other.low)
    apart = one.value - other.value
    return apart - below, apart + above


def _ratio(one: Estimate, other: Estimate) -> tuple[float, float]:
    """On the scale of logarithms; where a figure is 0 that scale ends, and the ends of the intervals are taken."""
    if min(one.low, one.value, other.low, other.value) <= 0:
        low = max(0.0, one.low) / other.high if other.high > 0 else 0.0
        return low, one.high / other.low if other.low > 0 else math.inf
    logs = [[math.log(end) for end in (each.low, each.value, each.high)] for each in (one, other)]
    below, above = (_difference(*(_as_logs(each) for each in logs))[side] for side in (0, 1))
    return math.exp(below), math.exp(above)


def _as_logs(ends: Sequence[float]) -> Estimate:
    return Estimate(low=ends[0], value=ends[1], high=ends[2], method="logarithm")


def _made(value: float, low: float, high: float, level: float, of: Sequence[Estimate]) -> Estimate:
    several = "" if len(of) == 2 else ", of all pairs at once"
    return Estimate(value=value, low=low, high=high, level=level, method=f"differences of {of[0].method}{several}")
