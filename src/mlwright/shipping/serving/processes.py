"""The processes of a service: started, started again when one ends by itself, ended together.

One bad moment (memory that ran out, a kill) must not end what others answer: a process is started again, at once the
first time, then after longer and longer rests. Where none can live the machine must not be kept busy: that ends the
service, so that who looks after it hears of it.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import NamedTuple

from mlwright.core.errors import Fault, MlwrightError

log = logging.getLogger("mlwright.serving")

RESTS_S = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Before each start after another; when they are used up, one that ends at once ends the service if no other lives."""

CALM_S = 60.0
"""After so long without an end the rests begin anew."""

AT_ONCE_S = 5.0

BESIDE_REST_S = 1.0
"""Before the process beside the others is started again."""


class Mistake(NamedTuple):
    """Why a process can never answer."""

    kind: type[MlwrightError]
    message: str
    hint: str | None


class Processes:
    """Several processes that do the same.

    Parameters
    ----------
    work : callable
        What each does, until a SIGTERM; it is told its place among them, from 0.
    n : int
    told : Connection
        Where a process says that it has begun (None), or why it can never: then all end.
    beside : callable, optional
        What one more process does, which is ended behind all others; that it ends by itself ends no service.
    """

    def __init__(
        self, work: Callable[[int], None], n: int, told: Connection, beside: Callable[[], None] | None = None
    ) -> None:
        self._work = work
        self._told = told
        self._woken, self._wake = multiprocessing.Pipe(duplex=False)
        self._n_ends = 0
        self._last = -CALM_S
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._wake.send(None))
        self._all = [self._started(work, place) for place in range(n)]
        self._since = [time.monotonic()] * n
        self._work_beside = beside
        self._beside = [] if beside is None else [self._started(beside)]

    def run(self, begun: Callable[[], None], ending: Callable[[], None], end_s: float) -> None:
        """Keep them running until a SIGTERM or SIGINT.

        Parameters
        ----------
        begun : callable
            Told when the first one has begun.
        ending : callable
            Told before they are asked to end.
        end_s : float
            How long they may take to end; then they are killed.

        Raises
        ------
        MlwrightError
            If a process has said why it can never answer, or they keep ending.
        """
        try:
            self._wait_for_first(begun)
            while not self._woken.poll():
                self._wait()
                self._replace_all()
        finally:
            ending()
            self._end(end_s)

    def _wait_for_first(self, begun: Callable[[], None]) -> None:
        while not self._woken.poll():
            self._wait(self._told)
            if self._told.poll():
                self._heed(self._told.recv())
                begun()
                return
            self._replace_all()

    def _wait(self, *also: Connection) -> None:
        """Wait until somebody has said something, or a process has ended."""
        wait([self._woken, *also, *(process.sentinel for process in (*self._all, *self._beside))])

    def _replace_all(self) -> None:
        self._replace([place for place, each in enumerate(self._all) if not each.is_alive()])
        ended = [each.exitcode for each in self._beside if not each.is_alive()]
        if self._work_beside is not None and ended and not self._woken.poll(BESIDE_REST_S):
            log.error("the process beside those that answer ended (%s); it is started again", _in_words(ended))
            self._beside = [self._started(self._work_beside)]

    def _heed(self, said: Mistake | None) -> None:
        if said is not None:
            raise said.kind(said.message, said.hint)

    def _replace(self, places: Sequence[int]) -> None:
        """Rest, say so, and start other processes in those places."""
        while self._told.poll():
            self._heed(self._told.recv())
        if not places or self._woken.poll():
            return
        now = time.monotonic()
        if self._n_ends >= len(RESTS_S) and now - self._last < AT_ONCE_S and not self._one_lives(now):
            raise Fault("The processes of the service keep ending; what stopped them stands above.")
        self._n_ends = 0 if now - self._last > CALM_S else self._n_ends + 1
        rest = RESTS_S[min(self._n_ends, len(RESTS_S) - 1)]
        when = f"in {rest:g} s" if rest else "now"
        ends = _in_words([self._all[place].exitcode for place in places])
        log.error("%d process of the service ended (%s); it is started again %s", len(places), ends, when)
        if self._woken.poll(rest):
            return
        for place in places:
            self._all[place] = self._started(self._work, place)
            self._since[place] = time.monotonic()
        self._last = time.monotonic()

    def _one_lives(self, now: float) -> bool:
        """Whether one of them has lived for a while, and answers."""
        lived = zip(self._all, self._since, strict=True)
        return any(each.is_alive() and now - since >= AT_ONCE_S for each, since in lived)

    @staticmethod
    def _started(work: Callable[..., None], *place: int) -> BaseProcess:
        process = multiprocessing.Process(target=work, args=place, name="mlwright-serve")
        process.start()
        return process

    def _end(self, end_s: float) -> None:
        """Those that answer, and then the one beside, which ends what they have left."""
        for some in (self._all, self._beside):
            for each in some:
                each.terminate()
            ends = time.monotonic() + end_s
            for each in some:
                each.join(max(0.0, ends - time.monotonic()))
                if each.is_alive():
                    each.kill()
                    each.join()


def _in_words(codes: Sequence[int | None]) -> str:
    """How they ended, in words."""
    return ", ".join(f"signal {-code}" if code is not None and code < 0 else f"exit status {code}" for code in codes)
