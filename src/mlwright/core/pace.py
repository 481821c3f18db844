"""How many times the seconds of a quiet machine things take here and now."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

REFERENCE_STEPS = 100_000
REFERENCE_S = 0.0035
"""Processor time of `_reference_s` where the needs of the stages were measured."""
SLOWEST = 8.0
HALF_S = 2.0
"""What was seen so many seconds of processor time ago counts half as much as what is seen now."""
LEAST_SEEN_S = 0.2
TASKS = Path("/proc/self/task")


class Spent(NamedTuple):
    """Seconds that a thread has run, and that it was ready to run while others had the processors."""

    ran_s: float
    waited_s: float


def spent_by_threads() -> dict[str, Spent]:
    """By thread, as Linux counts it; nothing where it is not told.

    References
    ----------
    Linux kernel, Documentation/scheduler/sched-stats.rst.
    """
    found = {}
    with suppress(OSError):
        for task in TASKS.iterdir():
            with suppress(OSError, ValueError):
                ran, waited, _ = (task / "schedstat").read_text().split()
                found[task.name] = Spent(int(ran) / 1e9, int(waited) / 1e9)
    return found if any(each.ran_s for each in found.values()) else {}


class Pace:
    """A slower processor shows in the processor time of a small piece of work, other programs in how long threads wait.

    Where the system does not tell how long they wait, in the wall clock of stages against their processor time.

    Parameters
    ----------
    threads : callable
        What the threads of this process have spent.
    """

    def __init__(self, threads: Callable[[], Mapping[str, Spent]] = spent_by_threads) -> None:
        self._threads = threads
        self._before = threads()
        self._own: float | None = None
        self._wall_s = self._cpu_s = 0.0

    def saw(self, wall_s: float, cpu_s: float) -> None:
        """A stage has taken so much; the latest ones count most. Of no matter where threads tell it themselves."""
        if not self._before:
            self._add(wall_s, cpu_s)

    @property
    def times(self) -> float:
        """The factor; not below 1."""
        if self._own is None:
            self._own = _reference_s() / REFERENCE_S
        self._look()
        shared = self._wall_s / self._cpu_s if self._cpu_s >= LEAST_SEEN_S else 1.0
        return min(max(self._own, 1.0) * max(shared, 1.0), SLOWEST)

    def _look(self) -> None:
        now, none = self._threads(), Spent(0.0, 0.0)
        ran_s = sum(each.ran_s - self._before.get(name, none).ran_s for name, each in now.items())
        waited_s = sum(each.waited_s - self._before.get(name, none).waited_s for name, each in now.items())
        if ran_s >= LEAST_SEEN_S:
            self._add(ran_s + waited_s, ran_s)
            self._before = now

    def _add(self, wall_s: float, cpu_s: float) -> None:
        fades = 0.5 ** (cpu_s / HALF_S)
        self._wall_s = fades * self._wall_s + wall_s
        self._cpu_s = fades * self._cpu_s + cpu_s


def _reference_s() -> float:
    """Processor time of a small piece of work, the quicker of two."""
    return min(_timed_s(), _timed_s())


def _timed_s() -> float:
    began, total = time.thread_time(), 0
    for step in range(REFERENCE_STEPS):
        total += step & 7
    return time.thread_time() - began
