"""Reads the parameters of candidates, which may hold any plain value, and draws numbers for others."""

from __future__ import annotations

import math

import numpy as np

from mlwright.learning.models import Params


def number(params: Params, name: str, default: float | None = None) -> float:
    """A parameter that is a number; a `KeyError` if it is not there and has no default."""
    value = params[name] if default is None else params.get(name, default)
    assert isinstance(value, int | float)
    return float(value)


def whole(params: Params, name: str, default: int | None = None) -> int:
    """A parameter that is a whole number."""
    return int(number(params, name, default))


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """A number between two positive ones at random, evenly on a logarithmic scale, to three digits."""
    return float(f"{math.exp(rng.uniform(math.log(low), math.log(high))):.3g}")


def one_of(rng: np.random.Generator, choices: tuple[float, ...]) -> float:
    """One of some numbers, each as likely as the others."""
    return choices[int(rng.integers(len(choices)))]
