"""How contract suites complain."""

from __future__ import annotations


def demand(holds: bool, otherwise: str) -> None:
    """Raise an AssertionError that says what is wrong, unless it holds; works under ``python -O`` too."""
    if not holds:
        raise AssertionError(otherwise)
