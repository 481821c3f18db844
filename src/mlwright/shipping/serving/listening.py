"""One process that answers: from a socket that listens to the end, when all that was asked has its answer."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from mlwright.shipping.serving.accepting import Accepting
from mlwright.shipping.serving.answered import Answers
from mlwright.shipping.serving.connection import Connection
from mlwright.shipping.serving.refusals import Refusal
from mlwright.shipping.serving.seats import Seat
from mlwright.shipping.serving.turns import Turns
from mlwright.shipping.serving.wakeful import wakeful_loop

BODY_S = 300.0
"""How long a caller may take to send the body of a request, which keeps no thread waiting."""

LOOK_S = 1.0
DRAIN_LOOK_S = 0.02

LAST_S = 0.25
"""How long callers who have a connection may still ask once no new ones are taken: what they sent by then is on its
way, and every answer tells them that it is the last."""


def listen(
    listening: socket.socket,
    answers: Answers,
    *,
    most_body_bytes: int,
    headers_s: float,
    drain_s: float,
    began: Callable[[], None],
    seat: Seat,
    refused: Callable[[Refusal], None] = lambda refusal: None,
) -> None:
    """Answer until a SIGTERM or SIGINT; then what was asked by then, for `drain_s` at most.

    Where another process takes the seat of this one, it takes no more connections, and ends when the callers that it
    has are gone: each of its answers says that it is the last on its connection.

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
    seat : Seat
        Among the processes that share the socket.
    refused : callable
        Told of what is refused before it is known what it asks for.
    """

    async def answer_all() -> None:
        turns, ended = Turns(answers, most_body_bytes, refused), asyncio.Event()
        turns.look(headers_s, BODY_S)
        _end_at_signals(ended)
        accepting = Accepting(listening, partial(Connection, turns), turns.connections, seat)
        seat.take()
        began()
        while not (await _rested(ended) or seat.is_taken):
            turns.look(headers_s, BODY_S)
            accepting.count()
        if ended.is_set():
            await accepting.end()
        else:
            await accepting.leave()
            turns.is_ending = True
            while turns.connections and not await _rested(ended):
                turns.look(headers_s, BODY_S)
        await _drain(turns, headers_s, drain_s)

    with asyncio.Runner(loop_factory=wakeful_loop) as runner:
        runner.run(answer_all())


async def _rested(ended: asyncio.Event) -> bool:
    """Wait for a while; whether this is to end."""
    with suppress(TimeoutError):
        await asyncio.wait_for(ended.wait(), LOOK_S)
    return ended.is_set()


async def _drain(turns: Turns, headers_s: float, drain_s: float) -> None:
    """Answer what was asked, and who has a connection for a moment more."""
    turns.is_ending = True
    ends = time.monotonic() + drain_s
    closes = time.monotonic() + LAST_S
    while turns.connections and time.monotonic() < ends:
        await asyncio.sleep(DRAIN_LOOK_S)
        turns.look(headers_s, BODY_S)
        if time.monotonic() > closes:
            turns.end()


def _end_at_signals(ended: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, ended.set)
        except NotImplementedError:  # on Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(ended.set))
