"""Answers, whole, as they are sent; those of a WSGI application too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


class Answered(NamedTuple):
    """An answer.

    Parameters
    ----------
    status : str
        ``200 OK``.
    lines : str
        The headers, each with the end of its line.
    body : bytes
    """

    status: str
    lines: str
    body: bytes


Answers = Callable[[Sequence["WSGIEnvironment"]], "list[Answered | None]"]
"""Answers requests that wait at the same moment, each as if it had come alone; None of one that proves a long one."""


def as_lines(headers: Iterable[tuple[str, str]]) -> str:
    """Headers as they are sent."""
    return "".join([f"{name}: {value}\r\n" for name, value in headers])


def answered_by(application: WSGIApplication, environ: WSGIEnvironment) -> Answered:
    """What a WSGI application answers."""
    told: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], *rest: object) -> Callable[[bytes], object]:
        told.append((status, headers))
        return lambda data: None

    parts = application(environ, start)
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    status, headers = told[-1]
    return Answered(status, as_lines(headers), body)
