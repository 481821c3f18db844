"""Reads the parameters of candidates, which may hold any plain value."""

from __future__ import annotations

from mlwright.core.record import Scalar

Params = dict[str, Scalar]


def number(params: Params, name: str) -> float:
    """A parameter that is a number."""
    value = params[name]
    assert isinstance(value, int | float)
    return float(value)


def whole(params: Params, name: str) -> int:
    """A parameter that is a whole number."""
    return int(number(params, name))
