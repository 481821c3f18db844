"""One caller's connection: what it sends goes to a reader of requests, the answers go back in the same order.

A request is answered when it is whole, so a caller who sends slowly keeps no thread waiting, only what it has sent. A
caller who sends many at once is read as its answers are taken: it fills no memory with requests that wait.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from mlwright.shipping.serving.calls import LONG, PHRASES, json_reply, random_id
from mlwright.shipping.serving.guard import data_lines
from mlwright.shipping.serving.heads import END
from mlwright.shipping.serving.incoming import Incoming
from mlwright.shipping.serving.refusals import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from mlwright.shipping.serving.answered import Answered
    from mlwright.shipping.serving.turns import Turns

LINGER_S = 5.0
"""How long a caller may go on sending after the last answer; who is cut off while it sends may never read that."""

PIECE_BYTES = 16_000
"""Of what has come so much is read before its requests are answered: a request may take a hundred times its bytes."""

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection(asyncio.BufferedProtocol):
    """Reads the requests of one caller, and writes the answers in the same order.

    Parameters
    ----------
    turns : Turns
        Where requests are answered.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._whole: deque[WSGIEnvironment | Refusal] = deque()
        self._is_answering = self._is_ended = False
        self._is_taken = True
        self._head = self._begun = self._rest = b""
        self._since = time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if peer else ""
        self._incoming = Incoming(self._turns, self._peer, self._whole.append, self._await_body)
        self._turns.connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget what nobody waits for."""
        self._turns.connections.discard(self)
        self._incoming.is_deaf = self._is_ended = True
        for each in (*self._whole, self._incoming.environ if self._incoming.in_body else {}):
            self._give_back(each)
        self._whole.clear()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where all connections of the process are read into, for what is read is taken out at once."""
        return self._turns.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Read what has come: heads that are known as they were read before, all else by the parser."""
        incoming, heads = self._incoming, self._turns.heads
        if incoming.is_deaf:
            return
        data = bytes(self._turns.buffer[:nbytes])
        if self._head:
            data, self._head = self._head + data, b""
        is_between = not (incoming.in_head or incoming.in_body)
        if is_between and (known := heads.request(data)) is not None:
            known["REMOTE_ADDR"] = self._peer
            self._whole.append(known)
        elif is_between and heads.awaits_body(data):
            self._head, self._since = data, time.monotonic()
        else:
            self._parse_and_learn(data, is_between=is_between)
        self._answer_next()
        if self._whole:
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """The caller sends no more; what it has asked for is answered."""
        if self._head:
            head, self._head = self._head, b""
            self._incoming.read(head)
        if not self._incoming.is_deaf and self._incoming.in_body:
            message, hint = "The body ended early.", "Send as many bytes as Content-Length says."
            self._incoming.refuse(Refusal("bad_request", message, hint))
            self._answer_next()
        self._incoming.is_deaf = True
        return self._is_at_work and not self._is_ended

    def pause_writing(self) -> None:
        """The caller does not take its answers."""
        self._is_taken = False

    def resume_writing(self) -> None:
        """It does again."""
        self._is_taken = True
        self._answer_next()

    def is_late(self, now: float, headers_s: float, body_s: float) -> bool:
        """Whether the caller keeps the service waiting for longer than it may."""
        waits_s = now - max(self._since, self._incoming.since)
        if self._is_ended:
            return waits_s > LINGER_S
        if self._is_at_work and self._is_taken:
            return False
        return waits_s > (body_s if self._incoming.in_body or self._head else headers_s)

    def cut(self) -> None:
        """End it now."""
        self._transport.abort()

    def end_if_idle(self) -> None:
        """End it if nothing was asked; else its next answer is its last."""
        if not (self._incoming.in_head or self._incoming.in_body or self._head or self._is_at_work):
            self._transport.close()

    @property
    def _is_at_work(self) -> bool:
        return self._is_answering or bool(self._whole)

    def _parse_and_learn(self, data: bytes, *, is_between: bool) -> None:
        """Let the parser read; of one request that came alone, at once or its head first, learn the head."""
        begun, self._begun = self._begun, b""
        incoming, before = self._incoming, self._incoming.environ
        self._parse(data)
        is_one = (is_between or begun) and (incoming.environ is not before) == is_between and not self._rest
        if not is_one or incoming.in_head or incoming.is_deaf or incoming.has_offered:
            return
        if not incoming.in_body:
            self._turns.heads.keep(begun + data, incoming.n_body_bytes, incoming.environ)
        elif is_between and data.endswith(END):
            self._begun = data

    def _parse(self, data: bytes) -> None:
        """Let the parser read until there is something to answer; the rest waits."""
        for place in range(0, len(data), PIECE_BYTES):
            if place and self._whole:
                self._rest = b"" if self._incoming.is_deaf else data[place:]
                return
            self._incoming.read(data[place : place + PIECE_BYTES])

    def _await_body(self) -> None:
        if not self._is_at_work:
            self._transport.write(CONTINUE)

    def _give_back(self, request: WSGIEnvironment | Refusal) -> None:
        """Let another long request take the place of this one."""
        if isinstance(request, dict) and request.pop(LONG, False):
            self._turns.places += 1

    def _answer_next(self) -> None:
        while self._whole and self._is_taken and not self._is_answering:
            request = self._whole.popleft()
            if isinstance(request, Refusal):
                self._turns.refused(request)
                reply = json_reply(request.body(), request.status)
                self._write(PHRASES[reply.status], data_lines(random_id(), reply), reply.body)
                return
            self._is_answering = True
            self._turns.answer(request, self._answered)
        if self._rest and not self._whole:
            rest, self._rest = self._rest, b""
            self._parse(rest)
        if not self._whole and not self._is_ended:
            self._transport.resume_reading()

    def _answered(self, environ: WSGIEnvironment, answered: Answered) -> None:
        """The request that is at work has its answer."""
        self._is_answering = False
        self._give_back(environ)
        status, lines, body = answered
        self._write(status, lines, b"" if environ["REQUEST_METHOD"] == "HEAD" else body)
        if self._whole:
            self._answer_next()

    def _write(self, status: str, lines: str, body: bytes) -> None:
        if self._is_ended:
            return
        last = not self._whole and (self._incoming.is_deaf or self._turns.is_ending)
        end = "Connection: close\r\n\r\n" if last else "\r\n"
        head = f"HTTP/1.1 {status}\r\n{self._turns.date}{lines}{end}"
        self._since = time.monotonic()
        self._transport.write(head.encode("latin-1") + body)
        if last and self._turns.is_ending:
            self._transport.close()
        elif last:
            self._end()

    def _end(self) -> None:
        """Send no more; the caller may read the rest."""
        self._is_ended = self._incoming.is_deaf = True
        self._whole.clear()
        try:
            self._transport.write_eof()
            self._transport.resume_reading()
        except OSError:  # the caller is gone
            self._transport.abort()
