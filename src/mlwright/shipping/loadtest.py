"""How many requests a service bears, and how long each waits: asked with records that the model knows.

One process asks over several connections; each sends its next request when the last one is answered, so that the
service is never asked more than it can answer. What is measured holds for callers on this machine that do the same.
"""

from __future__ import annotations

import math
import selectors
import socket
import time
from collections import Counter
from collections.abc import Sequence
from itertools import cycle
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from mlwright.core.errors import SettingsError, StorageError
from mlwright.core.record import Record
from mlwright.shipping.serving.settings import is_loopback

LONGEST_S = 600.0
MOST_CLIENTS = 256
MOST_FAILURES = 50
"""Connections in a row that could not be made or broke; then the test ends."""

WAIT_S = 10.0
"""An answer that takes longer counts as none."""

STEPS_MS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0, 50.0, 100.0, 200.0, 500.0, 1000.0)


class Load(Record):
    """What was measured.

    Parameters
    ----------
    url : str
    n_clients, n_records : int
        Connections, and records of each request.
    seconds : float
    n_requests : int
        That were answered, however.
    statuses : dict of str to int
        Of the answers; under ``broken`` those that never came.
    per_s, records_per_s : float
        Of answers with status 200.
    p50_ms, p90_ms, p99_ms, max_ms : float
        Of the time from the first byte sent to the last byte read.
    histogram : tuple of (float, int)
        How many took at most so many milliseconds, and more than the step before; the last step has no end (0).
    """

    url: str
    n_clients: int
    n_records: int
    seconds: float
    n_requests: int
    statuses: dict[str, int]
    per_s: float
    records_per_s: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float
    histogram: tuple[tuple[float, int], ...]

    @property
    def n_failed(self) -> int:
        """Requests without a good answer."""
        return sum(count for status, count in self.statuses.items() if status != "200")


class Address(NamedTuple):
    """Where a service is."""

    host: str
    port: int
    path: str


