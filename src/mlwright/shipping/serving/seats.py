"""What processes that share a port know of each other: memory that all of them see, without a lock.

A process that is killed while it holds a lock would stop all others. Each number has one writer, but for who sits at a
place: there the last one who came counts, and who sat there before sees that its time is over.
"""

from __future__ import annotations

import os
from ctypes import c_int
from multiprocessing.sharedctypes import RawArray


class Seats:
    """The places of all of them.

    Parameters
    ----------
    n : int
    """

    def __init__(self, n: int) -> None:
        self.n_connections = RawArray(c_int, n)
        self.pids = RawArray(c_int, n)

    @property
    def were_taken(self) -> bool:
        """Whether anybody has ever answered."""
        return any(self.pids)

    def __getitem__(self, place: int) -> Seat:
        return Seat(self, place)


class Seat:
    """The place of this process.

    Parameters
    ----------
    seats : Seats
    place : int
    """

    def __init__(self, seats: Seats, place: int) -> None:
        self._seats, self._place = seats, place

    def take(self) -> None:
        """Sit down; who sat here before is to end."""
        self._seats.pids[self._place] = os.getpid()

    @property
    def is_taken(self) -> bool:
        """Whether another process has sat down here since."""
        return bool(self._seats.pids[self._place] != os.getpid())

    def tell(self, n_connections: int) -> None:
        """How many connections this process has."""
        self._seats.n_connections[self._place] = n_connections

    @property
    def fewest(self) -> int:
        """The connections of the process with the fewest."""
        fewest: int = min(self._seats.n_connections)
        return fewest
