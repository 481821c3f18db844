"""One process that answers: from a socket that listens to the end, when all that was asked has its answer."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Callable
from functools import partial

from mlwright.shipping.serving.answered import Answers
from mlwright.shipping.serving.connection import Connection
from mlwright.shipping.serving.turns import Turns
from mlwright.shipping.serving.wakeful import wakeful_loop

BODY_S = 300.0
"""How long a caller may take to send the body of a request, which keeps no thread waiting."""

BACKLOG = 1024
"""Connections that may wait to be taken."""

LOOK_S = 1.0
DRAIN_LOOK_S = 0.02


def listen(
    listening: socket.socket,
    answers: Answers,
    *,
    most_body_bytes: int,
    headers_s: float,
    drain_s: float,
    began: Callable[[], None],
) -> None:
    """Answer until a SIGTERM or SIGINT; then what was asked by then, for `drain_s` at most.

    Parameters
    ----------
    listening : socket
        Which other processes may share.
    answers : callable
        See `Answers`.
    most_body_bytes : int
    headers_s : float
        How long a caller may take to send headers, and how long a connection is kept without any.
    drain_s : float
    began : callable
        Told once it answers.
    """
    with asyncio.Runner(loop_factory=wakeful_loop) as runner:
        runner.run(_listen(listening, answers, most_body_bytes, headers_s, drain_s, began))


async def _listen(
    listening: socket.socket,
    answers: Answers,
    most_body_bytes: int,
    headers_s: float,
    drain_s: float,
    began: Callable[[], None],
) -> None:
    turns, ended = Turns(answers, most_body_bytes), asyncio.Event()
    turns.look(headers_s, BODY_S)
    _end_at_signals(ended)
    server = await asyncio.get_running_loop().create_server(partial(Connection, turns), sock=listening, backlog=BACKLOG)
    began()
    while not ended.is_set():
        try:
            await asyncio.wait_for(ended.wait(), LOOK_S)
        except TimeoutError:
            turns.look(headers_s, BODY_S)
    server.close()
    turns.end()
    ends = time.monotonic() + drain_s
    while turns.connections and time.monotonic() < ends:
        await asyncio.sleep(DRAIN_LOOK_S)
        turns.look(headers_s, BODY_S)


def _end_at_signals(ended: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, ended.set)
        except NotImplementedError:  # on Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(ended.set))
