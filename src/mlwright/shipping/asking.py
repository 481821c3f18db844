"""Requests over open connections: each connection sends its next one when the last is answered."""

from __future__ import annotations

import math
import selectors
import socket
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from mlwright.core.errors import SettingsError, StorageError
from mlwright.shipping.serving.settings import is_loopback

WAIT_S = 10.0
"""An answer that takes longer counts as none."""


MOST_FAILURES = 50
"""Connections in a row that could not be made or broke; then the test ends."""


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


class Asking:
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

    def give_up_if_gone(self, clients: Sequence[Client], selector: selectors.BaseSelector) -> None:
        """Begin anew where an answer takes too long."""
        late = time.perf_counter() - WAIT_S
        for client in clients:
            if client.began < late:
                client.begin_anew(selector)


class Client:
    """One connection."""

    def __init__(self, asking: Asking, body: bytes) -> None:
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


def _length(head: bytes) -> int:
    _, _, after = head.lower().partition(b"\r\ncontent-length:")
    return int(after.partition(b"\r\n")[0] or b"0")
