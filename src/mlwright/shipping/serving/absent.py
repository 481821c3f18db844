"""Keeps libraries out of a process that answers, which others would load only to offer what is not used there."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from types import ModuleType


class _Hider(MetaPathFinder):
    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Say of a hidden module that it is not there, and nothing of others."""
        if fullname in self._names:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def load_lightly() -> None:
    """Let Arrow do without pandas, which it looks for at its first array, and never again."""
    import pyarrow as pa

    with absent("pandas"):
        pa.array([0])


@contextmanager
def absent(*names: str) -> Iterator[None]:
    """As if modules were not installed, as long as the block lasts; those that are loaded already stay.

    >>> with absent("zipapp"):
    ...     import zipapp
    Traceback (most recent call last):
        ...
    ModuleNotFoundError: No module named 'zipapp'
    """
    hider = _Hider(names)
    sys.meta_path.insert(0, hider)
    try:
        yield
    finally:
        sys.meta_path.remove(hider)
