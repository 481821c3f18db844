"""Waits for callers without falling asleep between the requests of one who asks again at once.

A processor that has nothing to do is halted, and to wake it takes 20 to 60 microseconds of the answer's time, on a
virtual machine more. So where one caller alone was waited for, and not for long, the next wait looks again and again
for a moment before it sleeps. A wait that was longer ends that: who asks now and then costs nothing. Of several callers
more requests come in while it sleeps, and are answered in one turn.
"""

from __future__ import annotations

import asyncio
import selectors
from time import perf_counter

from mlwright.core.machine import processors

AWAKE_S = 0.0002
"""A wait of up to this long is spent awake, if the one before was no longer."""


class Wakeful(selectors.DefaultSelector):
    """Looks for a moment before it sleeps."""

    _is_soon = False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As in `selectors`."""
        if timeout is not None and timeout < AWAKE_S:
            return super().select(timeout)
        ends = perf_counter() + AWAKE_S
        found = super().select(0) if self._is_soon else []
        while self._is_soon and not found and perf_counter() < ends:
            found = super().select(0)
        found = found or super().select(timeout)
        self._is_soon = len(found) == 1 and perf_counter() < ends
        return found


def wakeful_loop() -> asyncio.AbstractEventLoop:
    """A loop of events that waits so, where there is a processor for those who ask beside."""
    if processors() < 2:
        return asyncio.new_event_loop()
    return asyncio.SelectorEventLoop(Wakeful())
