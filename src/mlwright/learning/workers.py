"""How many fits run side by side, and with how many threads each."""

from __future__ import annotations

from typing import NamedTuple

ROWS_FOR_THREADED_FITS = 50_000


class Workers(NamedTuple):
    """Fits at the same time, and the threads of each."""

    n_fits: int
    n_threads: int


def workers(n_rows: int, n_jobs: int) -> Workers:
    """Many small fits run side by side, one thread each; with many rows one fit runs at a time, with all threads.

    >>> workers(10_000, 4), workers(100_000, 4)
    (Workers(n_fits=4, n_threads=1), Workers(n_fits=1, n_threads=4))
    """
    return Workers(n_jobs, 1) if n_rows < ROWS_FOR_THREADED_FITS else Workers(1, n_jobs)
