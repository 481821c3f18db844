"""Requests as they come in: what one caller sends, read by a parser of HTTP/1.1 into what WSGI has of a request.

The parser is that of Node.js (llhttp). What could be read in two ways is refused and ends the connection: no request
can hide behind another one (request smuggling), be it by two lengths, by chunks or by a header over two lines.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import unquote_to_bytes

import httptools

from mlwright.shipping.serving.calls import LARGE, LONG
from mlwright.shipping.serving.heads import LONG_NAME, key_of
from mlwright.shipping.serving.refusals import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from mlwright.shipping.serving.turns import Turns

MOST_HEADERS = 100
MOST_ADDRESS_BYTES = 64_000
MOST_HEAD_BYTES = 128_000
"""Of an address and the headers together, and of what frames a body in chunks."""

SMALL_BYTES = 64_000
"""Longer bodies are long requests, as are those in chunks, and those that ask for more than answers (see `Turns`)."""

TINY_BYTES = 4_000
"""Longer bodies are large requests: several records, as a rule."""

WHOLE_ADDRESS = re.compile(rb"https?://(?P<host>[^/?#@]+)(?P<path>(?:[/?].*)?)", re.IGNORECASE)
"""How proxies are asked, and what servers have to take (RFC 9112, 3.2.2); its host goes before the header."""


class Incoming:
    """Reads the requests of one caller.

    Parameters
    ----------
    turns : Turns
        What all connections share.
    peer : str
        The address of the caller.
    came : callable
        Told of each request that is whole, and of the refusal of one whose path is not known yet.
    awaited : callable
        Told when a caller wants to hear that its body is awaited before it sends it.

    Attributes
    ----------
    in_head, in_body : bool
        Whether a request is begun, and how far it has come.
    is_deaf : bool
        Whether nothing more is read.
    environ : dict
        Of the request that is read, or was read last.
    since : float
        When it began, on `time.monotonic`.
    has_offered : bool
        Whether it offered to go on in another protocol.
    """

    def __init__(
        self, turns: Turns, peer: str, came: Callable[[WSGIEnvironment | Refusal], None], awaited: Callable[[], None]
    ) -> None:
        self._turns, self._peer, self._came, self._awaited = turns, peer, came, awaited
        self._parser = httptools.HttpRequestParser(self)
        self._body = BytesIO()
        self._is_last = self._is_told_again = False
        self.in_head = self.in_body = self.is_deaf = self.has_offered = False
        self.environ: WSGIEnvironment = {}
        self.since = 0.0

    def read(self, data: bytes) -> None:
        """Read what has come; what breaks HTTP is refused."""
        before, n_held = self._body, self._body.tell()
        try:
            self._parse(data)
            if self.in_head or self.in_body:
                n_new = self._body.tell() - (n_held if self._body is before else 0)
                self._count_beside(len(data) - n_new)
        except httptools.HttpParserCallbackError as error:
            if not isinstance(error.__context__, Refusal):
                raise
            self.refuse(error.__context__)
        except Refusal as refusal:
            self.refuse(refusal)
        except httptools.HttpParserError:
            self.refuse(Refusal("bad_request", "The request breaks HTTP/1.1.", "Send it as RFC 9112 has it."))

    def refuse(self, refusal: Refusal) -> None:
        """Refuse what is being read, and read no more: as an answer to its path where that is known."""
        if self.is_deaf:
            return
        if self.in_body:
            self._hand_over(last=True, refusal=refusal)
        else:
            self.is_deaf, self.in_head = True, False
            self._came(refusal)

    @property
    def n_body_bytes(self) -> int:
        """The length of the body that was read last."""
        return self._body.getbuffer().nbytes

    def on_message_begin(self) -> None:
        """A request begins."""
        if self._is_told_again:
            return
        self.environ = dict(self._turns.base)
        self._address, self._body = b"", BytesIO()
        self._n_headers = self._n_head_bytes = self._n_beside = 0
        self.in_head, self.has_offered = True, False
        self.since = time.monotonic()

    def on_url(self, part: bytes) -> None:
        """A part of the address."""
        if not self._is_told_again:
            self._address += part
        if len(self._address) > MOST_ADDRESS_BYTES:
            _refuse("The address is too long.", f"Send at most {MOST_ADDRESS_BYTES} bytes of it.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; several of one name are one (RFC 9110, 5.3)."""
        if self._is_told_again or self.is_deaf:
            return
        self._n_headers += 1
        self._count_head(len(name) + len(value))
        if self.in_body:  # behind the chunks of a body, where none may be that counts (RFC 9110, 6.5.1)
            return
        key = key_of(name) if len(name) < LONG_NAME else key_of.__wrapped__(name)
        text = value.decode("latin-1")
        if key in self.environ:
            if key == "HTTP_HOST":
                _refuse("The request has two hosts.", "Send the header Host once.")
            text = f"{self.environ[key]}{';' if key == 'HTTP_COOKIE' else ','}{text}"
        self.environ[key] = text

    def on_headers_complete(self) -> None:
        """See what is asked, and whether there is room for its body."""
        if self._is_told_again:
            self._is_told_again = False
            return
        if self.is_deaf:
            return
        environ = self.environ
        self._count_head(len(self._address))
        self._describe(environ)
        self.in_head, self.in_body = False, True
        is_chunked = "HTTP_TRANSFER_ENCODING" in environ
        self._announced = announced = int(environ.get("CONTENT_LENGTH") or 0)
        self._is_last = is_chunked or not self._parser.should_keep_alive()
        if announced > self._turns.most_body_bytes:
            self._hand_over(last=True)  # what answers refuses it by its length
        elif is_chunked or announced > SMALL_BYTES or (environ["QUERY_STRING"] and announced):
            self._take_place(environ)
        elif announced > TINY_BYTES:
            environ[LARGE] = True
        if self.in_body and environ["SERVER_PROTOCOL"] == "HTTP/1.1" and _waits_to_be_asked(environ):
            self._awaited()

    def on_body(self, part: bytes) -> None:
        """A part of the body; no more than a part over what the service takes is ever held."""
        if self.is_deaf:
            return
        self._body.write(part)
        if self._body.tell() > self._turns.most_body_bytes:
            self._hand_over(last=True)

    def on_message_complete(self) -> None:
        """The request is whole, unless the parser has taken its body for another protocol."""
        has_body = self._announced or "HTTP_TRANSFER_ENCODING" in self.environ
        if not self.is_deaf and not (has_body and self._parser.should_upgrade()):
            self._hand_over(last=self._is_last)

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._decline(data[offer.args[0] :])

    def _decline(self, rest: bytes) -> None:
        """Go on in HTTP/1.1 where a caller offers another protocol (RFC 9110, 7.8).

        The parser takes what follows for the other protocol, so another one reads the body, told of its length alone.
        """
        self._parser, self.has_offered = httptools.HttpRequestParser(self), True
        self._is_told_again = self.in_body
        if self.in_body:
            is_chunked = "HTTP_TRANSFER_ENCODING" in self.environ
            length = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {self._announced}"
            rest = f"POST / HTTP/1.1\r\n{length}\r\n\r\n".encode() + rest
        self._parse(rest)

    def _describe(self, environ: WSGIEnvironment) -> None:
        """What WSGI wants to know of a request, besides its headers."""
        address, version = self._address, self._parser.get_http_version()
        if whole := WHOLE_ADDRESS.fullmatch(address):
            environ["HTTP_HOST"], address = whole["host"].decode("latin-1"), b"/" + whole["path"].removeprefix(b"/")
        path, _, query = address.partition(b"?")
        if not path.startswith(b"/"):
            _refuse("The address is no path.", "Ask for a path of this service, such as /docs.")
        if version == "1.1" and "HTTP_HOST" not in environ:
            _refuse("The request names no host.", "Send the header Host, as RFC 9112, 3.2 wants it.")
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
            self.refuse(busy())
            return
        self._turns.places -= 1
        environ[LONG] = True

    def _hand_over(self, *, last: bool, refusal: Refusal | None = None) -> None:
        """What was read is to be answered; nothing is read behind the last request."""
        self._body.seek(0)
        self.environ["wsgi.input"] = self._body if refusal is None else Broken(refusal)
        self.in_body = False
        self.is_deaf = self.is_deaf or last
        self._came(self.environ)


class Broken:
    """In place of a body that cannot be read."""

    def __init__(self, refusal: Refusal) -> None:
        self._refusal = refusal

    def read(self, n_bytes: int = -1) -> NoReturn:
        """Refuse."""
        raise self._refusal


def busy() -> Refusal:
    """Of a long request for which there is no room."""
    return Refusal("busy", "Too many long requests are being sent or answered.", "Try again in a few seconds.")


def _waits_to_be_asked(environ: WSGIEnvironment) -> bool:
    """Whether a caller sends its body only once it is told to (RFC 9110, 10.1.1), or soon after all the same."""
    expected: str = environ.get("HTTP_EXPECT", "")
    return expected.lower() == "100-continue"


def _refuse(message: str, hint: str) -> NoReturn:
    raise Refusal("bad_request", message, hint)
