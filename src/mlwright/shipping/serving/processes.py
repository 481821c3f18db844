"""The processes of a service: started, started again when one ends by itself, ended together.

One bad moment (memory that ran out, a kill) must not end what others answer: a process is started again, at once the
first time, then after longer and longer rests. Where none can live the machine must not be kept busy: that ends the
service, so that who looks after it hears of it.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess, parent_process
from typing import NamedTuple

from mlwright.core.errors import Fault, MlwrightError
from mlwright.shipping.serving.forked import Running

log = logging.getLogger("mlwright.serving")

RESTS_S = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Before each start after another; when they are used up, one that ends at once ends the service if no other lives."""

CALM_S = 60.0
"""After so long without an end the rests begin anew."""

AT_ONCE_S = 5.0

BESIDE_REST_S = 1.0
"""Before a process beside those that answer is started again."""

LOOK_S = 1.0
"""How long it may take until it is seen that a process has ended whose sentinel others hold that it has forked."""

AGAIN = os.EX_TEMPFAIL if hasattr(os, "EX_TEMPFAIL") else 75
"""The exit status of a process beside that is to be started again at once, for it has found out how it must begin."""

HANGUP: signal.Signals | None = getattr(signal, "SIGHUP", None)
"""Which not every system has."""


class Mistake(NamedTuple):
    """Why a process can never answer."""

    kind: type[MlwrightError]
    message: str
    hint: str | None


class Processes:
    """Several processes that do the same.

    Parameters
    ----------
    start : callable
        Starts the one of a place among them, from 0; it works until a SIGTERM. See `by_itself`.
    n : int
    told : Connection
        Where a process says that it has begun (None), why it can never: then all end, or, by its place, that another
        one is to be started there: it goes on until it ends by itself.
    beside : sequence of callable
        Each starts one more process, before the others; they are ended behind all others, and that one of them ends by
        itself ends no service.
    """

    def __init__(
        self, start: Callable[[int], Running], n: int, told: Connection, beside: Sequence[Callable[[], Running]] = ()
    ) -> None:
        self._start = start
        self._told = told
        self._woken, self._wake = multiprocessing.Pipe(duplex=False)
        self._n_ends = 0
        self._last = -CALM_S
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._wake.send(None))
        self._start_beside = beside
        self._beside = [start_beside() for start_beside in beside]
        self._all = [start(place) for place in range(n)]
        self._since = [time.monotonic()] * n
        self._leaving: list[Running] = []

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
                self._hear()
                self._replace_all()
        finally:
            ending()
            self._end(end_s)

    def _wait_for_first(self, begun: Callable[[], None]) -> None:
        while not self._woken.poll():
            self._wait()
            if self._hear():
                begun()
                return
            self._replace_all()

    def _wait(self) -> None:
        """Wait until somebody has said something, or a process has ended, for a moment at most."""
        wait([self._woken, self._told, *(process.sentinel for process in (*self._all, *self._beside))], LOOK_S)

    def _hear(self) -> bool:
        """Heed what was said; whether anything was."""
        n_said = 0
        while self._told.poll():
            said: Mistake | int | None = self._told.recv()
            n_said += 1
            if isinstance(said, Mistake):
                raise said.kind(said.message, said.hint)
            if said is not None and self._all[said].is_alive():
                self._leaving.append(self._all[said])
                self._begin(said)
        return n_said > 0

    def _replace_all(self) -> None:
        for place, each in enumerate(self._beside):
            if not each.is_alive() and (each.exitcode == AGAIN or not self._woken.poll(BESIDE_REST_S)):
                if each.exitcode != AGAIN:
                    log.error("a process beside those that answer ended (%s); it is started again", _in_words(each))
                self._beside[place] = self._start_beside[place]()
        self._leaving = [each for each in self._leaving if each.is_alive()]
        self._replace([place for place, each in enumerate(self._all) if not each.is_alive()])

    def _replace(self, places: Sequence[int]) -> None:
        """Rest, say so, and start other processes in those places."""
        self._hear()
        if not places or self._woken.poll():
            return
        now = time.monotonic()
        if self._n_ends >= len(RESTS_S) and now - self._last < AT_ONCE_S and not self._one_lives(now):
            raise Fault("The processes of the service keep ending; what stopped them stands above.")
        self._n_ends = 0 if now - self._last > CALM_S else self._n_ends + 1
        rest = RESTS_S[min(self._n_ends, len(RESTS_S) - 1)]
        when = f"in {rest:g} s" if rest else "now"
        ends = _in_words(*(self._all[place] for place in places))
        log.error("%d process of the service ended (%s); it is started again %s", len(places), ends, when)
        if self._woken.poll(rest):
            return
        for place in places:
            self._begin(place)
        self._last = time.monotonic()

    def _begin(self, place: int) -> None:
        self._all[place], self._since[place] = self._start(place), time.monotonic()

    def _one_lives(self, now: float) -> bool:
        """Whether one of them has lived for a while, and answers."""
        lived = zip(self._all, self._since, strict=True)
        return any(each.is_alive() and now - since >= AT_ONCE_S for each, since in lived)

    def _end(self, end_s: float) -> None:
        """Those that answer, and then those beside, which end what they have left."""
        for some in ([*self._all, *self._leaving], self._beside):
            for each in some:
                each.terminate()
            ends = time.monotonic() + end_s
            for each in some:
                each.join(max(0.0, ends - time.monotonic()))
                if each.is_alive():
                    each.kill()
                    each.join()


def leave_signals_to_the_first() -> None:
    """End at once when asked to, and heed no SIGHUP.

    What the first process does at signals came along, and would do nothing here. A group of processes may get a SIGHUP;
    the first one passes on what it means.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    if HANGUP is not None:
        signal.signal(HANGUP, signal.SIG_IGN)


def by_itself(work: Callable[..., None], *arguments: int) -> BaseProcess:
    """Start a process that works until it gets a SIGTERM, or this one is gone."""
    process = multiprocessing.Process(target=_work_below, args=(work, *arguments), name="mlwright-serve")
    process.start()
    return process


def end_with(first: BaseProcess) -> None:
    """End this process when the first one is gone, however it went; else it would hold the port for ever."""

    def end() -> None:
        first.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end, daemon=True).start()


def _work_below(work: Callable[..., None], *arguments: int) -> None:
    first = parent_process()
    assert first is not None
    end_with(first)
    work(*arguments)


def _in_words(*ended: Running) -> str:
    """How they ended, in words."""
    return ", ".join(_status_in_words(each.exitcode) for each in ended)


def _status_in_words(code: int | None) -> str:
    return "nobody knows how" if code is None else f"signal {-code}" if code < 0 else f"exit status {code}"
