"""Processes that share a port share its callers."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlwright.shipping.serving.accepting import Accepting
from mlwright.shipping.serving.seats import Seats

START_S = 60


class Kept(asyncio.Protocol):
    """A connection that is held."""

    def __init__(self, all_of_them: set[Kept]) -> None:
        self._all = all_of_them

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._all.add(self)


async def shares(n_callers: int, *places: int, n: int) -> list[int]:
    """How many of the callers, who come at once, each of these of `n` processes has in the end."""
    listening = socket.create_server(("127.0.0.1", 0))
    seats = Seats(n)
    owned: list[set[Kept]] = [set() for _ in places]
    sharing = [
        Accepting(listening.dup(), lambda own=own: Kept(own), own, seats[place])
        for own, place in zip(owned, places, strict=True)
    ]
    callers = [socket.create_connection(listening.getsockname()) for _ in range(n_callers)]
    while sum(map(len, owned)) < n_callers:
        await asyncio.sleep(0.01)
    for each in sharing:
        await each.end()
    for kept in set().union(*owned):
        kept.transport.close()
    for caller in (*callers, listening):
        caller.close()
    return [len(own) for own in owned]


def test_callers_who_come_at_once_are_shared_out_evenly() -> None:
    assert max(asyncio.run(shares(16, 0, 1, n=2))) <= 9
    assert max(asyncio.run(shares(30, 0, 1, 2, n=3))) <= 12


def test_one_process_takes_all_of_them() -> None:
    assert asyncio.run(shares(40, 0, n=1)) == [40]


def test_what_a_process_that_is_gone_does_not_take_the_others_do() -> None:
    assert asyncio.run(shares(40, 1, n=2)) == [40]


def heeds_sigterm(pid: int) -> bool:
    caught = re.search(r"SigCgt:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())
    return caught is not None and bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("workers", [1, 2])
def test_who_was_let_in_before_a_sigterm_is_answered(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any], workers: int
) -> None:
    service, body = start(write_bundle(), workers=workers), json.dumps(row).encode()
    head = f"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    request = head.encode() + b"Content-Type: application/json\r\n\r\n" + body
    known = [socket.create_connection(("127.0.0.1", service.port), timeout=START_S) for _ in range(4)]
    for caller in known:
        caller.sendall(request)
        assert caller.recv(10_000).startswith(b"HTTP/1.1 200 ")
    held, deadline = service.workers(), time.monotonic() + START_S
    while not all(map(heeds_sigterm, held)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for each in held:
        os.kill(each, signal.SIGSTOP)  # as processes that get no time
    new = [socket.create_connection(("127.0.0.1", service.port), timeout=START_S) for _ in range(4)]
    for caller in (*known, *new):
        caller.sendall(request)
    service.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    for each in held:
        os.kill(each, signal.SIGCONT)
    for caller in (*known, *new):
        assert caller.recv(10_000).startswith(b"HTTP/1.1 200 ")
    assert service.process.wait(START_S) == 0
