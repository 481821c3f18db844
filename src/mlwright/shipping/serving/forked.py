"""A process that another one has forked, seen from the first: whether it lives, and how it ended.

Who forks it may end before it does, and must not take it along. So both hold the same end of a pipe: the process writes
who it is, the one that forked it how it ended, and nothing more can come once both are gone.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Protocol


class Running(Protocol):
    """A process that was started, as `multiprocessing` has it."""

    @property
    def sentinel(self) -> int:
        """Something to wait for: it is there to be read when the process has ended, or has said something."""

    @property
    def exitcode(self) -> int | None:
        """Its exit status, below 0 for a signal; None while it lives, and where nobody could learn it."""

    def is_alive(self) -> bool:
        """Whether it has not ended."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended, for so many seconds at most."""


class Forked:
    """A process that another one forks.

    Parameters
    ----------
    life : Connection
        Where it and the one that forks it write.

    Attributes
    ----------
    exitcode : int or None
    """

    def __init__(self, life: Connection) -> None:
        self._life = life
        self._pid: int | None = None
        self._asked: signal.Signals | None = None
        self._has_ended = False
        self.exitcode: int | None = None

    @property
    def sentinel(self) -> int:
        """See `Running`."""
        return self._life.fileno()

    def is_alive(self) -> bool:
        """Whether it has not ended; one that is not forked yet counts as alive."""
        while not self._has_ended and self._life.poll():
            self._hear()
        return not self._has_ended

    def terminate(self) -> None:
        """Ask it to end; one that is not forked yet, as soon as it is."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._send(signal.SIGKILL)

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended, for so many seconds at most; one that says who it is may go on."""
        while self.is_alive() and wait([self._life], timeout):
            pass

    def _hear(self) -> None:
        try:
            what, _, number = self._life.recv_bytes().decode().partition(" ")
        except (EOFError, OSError):
            self._end(self._reaped())
        else:
            if what == BORN:
                self._pid = int(number)
                if self._asked is not None:
                    self._send(self._asked)
            else:
                self._end(int(number))

    def _end(self, exitcode: int | None) -> None:
        self._has_ended, self.exitcode = True, exitcode

    def _reaped(self) -> int | None:
        """The status of one whose parent has ended: it is ours then, if we are the first process of a container."""
        with suppress(ChildProcessError):
            if self._pid is not None:
                return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return None

    def _send(self, number: signal.Signals) -> None:
        self._asked = number
        if self.is_alive() and self._pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, number)


BORN, ENDED = "born", "ended"


def say(life: Connection, what: str, number: int) -> None:
    """Tell the first process something of a forked one; where it is gone nobody wants to know."""
    with suppress(OSError):
        life.send_bytes(f"{what} {number}".encode())
