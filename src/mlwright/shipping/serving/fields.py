"""How an input is told to people: what is typical of it, and what training has seen."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from mlwright.records.contract import Clause
from mlwright.scoring.spelling import to_number

COMMAS_FROM = 10_000
LISTED_LEVELS = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def example_value(item: Clause) -> str | float | int:
    """The typical value of a field, as JSON: a number where one is due, a truth value where it is spelled as one."""
    if item.kind == "boolean" and item.example in ("true", "false"):
        return item.example == "true"
    if item.kind != "number":
        return item.example
    try:
        number = float(item.example)
    except ValueError:
        return item.example
    return int(number) if number.is_integer() else number


def listed_levels(item: Clause) -> tuple[str, ...]:
    """The names to list: all if they are few, else the most frequent; numbers by their size, else by letters."""
    names = item.levels[:LISTED_LEVELS]
    numbers = [to_number(name) for name in names]
    if any(math.isnan(number) for number in numbers):
        return tuple(sorted(names))
    return tuple(name for _, name in sorted(zip(numbers, names, strict=True)))


def lists_all_levels(item: Clause) -> bool:
    """Whether `listed_levels` are all names that training has seen."""
    return len(item.levels) <= LISTED_LEVELS


def range_of(item: Clause) -> tuple[float, float]:
    """Where a value is fine: in the range that training has seen, and within the limits of the contract."""
    low, high = (-math.inf if item.low is None else item.low), (math.inf if item.high is None else item.high)
    least, most = (low if item.least is None else item.least), (high if item.most is None else item.most)
    return max(low, least), min(high, most)


def limits_of(item: Clause) -> tuple[float, float]:
    """Beyond which no value may lie."""
    return (-math.inf if item.least is None else item.least), (math.inf if item.most is None else item.most)


def describe_limits(item: Clause) -> str:
    """The limits in words: ``0 to 120``, ``0 or more``."""
    least, most = limits_of(item)
    if not math.isfinite(least):
        return f"{_bound(item, most)} or less" if math.isfinite(most) else ""
    return f"{_bound(item, least)} to {_bound(item, most)}" if math.isfinite(most) else f"{_bound(item, least)} or more"


def describe_range(item: Clause) -> str:
    """The range in words: ``0 to 72``; empty for what has none."""
    low, high = range_of(item)
    if item.kind not in ("number", "date") or not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return f"{_bound(item, low)} to {_bound(item, high)}"


def _bound(item: Clause, bound: float) -> str:
    """Dates as days; numbers in at most six digits, those that cannot be a year with commas."""
    if item.kind == "date":
        return (EPOCH + timedelta(seconds=bound)).date().isoformat()
    if abs(bound) >= COMMAS_FROM:
        return f"{bound:,.0f}"
    return f"{bound:.6g}"
