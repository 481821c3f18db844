"""How the members of a model are fitted, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlwright.core.record import Scalar

MOST_WHOLE = 1e15
"""Numbers beyond it are written with their power of ten."""


def params(given: Mapping[str, Scalar]) -> str:
    """Parameters with their values.

    >>> params({"num_leaves": 15, "learning_rate": 0.05}), params({})
    ('num_leaves 15, learning_rate 0.05', 'none')
    """
    return ", ".join(f"{name} {_spelled(value)}" for name, value in given.items()) or "none"


def choices(by_fold: Sequence[Mapping[str, float]]) -> str:
    """What the fits of the folds have chosen, name by name.

    >>> choices([{"n_trees": 120.0}, {"n_trees": 96.0}]), choices([{}, {}])
    ('n_trees 120, 96', 'nothing')
    """
    names = dict.fromkeys(name for chosen in by_fold for name in chosen)
    told = (f"{name} {', '.join(_spelled(chosen[name]) for chosen in by_fold if name in chosen)}" for name in names)
    return "; ".join(told) or "nothing"


def _spelled(value: Scalar) -> str:
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < MOST_WHOLE
    return f"{value:.0f}" if is_whole else str(value)
