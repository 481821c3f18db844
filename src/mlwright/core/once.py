"""Answers that are worked out once, whoever asks first."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

K = TypeVar("K")
P = ParamSpec("P")
V = TypeVar("V")


def once(work: Callable[Concatenate[K, P], V]) -> Callable[Concatenate[K, P], V]:
    """A function whose answer is worked out once for each object that is its first argument, and goes with it.

    Threads that ask meanwhile wait for the answer. Further arguments must be the same for the same object.

    >>> class Table: ...
    >>> @once
    ... def width(table):
    ...     print("counted")
    ...     return 3
    >>> table = Table()
    >>> width(table) + width(table)
    counted
    6
    """
    kept: WeakKeyDictionary[Any, V] = WeakKeyDictionary()
    lock = RLock()

    @wraps(work)
    def answer(of: K, /, *args: P.args, **kwargs: P.kwargs) -> V:
        with lock:
            if of not in kept:
                kept[of] = work(of, *args, **kwargs)
            return kept[of]

    return answer
