"""Starts a process again that ended by itself: at once the first time, then after longer and longer rests.

Granian does that without a rest, and ends the whole service when a process ends twice within a few seconds. One bad
moment (memory that ran out, a kill) must not end what others answer; a process that cannot live at all must not keep
the machine busy.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

log = logging.getLogger("mlwright.serving")

RESTS_S = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Before each start after another; when they are used up, a process that ends at once ends the service."""

CALM_S = 60.0
"""After so long without an end the rests begin anew."""


class Restarts:
    """In place of what the server does when processes have ended.

    Parameters
    ----------
    server : granian.server.Server
    told : Connection
        Where a process tells why it can never answer; then nothing is started, and the service ends.
    """

    def __init__(self, server: Any, told: Connection) -> None:
        self._server = server
        self._told = told
        self._start = server._respawn_workers
        self._n_ends = 0
        self._last = -CALM_S

    def __call__(self, workers: Sequence[int], *args: Any, **options: Any) -> None:
        """Rest, say so, and start the processes of those places."""
        if self._told.poll():
            self._server.signal_handler_interrupt()
            return
        now = time.monotonic()
        self._n_ends = 0 if now - self._last > CALM_S else self._n_ends + 1
        rest = RESTS_S[min(self._n_ends, len(RESTS_S) - 1)]
        ends = [self._server.wrks[place].inner.exitcode for place in workers]
        when = f"in {rest:g} s" if rest else "now"
        log.error("%d process of the service ended (%s); it is started again %s", len(ends), _in_words(ends), when)
        if rest and self._server.main_loop_interrupt.wait(rest) and self._server.interrupt_signal:
            return
        self._start(workers, *args, **options)
        self._last = time.monotonic()
        if self._n_ends < len(RESTS_S):
            self._server.respawned_wrks.clear()  # by which the server knows that they end again and again


def _in_words(codes: Sequence[int | None]) -> str:
    """How they ended, in words."""
    return ", ".join(f"signal {-code}" if code is not None and code < 0 else f"exit status {code}" for code in codes)
