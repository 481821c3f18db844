"""Reads the parameters of candidates, which may hold any plain value."""

from __future__ import annotations

from mlwright.core.record import Scalar

Params = dict[str, Scalar]


def number(params: Params, name: str, default: float | None = None) -> float:
    """A parameter that is a number; a `KeyError` if it is not there and has no default."""
    value = params[name] if default is None else params.get(name, default)
    assert isinstance(value, int | float)
    return float(value)


def whole(params: Params, name: str, default: int | None = None) -> int:
    """A parameter that is a whole number."""
    return int(number(params, name, default))
