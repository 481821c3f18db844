"""Keeps libraries out of a process that answers, which others would load only to offer what is not used there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

NEEDLESS = ("sklearn", "pandas", "scipy.stats", "matplotlib", "dask")
"""LightGBM and CatBoost load them, if they are installed, for interfaces of theirs: more than a second, and 90 MB."""


@contextmanager
def absent(*names: str) -> Iterator[None]:
    """As if modules were not installed, as long as the block lasts; those that are loaded already stay.

    >>> with absent("colorsys"):
    ...     import colorsys
    Traceback (most recent call last):
        ...
    ModuleNotFoundError: import of colorsys halted; None in sys.modules
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)
