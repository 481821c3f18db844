"""Takes the connections of callers, so that the processes that share a port get about as many each.

A connection stays with the process that has taken it, and whoever looks first would take all that wait: of sixteen
callers who connect at once, one of two processes got all sixteen, and the other had nothing to do. So each says in
shared memory how many it has, and who has more than another leaves what waits to the others for a moment.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Sized

from mlwright.shipping.serving.seats import Seat

log = logging.getLogger("mlwright.serving")

BACKLOG = 1024
"""Connections that may wait to be taken."""

PATIENCE_S = 0.001
"""How long one is left to processes that have fewer; then it is taken, as those may be busy, or gone."""

EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
EXHAUSTED_S = 1.0
"""How long no connection is taken when the system has no room for another one."""


class Accepting:
    """Takes connections from a socket that other processes may share.

    Parameters
    ----------
    listening : socket
    protocol : callable
        Makes what reads a connection.
    own : sized
        The connections of this process.
    seat : Seat
        Where each process tells how many it has.
    """

    def __init__(
        self,
        listening: socket.socket,
        protocol: Callable[[], asyncio.BaseProtocol],
        own: Sized,
        seat: Seat,
    ) -> None:
        self._listening, self._protocol, self._own, self._seat = listening, protocol, own, seat
        self._loop = asyncio.get_running_loop()
        self._coming: set[asyncio.Task[None]] = set()
        self._rest: asyncio.TimerHandle | None = None
        listening.setblocking(False)
        listening.listen(BACKLOG)
        self.count()
        self._watch()

    def count(self) -> int:
        """Tell the others how many connections this process has."""
        n_own = len(self._own) + len(self._coming)
        self._seat.tell(n_own)
        return n_own

    async def end(self) -> None:
        """Take what waits, for who was let in wants to be answered; then no more."""
        for _ in range(BACKLOG):
            if not self._take_one():
                break
        await self.leave()

    async def leave(self) -> None:
        """Take no more, and leave what waits to others."""
        self._loop.remove_reader(self._listening)
        if self._rest is not None:
            self._rest.cancel()
        self._listening.close()
        await asyncio.gather(*self._coming, return_exceptions=True)

    def _watch(self) -> None:
        self._rest = None
        self._loop.add_reader(self._listening, self._take)

    def _pause(self, how_long_s: float, then: Callable[[], object]) -> None:
        self._loop.remove_reader(self._listening)
        self._rest = self._loop.call_later(how_long_s, then)

    def _take(self) -> None:
        for _ in range(BACKLOG):
            if self.count() > self._seat.fewest:
                self._pause(PATIENCE_S, self._take_late)
                return
            if not self._take_one():
                return

    def _take_late(self) -> None:
        """Nobody with fewer connections came for it."""
        self._watch()
        self._take_one()

    def _take_one(self) -> bool:
        """Whether one was there, and was taken."""
        try:
            connection, _ = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return False
        except OSError as error:
            if error.errno not in EXHAUSTED:
                raise
            log.error("no more connections can be taken for now (%s)", error.strerror)
            self._pause(EXHAUSTED_S, self._watch)
            return False
        connection.setblocking(False)
        task = self._loop.create_task(self._welcome(connection))
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)
        return True

    async def _welcome(self, connection: socket.socket) -> None:
        await self._loop.connect_accepted_socket(self._protocol, connection)
