"""One caller's connection: HTTP/1.1 in, a request as WSGI has it, HTTP/1.1 out.

The parser is that of Node.js (llhttp). A request is answered when it is whole, so a caller who sends slowly keeps no
thread waiting, only what it has sent. What could be read in two ways is refused and ends the connection: no request
can hide behind another one (request smuggling), be it by two lengths, by chunks or by a header over two lines.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote_to_bytes

import httptools

from mlwright.shipping.serving.calls import LARGE, LONG, PHRASES, json_reply
from mlwright.shipping.serving.heads import END, LONG_NAME, key_of
from mlwright.shipping.serving.refusals import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from mlwright.shipping.serving.answered import Answered
    from mlwright.shipping.serving.turns import Turns

MOST_HEADERS = 100
MOST_ADDRESS_BYTES = 64_000
MOST_HEAD_BYTES = 128_000
"""Of an address and the headers together, and of what frames a body in chunks."""

SMALL_BYTES = 64_000
"""Longer bodies are long requests, as are those in chunks, and those that ask for more than answers (see `Turns`)."""

TINY_BYTES = 4_000
"""Longer bodies are large requests: several records, as a rule."""

LINGER_S = 5.0
"""How long a caller may go on sending after the last answer; who is cut off while it sends may never read that."""

WHOLE_ADDRESS = re.compile(rb"https?://(?P<host>[^/?#@]+)(?P<path>(?:[/?].*)?)", re.IGNORECASE)
"""How proxies are asked, and what servers have to take (RFC 9112, 3.2.2); its host goes before the header."""

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
        self._parser = httptools.HttpRequestParser(self)
        self._whole: deque[WSGIEnvironment | Refusal] = deque()
        self._environ: WSGIEnvironment = {}
        self._body = BytesIO()
        self._is_last = self._is_told_again = False
        self._in_head = self._in_body = False
        self._is_deaf = self._is_answering = self._is_ended = False
        self._is_taken = True
        self._held = self._begun = b""
        self._since = time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if peer else ""
        self._turns.connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget what nobody waits for."""
        self._turns.connections.discard(self)
        self._is_deaf = self._is_ended = True
        for each in (*self._whole, self._environ if self._in_body else {}):
            self._give_back(each)
        self._whole.clear()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where all connections of the process are read into, for what is read is taken out at once."""
        return self._turns.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Read what has come."""
        if self._is_deaf:
            return
        data = bytes(self._turns.buffer[:nbytes])
        if self._held:
            data, self._held = self._held + data, b""
        is_between, heads = not (self._in_head or self._in_body), self._turns.heads
        if is_between and (known := heads.request(data)) is not None:
            known["REMOTE_ADDR"] = self._peer
            self._whole.append(known)
        elif is_between and heads.awaits_body(data):
            self._held, self._since = data, time.monotonic()
        else:
            self._parse_and_learn(data, is_between=is_between)
        self._answer_next()
        if self._whole:
            self._transport.pause_reading()

    def _parse_and_learn(self, data: bytes, *, is_between: bool) -> None:
        """Let the parser read; of one request that came alone, at once or its head first, learn the head."""
        begun, self._begun = self._begun, b""
        before, parser = self._environ, self._parser
        self._parse(data)
        is_one = (is_between or begun) and (self._environ is not before) == is_between and self._parser is parser
        if not is_one or self._in_head or self._is_deaf:
            return
        if not self._in_body:
            self._turns.heads.keep(begun + data, self._body.getbuffer().nbytes, self._environ)
        elif is_between and data.endswith(END):
            self._begun = data

    def eof_received(self) -> bool:
        """The caller sends no more; what it has asked for is answered."""
        if self._held:
            held, self._held = self._held, b""
            self._parse(held)
        if not self._is_deaf and self._in_body:
            self._fail(Refusal("bad_request", "The body ended early.", "Send as many bytes as Content-Length says."))
            self._answer_next()
        self._is_deaf = True
        return self._is_at_work and not self._is_ended

    def pause_writing(self) -> None:
        """The caller does not take its answers."""
        self._is_taken = False

    def resume_writing(self) -> None:
        """It does again."""
        self._is_taken = True
        self._answer_next()

    def on_message_begin(self) -> None:
        """A request begins."""
        if self._is_told_again:
            return
        self._environ = dict(self._turns.base)
        self._address, self._body = b"", BytesIO()
        self._n_headers = self._n_head_bytes = self._n_beside = 0
        self._in_head = True
        self._since = time.monotonic()

    def on_url(self, part: bytes) -> None:
        """A part of the address."""
        if not self._is_told_again:
            self._address += part
        if len(self._address) > MOST_ADDRESS_BYTES:
            _refuse("The address is too long.", f"Send at most {MOST_ADDRESS_BYTES} bytes of it.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; several of one name are one (RFC 9110, 5.3)."""
        if self._is_told_again or self._is_deaf:
            return
        self._n_headers += 1
        self._count_head(len(name) + len(value))
        if self._in_body:  # behind the chunks of a body, where none may be that counts (RFC 9110, 6.5.1)
            return
        key = key_of(name) if len(name) < LONG_NAME else key_of.__wrapped__(name)
        text = value.decode("latin-1")
        if key in self._environ:
            if key == "HTTP_HOST":
                _refuse("The request has two hosts.", "Send the header Host once.")
            text = f"{self._environ[key]}{';' if key == 'HTTP_COOKIE' else ','}{text}"
        self._environ[key] = text

    def on_headers_complete(self) -> None:
        """See what is asked, and whether there is room for its body."""
        if self._is_told_again:
            self._is_told_again = False
            return
        if self._is_deaf:
            return
        environ = self._environ
        self._count_head(len(self._address))
        self._describe(environ)
        self._in_head, self._in_body = False, True
        is_chunked = "HTTP_TRANSFER_ENCODING" in environ
        self._announced = announced = int(environ.get("CONTENT_LENGTH") or 0)
        self._is_last = is_chunked or not self._parser.should_keep_alive()
        if announced > self._turns.most_body_bytes:
            self._hand_over(last=True)  # what answers refuses it by its length
        elif is_chunked or announced > SMALL_BYTES or (environ["QUERY_STRING"] and announced):
            self._take_place(environ)
        elif announced > TINY_BYTES:
            environ[LARGE] = True
        if "HTTP_EXPECT" in environ and self._in_body and not self._is_at_work:
            self._transport.write(CONTINUE)

    def on_body(self, part: bytes) -> None:
        """A part of the body; no more than a part over what the service takes is ever held."""
        if self._is_deaf:
            return
        self._body.write(part)
        if self._body.tell() > self._turns.most_body_bytes:
            self._hand_over(last=True)

    def on_message_complete(self) -> None:
        """The request is whole, unless the parser has taken its body for another protocol."""
        has_body = self._announced or "HTTP_TRANSFER_ENCODING" in self._environ
        if not self._is_deaf and not (has_body and self._parser.should_upgrade()):
            self._hand_over(last=self._is_last)

    def is_late(self, now: float, headers_s: float, body_s: float) -> bool:
        """Whether the caller keeps the service waiting for longer than it may."""
        if self._is_ended:
            return now - self._since > LINGER_S
        if self._is_at_work and self._is_taken:
            return False
        return now - self._since > (body_s if self._in_body or self._held else headers_s)

    def cut(self) -> None:
        """End it now."""
        self._transport.abort()

    def end_if_idle(self) -> None:
        """End it if nothing was asked; else its next answer is its last."""
        if not (self._in_head or self._in_body or self._held or self._is_at_work):
            self._transport.close()

    @property
    def _is_at_work(self) -> bool:
        return self._is_answering or bool(self._whole)

    def _parse(self, data: bytes) -> None:
        """Let the parser read what has come; what breaks HTTP is refused."""
        n_held = self._body.tell()
        try:
            self._read(data)
            if self._in_head or self._in_body:
                self._count_beside(len(data) - self._body.tell() + n_held)
        except httptools.HttpParserCallbackError as error:
            if not isinstance(error.__context__, Refusal):
                raise
            self._fail(error.__context__)
        except Refusal as refusal:
            self._fail(refusal)
        except httptools.HttpParserError:
            self._fail(Refusal("bad_request", "The request breaks HTTP/1.1.", "Send it as RFC 9112 has it."))

    def _read(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._decline(data[offer.args[0] :])

    def _decline(self, rest: bytes) -> None:
        """Go on in HTTP/1.1 where a caller offers another protocol (RFC 9110, 7.8).

        The parser takes what follows for the other protocol, so another one reads the body, told of its length alone.
        """
        self._parser = httptools.HttpRequestParser(self)
        self._is_told_again = self._in_body
        if self._in_body:
            is_chunked = "HTTP_TRANSFER_ENCODING" in self._environ
            length = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {self._announced}"
            rest = f"POST / HTTP/1.1\r\n{length}\r\n\r\n".encode() + rest
        self._read(rest)

    def _describe(self, environ: WSGIEnvironment) -> None:
        """What WSGI wants to know of a request, besides its headers."""
        address, version = self._address, self._parser.get_http_version()
        if whole := WHOLE_ADDRESS.fullmatch(address):
            environ["HTTP_HOST"], address = whole["host"].decode("latin-1"), b"/" + whole["path"].removeprefix(b"/")
        path, _, query = address.partition(b"?")
        if not path.startswith(b"/"):
            _refuse("The address is no path.", "Ask for a path of this service, such as /docs.")
        if version != "1.1" and "HTTP_TRANSFER_ENCODING" in environ:
            _refuse("HTTP/1.0 knows no chunks.", "Send the body with a Content-Length.")
        environ["PATH_INFO"] = (unquote_to_bytes(path) if b"%" in path else path).decode("latin-1")
        environ["QUERY_STRING"] = query.decode("latin-1")
        environ["REQUEST_METHOD"] = self._parser.get_method().decode()
        environ["SERVER_PROTOCOL"] = f"HTTP/{version}"
        environ["REMOTE_ADDR"] = self._peer

    def _count_head(self, n_bytes: int) -> None:
        """Refuse floods of headers."""
        self._n_head_bytes += n_bytes
        if self._n_head_bytes > MOST_HEAD_BYTES or self._n_headers > MOST_HEADERS:
            _refuse("The address and the headers are too long.", f"Send at most {MOST_HEAD_BYTES} bytes of them.")

    def _count_beside(self, n_bytes: int) -> None:
        """Refuse what never ends and is no body: a header, the sizes of tiny chunks, what stands behind them."""
        self._n_beside += n_bytes
        if self._n_beside > MOST_HEAD_BYTES + self._body.tell():
            _refuse("The request has too much beside its body.", "Send it with few headers, in chunks that are larger.")

    def _take_place(self, environ: WSGIEnvironment) -> None:
        if not self._turns.places:
            message = "Too many long requests are being sent or answered."
            self._fail(Refusal("busy", message, "Try again in a few seconds."))
            return
        self._turns.places -= 1
        environ[LONG] = True

    def _give_back(self, request: Mapping[str, Any] | Refusal) -> None:
        if isinstance(request, dict) and request.pop(LONG, False):
            self._turns.places += 1

    def _fail(self, refusal: Refusal) -> None:
        """Refuse what is being read, and read no more: as an answer to its path where that is known."""
        if self._is_deaf:
            return
        if self._in_body:
            self._hand_over(last=True, refusal=refusal)
        else:
            self._is_deaf, self._in_head = True, False
            self._whole.append(refusal)

    def _hand_over(self, *, last: bool, refusal: Refusal | None = None) -> None:
        """What was read is to be answered; nothing is read behind the last request."""
        environ = self._environ
        self._body.seek(0)
        environ["wsgi.input"] = self._body if refusal is None else _Broken(refusal)
        self._in_body = False
        self._is_deaf = self._is_deaf or last
        self._whole.append(environ)

    def _answer_next(self) -> None:
        while self._whole and self._is_taken and not self._is_answering:
            request = self._whole.popleft()
            if isinstance(request, Refusal):
                reply = json_reply(request.body(), request.status)
                lines = f"Content-Type: {reply.content_type}\r\nContent-Length: {len(reply.body)}\r\n"
                self._write(PHRASES[reply.status], lines, reply.body)
                return
            self._is_answering = True
            self._turns.answer(request, self._answered)
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
        last = not self._whole and (self._is_deaf or self._turns.is_ending)
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
        self._is_ended = self._is_deaf = True
        self._whole.clear()
        try:
            self._transport.write_eof()
            self._transport.resume_reading()
        except OSError:  # the caller is gone
            self._transport.abort()


class _Broken:
    """In place of a body that cannot be read."""

    def __init__(self, refusal: Refusal) -> None:
        self._refusal = refusal

    def read(self, n_bytes: int = -1) -> NoReturn:
        """Refuse."""
        raise self._refusal


def _refuse(message: str, hint: str) -> NoReturn:
    raise Refusal("bad_request", message, hint)
