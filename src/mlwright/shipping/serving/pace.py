"""How often the service may be asked: by all callers together, and by each of them.

Of each caller one number is known: until when what it has asked lasts at the pace that it may ask at (the generic cell
rate algorithm). The numbers lie in memory that all processes of a service share, so a caller has one allowance,
whichever of them it meets. Two processes that count the same caller in the same microsecond may count it once: a lock
for all of them would cost more than that.
"""

from __future__ import annotations

import math
import mmap
import os
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache, partial
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import NamedTuple

WAYS = 8
"""Places at which a caller may stand; of those it takes that of whom has rested longest."""

MOST_CALLERS = 1024 * WAYS
"""That are known at a time; one more takes the place of another, whose allowance is then a new one."""

CELL_BYTES = 16
KEY_BYTES = 32


class Taken(NamedTuple):
    """Whether a request was within a pace.

    Parameters
    ----------
    is_allowed : bool
    left : int
        Requests that would be allowed at once now.
    rest_s : float
        Seconds until the next one would be, or, of one that is, until all are again.
    """

    is_allowed: bool
    left: int
    rest_s: float


class Pace:
    """So many requests a second of each caller on average, and as many at once after a second of rest.

    Parameters
    ----------
    per_s : float
    n_callers : int
        That are known at a time: 1, or a multiple of `WAYS`.
    shared : Path, optional
        A file through which several processes share what they know; default: memory of this process.
    clock : callable, default=time.monotonic
        Seconds; the same for all processes.

    Examples
    --------
    >>> moments = iter([1.0, 1.0, 1.0, 1.0, 1.5])
    >>> pace = Pace(2.0, clock=lambda: next(moments))
    >>> [pace.take(7).is_allowed, pace.take(7).is_allowed, pace.take(7).rest_s, pace.take(8).left, pace.take(7).left]
    [True, True, 0.5, 1, 0]
    """

    def __init__(
        self,
        per_s: float,
        n_callers: int = MOST_CALLERS,
        shared: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.per_s = per_s
        self._each_s, self._most_s = 1.0 / per_s, max(1.0, 1.0 / per_s)
        self._ways = min(WAYS, n_callers)
        self._n_groups = n_callers // self._ways
        self._clock = clock
        self._lock = threading.Lock()
        memory = memoryview(_memory(shared, CELL_BYTES * n_callers))
        self._callers, self._until = memory[: 8 * n_callers].cast("Q"), memory[8 * n_callers :].cast("d")

    def take(self, caller: int) -> Taken:
        """Count one more request of a caller, if it is within the pace.

        Parameters
        ----------
        caller : int
            A number of at most 64 bits, and not 0; see `Callers`.
        """
        with self._lock:
            now, place = self._clock(), self._place(caller)
            until = max(self._until[place], now) + self._each_s
            over_s = until - now - self._most_s
            if over_s > 1e-9:
                return Taken(is_allowed=False, left=0, rest_s=over_s)
            self._until[place] = until
            return Taken(is_allowed=True, left=int(1e-9 - over_s * self.per_s), rest_s=until - now)

    def _place(self, caller: int) -> int:
        """Where a caller stands; a new one takes the place of whom has rested longest."""
        first = caller % self._n_groups * self._ways
        group = range(first, first + self._ways)
        for place in group:
            if self._callers[place] == caller:
                return place
        place = min(group, key=self._until.__getitem__)
        self._callers[place], self._until[place] = caller, 0.0
        return place

    def policy(self, name: str) -> str:
        """The pace as ``RateLimit-Policy`` has it: so many requests in so many seconds, both whole."""
        said = Fraction(self.per_s).limit_denominator(1000) or Fraction(1, 1000)
        return f'"{name}";q={said.numerator};w={said.denominator}'


def limit(name: str, taken: Taken) -> str:
    """What is left, as ``RateLimit`` has it.

    References
    ----------
    RateLimit header fields for HTTP; https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
    """
    return f'"{name}";r={taken.left};t={math.ceil(taken.rest_s)}'


class Callers:
    """Numbers of callers: of their tokens (bytes), or of their addresses; of one of IPv6, of its network of 64 bits.

    Who finds the numbers, in memory or in the file through which processes share them, finds no address by trying all
    that there are: that takes the key, which is made when the service starts and lies in no file.

    Parameters
    ----------
    key : bytes
        At most 64; the same for all processes of a service.

    Examples
    --------
    >>> callers = Callers(b"a key")
    >>> callers.number("2001:db8::1") == callers.number("2001:db8::ffff") != callers.number("2001:db8:0:1::1")
    True
    >>> callers.number("::ffff:192.0.2.1") == callers.number("192.0.2.1") != callers.number(b"192.0.2.1")
    True
    >>> callers.number("192.0.2.1") == Callers(b"another").number("192.0.2.1")
    False
    """

    def __init__(self, key: bytes) -> None:
        self.number = lru_cache(maxsize=MOST_CALLERS)(partial(_number, key=key))


def _number(caller: bytes | str, key: bytes) -> int:
    told = caller if isinstance(caller, bytes) else _network(caller)
    person = b"token" if told is caller else b"net"
    return int.from_bytes(blake2b(told, digest_size=8, key=key, person=person).digest()) or 1


def _network(address: str) -> bytes:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:  # of a server that does not tell, or a socket without one
        return address.encode()
    if not isinstance(found, IPv6Address):
        return found.packed
    return found.ipv4_mapped.packed if found.ipv4_mapped else found.packed[:8]


def _memory(shared: Path | None, n_bytes: int) -> bytearray | mmap.mmap:
    if shared is None:
        return bytearray(n_bytes)
    number = os.open(shared, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.ftruncate(number, n_bytes)
        return mmap.mmap(number, n_bytes)
    finally:
        os.close(number)
