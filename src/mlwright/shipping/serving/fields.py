"""How an input is told to people: what is typical of it, and what training has seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mlwright.records.bundle import InputField

COMMAS_FROM = 10_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def example_value(item: InputField) -> str | float | int:
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


def describe_range(item: InputField) -> str:
    """What training has seen, in words: ``0 to 72``; empty for what has no range."""
    if item.kind not in ("number", "date") or item.low is None or item.high is None:
        return ""
    return f"{_bound(item, item.low)} to {_bound(item, item.high)}"


def _bound(item: InputField, bound: float) -> str:
    """Dates as days; numbers in at most six digits, those that cannot be a year with commas."""
    if item.kind == "date":
        return (EPOCH + timedelta(seconds=bound)).date().isoformat()
    if abs(bound) >= COMMAS_FROM:
        return f"{bound:,.0f}"
    return f"{bound:.6g}"
