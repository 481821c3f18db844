"""How far an amount may be off before the model gains nothing any more, or nothing that is sure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.optimize import brentq

from mlwright.data.words import figure
from mlwright.judging.worth.gains import Contest
from mlwright.learning.benefit import Benefit
from mlwright.records.decision import BreakEven, IfOff, Worth
from mlwright.statistics.sampling import Draws

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
FACTORS = (0.5, 2.0)

NOTHING = 1e-9
"""An end of less than this share of the amount is zero, as far as numbers are exact."""
EXACT = 5e-3
"""To what share of the way to break-even it is found where a gain ceases to be sure."""
ENOUGH_REPLICATES = 400
"""Ends are told with three digits, so that fewer samples do."""


def _names(benefit: Benefit) -> Iterator[str]:
    """The amounts that were said, but what each case is worth whatever is answered."""
    cells = [name for name in benefit.table if " as " in name]
    yield from (name for name in (*NAMES, *cells) if benefit.table.get(name, 0.0))


def _quick(contest: Contest) -> Contest:
    draws = contest.draws
    return contest._replace(draws=Draws(draws.sampling, 0, min(draws.n_replicates, ENOUGH_REPLICATES)))


def break_even(contest: Contest, benefit: Benefit) -> Iterator[BreakEven]:
    """For each amount that was said, the range in which the model gains something over all others.

    The gain over each is a straight line in each amount, as the answers stay what they are. Says nothing where nothing
    is gained, and nothing of ends at which a cost would be nothing or a reward. Where the gain is sure now, the range
    in which it stays so ends before.
    """
    if contest.value(benefit) <= 0:
        return
    quick = _quick(contest)
    is_sure = quick.gain(benefit).low > 0
    for name in _names(benefit):
        times = [_crossing(contest._replace(others=[other]), benefit, name) for other in contest.others]
        low = max((each for each in times if NOTHING < each < 1), default=None)
        high = min((each for each in times if each > 1), default=None)
        now = benefit.table[name]
        ends = [None if end is None else end * now for end in (low, high)]
        sure = [_sure(quick, benefit, name, end) * now if is_sure and end else None for end in (low, high)]
        ends, sure = (pair if now > 0 else pair[::-1] for pair in (ends, sure))
        if low is not None or high is not None:
            yield BreakEven(name=name, now=now, low=ends[0], high=ends[1], sure_low=sure[0], sure_high=sure[1])


def _crossing(contest: Contest, benefit: Benefit, name: str) -> float:
    """How many times the amount leaves no gain; below zero or NaN where none does."""
    gain, doubled = contest.value(benefit), contest.value(benefit.scaled(name, 2.0))
    return 1 - gain / (doubled - gain) if doubled != gain else math.nan


def _sure(contest: Contest, benefit: Benefit, name: str, end: float) -> float:
    """How many times the amount may be before the gain is not sure any more, on the way to where there is none."""

    def low(part: float) -> float:
        return contest.gain(benefit.scaled(name, 1 + part * (end - 1))).low

    return 1 + (1.0 if low(1.0) > 0 else float(brentq(low, 0.0, 1.0, xtol=EXACT))) * (end - 1)


def if_off(contest: Contest, benefit: Benefit) -> Iterator[IfOff]:
    """The gain with half and with twice of each amount that was said, with the same answers."""
    quick = _quick(contest)
    for name in _names(benefit):
        for times in FACTORS:
            yield IfOff(name=name, amount=times * benefit.table[name], gain=quick.gain(benefit.scaled(name, times)))


def told_break_even(found: BreakEven) -> str:
    """A range as a clause.

    >>> told_break_even(BreakEven(name="false_positive", now=-20.0, low=-63.2, high=None, sure_low=-31.0))
    'a false alarm costs less than 63.2 (now 20; surely below 31)'
    """
    now = f"now {_told(abs(found.now))}"
    within, sure = _within(found)
    return f"{told_amount(found.name, is_cost=found.now < 0)} {within} ({now}{sure and f'; surely {sure}'})"


def told_range(found: BreakEven) -> str:
    """Where something is gained, and where that is sure, without the name of the amount.

    >>> told_range(BreakEven(name="false_positive", now=-20.0, low=-63.2, high=None, sure_low=-31.0))
    'less than 63.2, surely below 31'
    """
    within, sure = _within(found)
    return f"{within}{sure and f', surely {sure}'}"


def _within(found: BreakEven) -> tuple[str, str]:
    is_cost = found.now < 0
    low, high = _sides(found.low, found.high, is_cost=is_cost)
    sure = _range(*_sides(found.sure_low, found.sure_high, is_cost=is_cost), below="below", above="above")
    return _range(low, high, below="less than", above="more than"), sure


def _sides(low: float | None, high: float | None, *, is_cost: bool) -> tuple[float | None, float | None]:
    """Both ends of an amount, as a cost where it is one."""
    if not is_cost:
        return low, high
    return None if high is None else -high, None if low is None else -low


def _range(low: float | None, high: float | None, *, below: str, above: str) -> str:
    if low is not None and high is not None:
        return f"between {_told(low)} and {_told(high)}"
    if low is not None:
        return f"{above} {_told(low)}"
    return "" if high is None else f"{below} {_told(high)}"


def _told(amount: float) -> str:
    return figure(float(f"{amount:.3g}"))


def told_amount(name: str, *, is_cost: bool) -> str:
    """What an amount of the table is, as the beginning of a clause."""
    said = NAMES.get(name, f"'{name}' is worth")
    return said.replace("is worth", "costs") if is_cost else said


def told_break_evens(found: Sequence[BreakEven], most: int = 2) -> str:
    """The nearest ends as a sentence; empty where there are none."""
    nearest = sorted(found, key=_distance)[:most]
    return f"It gains something as long as {' and '.join(map(told_break_even, nearest))}." if nearest else ""


def _distance(found: BreakEven) -> float:
    """How far the nearest end is, in terms of what the amount is now."""
    ends = [abs(end - found.now) for end in (found.low, found.high) if end is not None]
    return float(np.divide(min(ends), abs(found.now))) if found.now else math.inf


def told_if_off(worth: Worth) -> str:
    """Whether the gain is still there if an amount is off by a factor of two, as a sentence; empty where nothing is."""
    if not worth.if_off or worth.gain.value <= 0:
        return ""
    least = min(worth.if_off, key=lambda one: one.gain.low)
    value, low, high = (_rounded(part) for part in (least.gain.value, least.gain.low, least.gain.high))
    case = f"{value} (between {low} and {high}) if {told_amount(least.name, is_cost=least.amount < 0)}"
    other = f"{_told(abs(least.amount))} instead of {_told(abs(worth.table[least.name]))}"
    at_least = f"{case} {other}, against the best without a model at that amount"
    if worth.gain.low <= 0:
        return f"Is one of these amounts off by a factor of two, the gain is no less than {at_least}."
    if least.gain.low > 0:
        return f"The gain stays sure if one of these amounts is half or twice what was said: at the least {at_least}."
    return f"With the same answers the gain is not sure if one of these amounts is off by a factor of two: {at_least}."


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else _told(value)
