"""Keeps libraries out of a process that answers, which others would load only to offer what is not used there."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType

import pyarrow as pa

from mlwright.scoring.cores import CORES
from mlwright.scoring.folder import MANIFEST

NEEDLESS = ("sklearn", "pandas", "scipy.stats", "matplotlib", "dask")
"""LightGBM loads them, if they are installed, for interfaces of its own: more than a second, and 90 MB."""

OF_LIGHTGBM = frozenset({"lightgbm", "crafted"})
"""Forms of cores that need it."""


class _Hider(MetaPathFinder):
    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Say of a hidden module that it is not there, and nothing of others."""
        if fullname in self._names:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def load_lightly(bundle: Path) -> None:
    """Load what the cores of a bundle need, without what is needless; what is wrong with it is told by who loads it."""
    try:
        members = json.loads((bundle / MANIFEST).read_bytes())["model"]["members"]
        forms = {core["form"] for member in members for core in member["cores"]}
    except (OSError, ValueError, KeyError, TypeError):
        return
    with absent(*NEEDLESS):
        pa.array([0])  # Arrow looks for pandas at its first array, and never again
        if forms & OF_LIGHTGBM:
            CORES.get("lightgbm")


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
