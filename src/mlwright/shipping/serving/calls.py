"""A request as the service sees it, and what it answers; no framework, for every record passes here."""

from __future__ import annotations

import random
import re
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

import orjson
from werkzeug.wsgi import get_content_length, get_input_stream

from mlwright.shipping.serving.reading import read_body
from mlwright.shipping.serving.refusals import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

JSON = "application/json"
LONG = "mlwright.long"
"""The mark of a long request, in what WSGI knows of it."""

LARGE = "mlwright.large"
"""The mark of a request that is not long, but takes the time of several."""

WHOLE = "mlwright.whole"
"""There too: the body, where it has come whole, as long as was announced."""

ADMITTED = "mlwright.admitted"
"""There too: whether it was seen already that the caller may ask."""

LIMITS = "mlwright.limits"
"""There too: what its caller is told of how often it may ask."""

PHRASES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}

_usable_id = re.compile(r"[A-Za-z0-9._:-]{1,128}").fullmatch


class TakesLongError(Exception):
    """A request is a long one, which its head did not tell: it is to be answered beside the others."""


class Call:
    """One request.

    Parameters
    ----------
    environ : dict
        As WSGI hands it over.

    Attributes
    ----------
    path, method : str
    request_id : str
        The caller's own if it can be used, else a random one.
    began : float
        On `time.perf_counter`.
    rows : tuple of list and bool, or None
        The records of a body of CSV that was read already, and whether its first line names the columns.
    """

    __slots__ = ("_body", "_environ", "began", "method", "path", "request_id", "rows")

    def __init__(self, environ: WSGIEnvironment) -> None:
        self._environ = environ
        self._body: bytes | None = None
        self.rows: tuple[list[dict[str, Any]], bool] | None = None
        self.began = time.perf_counter()
        self.path: str = environ["PATH_INFO"]
        self.method: str = environ["REQUEST_METHOD"]
        given = environ.get("HTTP_X_REQUEST_ID") or environ.get("HTTP_X_AMZN_SAGEMAKER_INFERENCE_ID") or ""
        self.request_id = given if given and _usable_id(given) else random_id()

    def header(self, name: str) -> str:
        """A header by its name in the environment (``HTTP_HOST``); empty if it is not there."""
        found: str = self._environ.get(name, "")
        return found

    @property
    def limits(self) -> tuple[tuple[str, str], ...]:
        """Headers that say how often may be asked; they stay with a request that is put aside."""
        found: tuple[tuple[str, str], ...] = self._environ.get(LIMITS, ())
        return found

    @limits.setter
    def limits(self, headers: tuple[tuple[str, str], ...]) -> None:
        self._environ[LIMITS] = headers

    @property
    def options(self) -> dict[str, str]:
        """What the address says after its question mark."""
        query = self.header("QUERY_STRING")
        return dict(parse_qsl(query, keep_blank_values=True)) if query else {}

    def take_long(self) -> None:
        """See that it is answered where long requests are.

        Raises
        ------
        TakesLongError
            If it is not.
        """
        if LONG not in self._environ:
            raise TakesLongError

    @property
    def is_chunked(self) -> bool:
        """Whether the body comes in pieces, without its length beforehand."""
        return "HTTP_TRANSFER_ENCODING" in self._environ

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in small letters; empty if there is none."""
        said = self.header("CONTENT_TYPE")
        return said if said == JSON else said.partition(";")[0].strip().lower()

    def body(self, max_bytes: int) -> bytes:
        """What was sent.

        Raises
        ------
        Refusal
            If it is longer than the service takes, or packed.
        """
        if self._body is None:
            encoding = self._environ.get("HTTP_CONTENT_ENCODING")
            if encoding and encoding.strip().lower() not in ("", "identity"):
                raise Refusal("packed", "The body is packed (Content-Encoding).", "Send it as it is.")
            whole: bytes | None = self._environ.get(WHOLE)
            if whole is not None and len(whole) <= max_bytes:
                self._body = whole
                return whole
            announced = self._environ.get("CONTENT_LENGTH") or ""
            if announced.isdecimal() and not self.is_chunked:
                self._body = read_body(self._environ["wsgi.input"], int(announced), max_bytes)
            else:
                self._body = read_body(get_input_stream(self._environ), get_content_length(self._environ), max_bytes)
                if self.is_chunked and not self._body:
                    message = "The body is empty, or its first chunk is none."
                    raise Refusal("bad_request", message, "Send it with a Content-Length.")
        return self._body


def random_id() -> str:
    """An id for a request that brings none; no secret, and the system's own numbers would let other threads in."""
    return f"{random.getrandbits(64):016x}"


class Reply(NamedTuple):
    """What is answered.

    Parameters
    ----------
    body : bytes
    status : int
    content_type : str
    headers : tuple of (str, str)
        Those that no other answer has.
    """

    body: bytes
    status: int = 200
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


def json_reply(content: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """An answer in JSON."""
    return Reply(orjson.dumps(content), status, JSON, headers)
