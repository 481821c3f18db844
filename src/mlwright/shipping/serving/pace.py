"""How often the service may be asked: a bucket that fills at a steady pace, and from which every request takes one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """So many requests a second on average, and as many at once after a second of rest.

    Parameters
    ----------
    per_s : float
    clock : callable, default=time.monotonic
        Seconds.

    Examples
    --------
    >>> moments = iter([0.0, 0.0, 0.0, 0.0, 0.5])
    >>> pace = Pace(2.0, lambda: next(moments))
    >>> [pace.allows() for _ in range(4)]
    [True, True, False, True]
    """

    def __init__(self, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._most = max(1.0, per_s)
        self._held = self._most
        self._clock = clock
        self._last = clock()
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Whether one more request may be answered now; counts it if so."""
        with self._lock:
            now = self._clock()
            self._held = min(self._most, self._held + (now - self._last) * self._per_s)
            self._last = now
            if self._held < 1.0:
                return False
            self._held -= 1.0
            return True
