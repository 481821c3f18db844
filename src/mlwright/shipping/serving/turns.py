"""Requests that have come whole are answered in turns, by one thread.

A turn answers all that wait at that moment, up to sixteen small ones in one go, and then sends the answers: what the
processor has learned of the model is lost whenever the network comes in between, and records that are scored together
take half the time. No timer: a request that comes alone is a turn of its own. Who has asked while the first of a turn
were read is looked for once before it, where there are other connections: two groups of callers that once came one
after the other would stay apart for ever, for each asks again while the other is answered. Long requests (large bodies,
those that ask for reasons or intervals) are answered by a few other threads, so that short ones need not wait for them.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from mlwright.shipping.serving.answered import Answered, Answers
from mlwright.shipping.serving.calls import ADMITTED, LARGE, LONG, PHRASES, WHOLE, json_reply
from mlwright.shipping.serving.connection import Connection
from mlwright.shipping.serving.heads import Heads
from mlwright.shipping.serving.incoming import Broken, busy
from mlwright.shipping.serving.refusals import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

log = logging.getLogger("mlwright.serving")

MOST_LONG = 96
"""Long requests that are read and answered at a time by one process; further ones are refused at once."""

LONG_THREADS = 4
MOST_TOGETHER = 16
"""Requests that are answered in one go: the first of them waits for the last."""

TURN_S = 0.001
"""A turn that takes longer sends what it has, and lets others in."""


READ_BYTES = 1 << 18
"""That are read of a connection at once."""

Done = Callable[["WSGIEnvironment", Answered], None]


class Turns:
    """What the connections of a process share.

    Parameters
    ----------
    answers : callable
        See `Answers`.
    most_body_bytes : int
        Of longer bodies `answers` sees the beginning alone, or only the length.
    refused : callable
        Told of what is refused before it is known what it asks for.

    Attributes
    ----------
    connections : set of Connection
    places : int
        For long requests.
    is_ending : bool
        Whether every answer is the last one of its connection.
    date : str
        The header of the moment; see `look`.
    base : dict
        What all requests have in common.
    buffer : memoryview
        What is read; memory of its own for each read can cost more than to read.
    heads : Heads
    """

    def __init__(
        self, answers: Answers, most_body_bytes: int, refused: Callable[[Refusal], None] = lambda refusal: None
    ) -> None:
        self._answers = answers
        self.refused = refused
        self._waiting: deque[tuple[WSGIEnvironment, Done]] = deque()
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(LONG_THREADS, thread_name_prefix="mlwright-long")
        self.most_body_bytes = most_body_bytes
        self.connections: set[Connection] = set()
        self.places = MOST_LONG
        self.is_ending = False
        self.buffer = memoryview(bytearray(READ_BYTES))
        self.heads = Heads()
        self.base: dict[str, Any] = {
            "SCRIPT_NAME": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.errors": sys.stderr,
            "wsgi.input_terminated": True,
            "wsgi.multiprocess": False,
            "wsgi.multithread": True,
            "wsgi.run_once": False,
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
        }

    def look(self, headers_s: float, body_s: float) -> None:
        """Know what time it is, and end the connections of callers who keep the service waiting; once a second."""
        self.date = f"Date: {formatdate(usegmt=True)}\r\n"
        now = time.monotonic()
        for each in [each for each in self.connections if each.is_late(now, headers_s, body_s)]:
            each.cut()

    def end(self) -> None:
        """Answer what was asked, and end every connection."""
        self.is_ending = True
        for each in list(self.connections):
            each.end_if_idle()

    def answer(self, environ: WSGIEnvironment, done: Done) -> None:
        """Answer a request soon; `done` is told in the thread of the loop."""
        if LONG in environ:
            self._threads.submit(self._answer_long, environ, done)
            return
        self._waiting.append((environ, done))
        if len(self._waiting) == 1:
            self._loop.call_soon(self._begin_turn)

    def _begin_turn(self) -> None:
        """Take a turn; where others may have asked meanwhile, after what has come of them is read."""
        if len(self._waiting) < len(self.connections):
            self._loop.call_soon(self._take_turn)
        else:
            self._take_turn()

    def _take_turn(self) -> None:
        waiting, answered = self._waiting, list[tuple[tuple["WSGIEnvironment", Done], Answered | None]]()
        ends = time.perf_counter() + TURN_S
        while waiting and time.perf_counter() < ends:
            some = self._next()
            answers = self._ask([environ for environ, _ in some])
            answered += zip(some, answers, strict=True)
        if waiting:
            self._loop.call_soon(self._take_turn)
        for (environ, done), answer in answered:
            try:
                if answer is None:
                    self._put_aside(environ, done)
                else:
                    done(environ, answer)
            except Exception:  # of one caller must not keep the others from their answers
                log.exception("an answer could not be sent")

    def _next(self) -> list[tuple[WSGIEnvironment, Done]]:
        """The next requests that wait: small ones together, any other one alone."""
        waiting, some = self._waiting, [self._waiting.popleft()]
        while waiting and len(some) < MOST_TOGETHER and LARGE not in some[-1][0] and LARGE not in waiting[0][0]:
            some.append(waiting.popleft())
        return some

    def _put_aside(self, environ: WSGIEnvironment, done: Done) -> None:
        """Let a request that proves a long one be answered with those, or refused where there are too many."""
        if self.places:
            self.places -= 1
            environ[LONG] = True
            environ["wsgi.input"].seek(0)
        else:
            environ.pop(WHOLE, None)
            environ["wsgi.input"] = Broken(busy())
        environ[ADMITTED] = True
        self.answer(environ, done)

    def _answer_long(self, environ: WSGIEnvironment, done: Done) -> None:
        (answer,) = self._ask([environ])
        assert answer is not None
        self._loop.call_soon_threadsafe(done, environ, answer)

    def _ask(self, environs: list[WSGIEnvironment]) -> list[Answered | None]:
        try:
            return self._answers(environs)
        except Exception:  # nothing that one request does may end the loop that answers all
            if len(environs) > 1:
                return [answered for environ in environs for answered in self._ask([environ])]
            log.exception("a request failed")
            refusal = Refusal("internal", "A mistake of ours stopped the answer.", "The log says more.")
            body = json_reply(refusal.body()).body
            return [Answered(PHRASES[refusal.status], f"Content-Length: {len(body)}\r\n", body)]
