"""What a process does about its memory around the loading of a model."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mlwright.core.collector import at_rest

MOST_ARENAS = 2
"""Of the allocator of glibc, which else keeps one for every thread that answers; one thread runs at a time anyway."""

_M_ARENA_MAX = -8


@contextmanager
def loading() -> Iterator[None]:
    """While a model is loaded the collector rests; then what loading took and what was replaced is let go of.

    What stays is not looked at again by the collector, and free memory goes back to the system (10 MB of 150).
    """
    glibc = _glibc()
    if glibc is not None:
        glibc.mallopt(_M_ARENA_MAX, MOST_ARENAS)
    gc.unfreeze()
    try:
        with at_rest():
            yield
    finally:
        gc.collect()
        gc.freeze()
        if glibc is not None:
            glibc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """The C library, if it is one that gives memory back when asked."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None