def address_of(url: str, *, anywhere: bool = False) -> Address:
    """The parts of an address; without `anywhere` only one of this machine is taken.

    Raises
    ------
    SettingsError
        If it is none, or of another machine.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        host, port = None, 80
    if host is None or parts.scheme != "http":
        raise SettingsError(
            f"{url!r} is no address of a service that speaks plain HTTP.", "mlwright loadtest http://127.0.0.1:8080"
        )
    if not anywhere and not is_loopback(host):
        raise SettingsError(
            f"{host} is another machine; a load test can stop what runs there.",
            "Run it on that machine, or add --anywhere if the service is yours to load.",
        )
    return Address(host, port, parts.path if parts.path not in ("", "/") else "/predict")


def load(
    address: Address,
    records: Sequence[dict[str, Any]],
    *,
    seconds: float = 10.0,
    n_clients: int = 8,
    n_records: int = 1,
    most_requests: int = 1_000_000,
    token: str | None = None,
) -> Load:
    """Ask a service for a while.

    Parameters
    ----------
    address : Address
    records : sequence of dict
        What is asked, in turns.
    seconds : float
        At most `LONGEST_S`.
    n_clients : int
        Connections, at most `MOST_CLIENTS`.
    n_records : int
        Of each request.
    most_requests : int
        It ends sooner after so many.
    token : str, optional

    Raises
    ------
    StorageError
        If nobody answers there.
    """
    bodies = cycle(_bodies(records, n_records))
    asking = _Asking(address, token)
    clients = [_Client(asking, next(bodies)) for _ in range(min(n_clients, MOST_CLIENTS, most_requests))]
    began = time.perf_counter()
    ends = began + min(seconds, LONGEST_S)
    with selectors.DefaultSelector() as selector:
        for client in clients:
            client.open(selector)
        while (now := time.perf_counter()) < ends and asking.n_asked < most_requests:
            for key, _ in selector.select(min(ends - now, 0.5)):
                key.data.receive(selector, next(bodies))
            asking.give_up_if_gone(clients, selector)
        for client in clients:
            client.close()
    return _told(address, asking, len(clients), n_records, time.perf_counter() - began)


class _Asking:
    """What all connections share: the head of a request, and what came of them."""

    def __init__(self, address: Address, token: str | None) -> None:
        self.address = address
        key = f"Authorization: Bearer {token}\r\n" if token else ""
        host = f"[{address.host}]" if ":" in address.host else address.host
        self._head = (
            f"POST {address.path} HTTP/1.1\r\nHost: {host}:{address.port}\r\nContent-Type: application/json\r\n{key}"
        )
        self.times: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.n_broken = 0

    @property
    def n_asked(self) -> int:
        """Requests that have ended."""
        return sum(self.statuses.values())

    def request(self, body: bytes) -> bytes:
        """All bytes of a request."""
        return f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def answered(self, status: str, seconds: float) -> None:
        """Count an answer."""
        self.n_broken = 0
        self.statuses[status] += 1
        self.times.append(seconds)

    def broke(self) -> None:
        """Count an answer that did not come.

        Raises
        ------
        StorageError
            If none comes any more.
        """
        self.n_broken += 1
        self.statuses["broken"] += 1
        if self.n_broken >= MOST_FAILURES:
            where = f"{self.address.host}:{self.address.port}"
            raise StorageError(
                f"No service answers at {where}: {self.n_broken} connections in a row broke.",
                "See whether it runs:  mlwright serve MODEL",
            )

    def give_up_if_gone(self, clients: Sequence[_Client], selector: selectors.BaseSelector) -> None:
        """Begin anew where an answer takes too long."""
        late = time.perf_counter() - WAIT_S
        for client in clients:
            if client.began < late:
                client.begin_anew(selector)


class _Client:
    """One connection."""

    def __init__(self, asking: _Asking, body: bytes) -> None:
        self._asking = asking
        self._body = body
        self._buffer = b""
        self._socket: socket.socket | None = None
        self.began = math.inf

    def open(self, selector: selectors.BaseSelector) -> None:
        """Connect, and ask for the first time."""
        where = self._asking.address
        while self._socket is None:
            try:
                self._socket = socket.create_connection((where.host, where.port), timeout=WAIT_S)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(self._socket, selectors.EVENT_READ, self)
                self._send()
            except OSError:
                self.close()
                self._asking.broke()
                time.sleep(0.02)

    def receive(self, selector: selectors.BaseSelector, body: bytes) -> None:
        """Read what has come; if it is a whole answer, count it and ask again with `body`."""
        assert self._socket is not None
        try:
            found = self._socket.recv(1 << 20)
        except OSError:
            found = b""
        if not found:
            self.begin_anew(selector)
            return
        self._buffer += found
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end or len(rest) < _length(head):
            return
        self._asking.answered(head[9:12].decode("ascii", "replace"), time.perf_counter() - self.began)
        self._body = body
        try:
            self._send()
        except OSError:
            self.begin_anew(selector)

    def begin_anew(self, selector: selectors.BaseSelector) -> None:
        """Connect again."""
        if self._socket is not None:
            selector.unregister(self._socket)
        self.close()
        self._asking.broke()
        self.open(selector)

    def close(self) -> None:
        """Ask no more."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self.began = None, math.inf

    def _send(self) -> None:
        assert self._socket is not None
        self._buffer = b""
        self.began = time.perf_counter()
        self._socket.sendall(self._asking.request(self._body))


def _bodies(records: Sequence[dict[str, Any]], n_records: int) -> list[bytes]:
    """What is sent, in turns."""
    if n_records == 1:
        return [orjson.dumps(record) for record in records]
    turns = [[records[(start + i) % len(records)] for i in range(n_records)] for start in range(len(records))]
    return [orjson.dumps({"records": turn}) for turn in turns]


def _length(head: bytes) -> int:
    _, _, after = head.lower().partition(b"\r\ncontent-length:")
    return int(after.partition(b"\r\n")[0] or b"0")


def _told(address: Address, asking: _Asking, n_clients: int, n_records: int, seconds: float) -> Load:
    times = sorted(1000.0 * each for each in asking.times) or [0.0]
    n_good = asking.statuses["200"]
    steps = [0] * (len(STEPS_MS) + 1)
    for each in asking.times:
        steps[next((i for i, step in enumerate(STEPS_MS) if 1000.0 * each <= step), len(STEPS_MS))] += 1
    return Load(
        url=f"http://{address.host}:{address.port}{address.path}",
        n_clients=n_clients,
        n_records=n_records,
        seconds=round(seconds, 3),
        n_requests=asking.n_asked,
        statuses={status: count for status, count in sorted(asking.statuses.items()) if count},
        per_s=round(n_good / seconds, 1),
        records_per_s=round(n_good * n_records / seconds, 1),
        p50_ms=_quantile(times, 0.5),
        p90_ms=_quantile(times, 0.9),
        p99_ms=_quantile(times, 0.99),
        max_ms=round(times[-1], 3),
        histogram=tuple(zip((*STEPS_MS, 0.0), steps, strict=True)),
    )


def _quantile(times: Sequence[float], share: float) -> float:
    return round(times[min(len(times) - 1, int(share * len(times)))], 3)
