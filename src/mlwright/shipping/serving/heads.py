"""Heads of requests that come again byte for byte, as those of a caller who keeps its connection do.

A request that came alone, at once or its head before its body, and was read by the parser without objection, leaves
what its head means; the same bytes before a body of the announced length mean the same, and are not read again. Many
clients send the head first (Python's `http.client` and what is built on it): one that is known waits for its body.
Whatever is special about a request
(chunks, an offer of another protocol, the last one of its connection, one that is begun or followed by another) is
left to the parser.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from mlwright.shipping.serving.calls import LONG, WHOLE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MOST_HEADS = 256
LONGEST_HEAD = 2048
"""Longer ones are read again; those that are kept take a few megabytes at most."""

LONG_NAME = 64
"""Longer names of headers are not remembered."""

END = b"\r\n\r\n"
SPECIAL = frozenset({LONG, "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT", "HTTP_UPGRADE"})
_UNMARKED = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}


class _Head(NamedTuple):
    """What WSGI knows of a request by its head, and the length of the body."""

    environ: WSGIEnvironment
    n_body: int


class Heads:
    r"""What heads mean that were read before; those of all connections of a process.

    Examples
    --------
    >>> heads = Heads()
    >>> heads.keep(b"GET / HTTP/1.1\r\n\r\n", 0, {"PATH_INFO": "/", "wsgi.input": BytesIO()})
    >>> heads.request(b"GET / HTTP/1.1\r\n\r\n")["PATH_INFO"]
    '/'
    >>> heads.request(b"GET / HTTP/1.1\r\n\r\nmore")
    """

    def __init__(self) -> None:
        self._known: dict[bytes, _Head] = {}

    def request(self, data: bytes) -> WSGIEnvironment | None:
        """The request that these bytes are, no more and no less; None if the parser must say so."""
        n_head = data.find(END) + len(END)
        head = self._known.get(data[:n_head])
        if head is None or len(data) != n_head + head.n_body:
            return None
        environ = head.environ.copy()
        environ[WHOLE] = body = data[n_head:]
        environ["wsgi.input"] = BytesIO(body)
        return environ

    def awaits_body(self, data: bytes) -> bool:
        """Whether these bytes are a head that was read before, of a request that has a body."""
        head = self._known.get(data)
        return head is not None and head.n_body > 0

    def keep(self, data: bytes, n_body: int, environ: WSGIEnvironment) -> None:
        """Remember the head of the one request that these bytes were, with a body of that length."""
        n_head = data.find(END) + len(END)
        if n_head != len(data) - n_body or n_head > LONGEST_HEAD or not SPECIAL.isdisjoint(environ):
            return
        if len(self._known) == MOST_HEADS:
            del self._known[next(iter(self._known))]
        known = environ.copy()
        del known["wsgi.input"]
        self._known[data[:n_head]] = _Head(known, n_body)


@lru_cache(maxsize=256)
def key_of(name: bytes) -> str:
    """Under which name WSGI has a header; one that could pass for another, ``X_A`` for ``X-A``, has one of its own."""
    lower = name.lower()
    if b"_" in lower:
        return f"mlwright.header.{lower.decode('latin-1')}"
    return _UNMARKED.get(lower) or "HTTP_" + lower.decode("latin-1").upper().replace("-", "_")
