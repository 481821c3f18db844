"""How far an amount may move before the model gains nothing any more."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from mlwright.data.words import figure
from mlwright.judging.worth.practice import Practice
from mlwright.learning.benefit import Benefit
from mlwright.records.decision import BreakEven

NAMES = {
    "true_positive": "finding one is worth",
    "false_negative": "missing one is worth",
    "false_positive": "a false alarm is worth",
    "true_negative": "leaving another one alone is worth",
    "right": "a right answer is worth",
    "wrong": "a wrong answer is worth",
    "per_unit_over": "a unit too much is worth",
    "per_unit_under": "a unit too little is worth",
    "per_unit_chosen": "a unit of the cases that are acted upon is worth",
    "per_chosen": "acting upon a case is worth",
}

NOTHING = 1e-9
"""An end of less than this share of the amount is zero, as far as numbers are exact."""


def break_even(model: Practice, others: Sequence[Practice], benefit: Benefit) -> Iterator[BreakEven]:
    """For each amount that was said, the range in which the model gains something over all others.

    The gain is a straight line in each amount, as the answers stay what they are. Says nothing where nothing is gained,
    and nothing of ends at which a cost would be nothing or a reward.
    """
    gains = [float((model.worth(benefit.amounts) - other.worth(benefit.amounts)).mean()) for other in others]
    if min(gains) <= 0:
        return
    for name in (name for name in NAMES if benefit.table.get(name, 0.0) or name in benefit.by_row):
        unit = benefit.only(name)
        slopes = [float((model.worth(unit) - other.worth(unit)).mean()) for other in others]
        crossings = [-gain / slope for gain, slope in zip(gains, slopes, strict=True) if slope]
        now = benefit.table[name]
        low = max((now + crossing for crossing in crossings if crossing < 0), default=None)
        high = min((now + crossing for crossing in crossings if crossing > 0), default=None)
        low, high = (None if end is not None and end * now <= NOTHING * now**2 else end for end in (low, high))
        if low is not None or high is not None:
            yield BreakEven(name=name, now=now, low=low, high=high)


def told_break_even(found: BreakEven) -> str:
    """A range as a clause.

    >>> told_break_even(BreakEven(name="false_positive", now=-20.0, low=-63.2, high=None))
    'a false alarm costs less than 63.2 (now 20)'
    """
    is_cost = found.now < 0 and (found.high is None or found.high <= 0)
    sign, ends = (-1.0, (found.high, found.low)) if is_cost else (1.0, (found.low, found.high))
    low, high = (None if end is None else figure(float(f"{sign * end:.3g}")) for end in ends)
    if low is not None and high is not None:
        within = f"between {low} and {high}"
    else:
        within = f"more than {low}" if low is not None else f"less than {high}"
    name = NAMES[found.name].replace("is worth", "costs") if is_cost else NAMES[found.name]
    return f"{name} {within} (now {figure(float(f'{sign * found.now:.4g}'))})"


def told_break_evens(found: Sequence[BreakEven], most: int = 2) -> str:
    """The nearest ends as a sentence; empty where there are none."""
    nearest = sorted(found, key=_distance)[:most]
    return f"It gains something as long as {' and '.join(map(told_break_even, nearest))}." if nearest else ""


def _distance(found: BreakEven) -> float:
    """How far the nearest end is, in terms of what the amount is now."""
    ends = [abs(end - found.now) for end in (found.low, found.high) if end is not None]
    return float(np.divide(min(ends), abs(found.now))) if found.now else math.inf
