"""The process that those that answer are forked from: it has loaded the model, and does nothing else.

What it has loaded is in memory once, however many processes answer, and one that is killed is back as soon as it is
forked. Nothing but one thread may run in a process that is forked: what another one does at that moment, or has locked,
would stay so in the new process for ever. Libraries that start threads are therefore found out about, after loading:
the origin ends then, and the one in its place loads nothing, so that each process loads for itself. So it is where
origins end while they load: what ends them ends those that answer too then, and with them the service.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from ctypes import c_int
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.process import BaseProcess, parent_process
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from mlwright.shipping.serving.forked import BORN, ENDED, Forked, say
from mlwright.shipping.serving.processes import AGAIN, end_with, leave_signals_to_the_first

log = logging.getLogger("mlwright.serving")

TASKS = Path("/proc/self/task")
"""Where the system tells the threads of a process."""

LOOK_S = 0.25
"""How often what is loaded may look whether it is still what is due."""

PLACE_BYTES = 32

MOST_UNLOADED = 3
"""Origins that may end before they have loaded."""


class Loads(Protocol):
    """What is loaded in an origin."""

    def look(self) -> None:
        """Go over to what is due now."""

    def share(self, *, is_shared: bool) -> None:
        """Be told whether others are forked with it."""


T = TypeVar("T", bound=Loads)


class Origin(Generic[T]):
    """Starts processes that are forked from one that has loaded what they need.

    Parameters
    ----------
    load : callable
        Makes what is shared, in the origin.
    work : callable
        What each process does, told its place among them and what is shared: None where each loads for itself.
    """

    def __init__(self, load: Callable[[], T], work: Callable[[int, T | None], None]) -> None:
        self._load, self._work = load, work
        self._orders, self._taken = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._is_apart = False
        self._n_loaded = RawValue(c_int)
        # all that there were: what was forked from one that has ended sees by its pipe that this process lives
        self._begun: list[BaseProcess] = []

    @staticmethod
    def is_possible() -> bool:
        """Whether this system forks, and tells which threads run."""
        return hasattr(os, "fork") and TASKS.is_dir()

    def begin(self) -> BaseProcess:
        """Start the origin, or another one in its place; processes that were forked from the last one live on."""
        self._is_apart = self._is_apart or any(each.exitcode == AGAIN for each in self._begun)
        if not self._is_apart and len(self._begun) - self._n_loaded.value >= MOST_UNLOADED:
            log.error(
                "each process loads the model for itself: one that loads it for all ended %d times", MOST_UNLOADED
            )
            self._is_apart = True
        process = multiprocessing.get_context("fork").Process(target=self._originate, name="mlwright-origin")
        process.start()
        self._begun.append(process)
        return process

    def start(self, place: int) -> Forked:
        """Have a process forked; at once, or as soon as there is an origin that has loaded."""
        ours, theirs = Pipe(duplex=False)
        with theirs:
            socket.send_fds(self._orders, [b"%d" % place], [theirs.fileno()])
        return Forked(ours)

    def end(self) -> None:
        """Let nothing be forked any more; what was not forked yet counts as ended."""
        for each in self._begun:
            each.kill()  # it has nothing to end, and may not heed anything else yet
            each.join()
        self._taken.setblocking(False)  # the socket may be held by others, so that to close it would not be enough
        with suppress(BlockingIOError):
            while True:
                os.close(_order(self._taken)[1])

    def _originate(self) -> None:
        """What the origin does: fork whenever it is told to."""
        leave_signals_to_the_first()
        first = parent_process()
        assert first is not None
        loaded = None if self._is_apart else self._load()
        self._n_loaded.value += 1
        if loaded is not None:
            _share(loaded)
        born: dict[BaseProcess, Connection] = {}
        while first.sentinel not in (
            ready := wait([self._taken, first.sentinel, *(each.sentinel for each in born)], LOOK_S)
        ):
            for ended in [each for each in born if each.sentinel in ready]:
                ended.join()
                with born.pop(ended) as life:
                    say(life, ENDED, ended.exitcode or 0)
            if self._taken in ready:
                self._fork(first, loaded, born)
            if loaded is not None:
                loaded.look()
                _share(loaded)
        os._exit(os.EX_OK)  # at once, as in `_share`: what came along, such as a port, is held no longer

    def _fork(self, first: BaseProcess, loaded: T | None, born: dict[BaseProcess, Connection]) -> None:
        place, file = _order(self._taken)
        life = Connection(file, readable=False)
        process = multiprocessing.get_context("fork").Process(
            target=self._be_born, args=(place, first, life, list(born.values()), loaded), name="mlwright-serve"
        )
        process.start()
        born[process] = life

    def _be_born(
        self, place: int, first: BaseProcess, life: Connection, others: list[Connection], loaded: T | None
    ) -> None:
        """In a process that was forked: say so, let go of what is not its own, and work."""
        for other in others:
            other.close()
        self._taken.close()
        self._orders.close()
        end_with(first)
        say(life, BORN, os.getpid())
        self._work(place, loaded)


def _share(loaded: Loads) -> None:
    """Fork others with what is loaded, or let an origin take the place of this one that has loaded nothing."""
    n_threads = len(os.listdir(TASKS))
    loaded.share(is_shared=n_threads == 1)
    if n_threads > 1:
        log.warning("each process loads the model for itself: its libraries run %d threads", n_threads - 1)
        os._exit(AGAIN)  # at once, for `multiprocessing` would wait for those that were forked before


def _order(taken: socket.socket) -> tuple[int, int]:
    """The next order: the place of the process, and the file of its end of the pipe."""
    place, (file, *_), *_ = socket.recv_fds(taken, PLACE_BYTES, 1)
    return int(place), file
