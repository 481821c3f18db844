"""Who may ask, and the headers that keep answers where they belong."""

from __future__ import annotations

import re

from werkzeug.datastructures import Authorization

from mlwright.records.settings.serving import ServeSettings
from mlwright.shipping.serving.answered import as_lines
from mlwright.shipping.serving.calls import Call, Reply
from mlwright.shipping.serving.pace import Pace
from mlwright.shipping.serving.refusals import Refusal, shown
from mlwright.shipping.serving.settings import tokens_of

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
OPEN_PATHS = frozenset({"/health", "/ready"})
"""What an orchestrator asks; it needs no token and tells nothing about the model."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
PAGE_POLICY = (
    "script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; connect-src 'self'; form-action 'self'"
)
_DATA_HEADERS = (*HEADERS.items(), ("Content-Security-Policy", POLICY))
_DATA_LINES = as_lines(_DATA_HEADERS)

_host_and_port = re.compile(r"(\[[^\]]*\]|[^:]*)(?::\d*)?").fullmatch


class Guard:
    """Lets callers in.

    Without a token the service listens on this machine alone, and any page in a browser of this machine could
    reach it under a name of its own making (DNS rebinding): so the Host header must name this machine. With a
    token that is what counts.

    Parameters
    ----------
    settings : ServeSettings

    Raises
    ------
    SettingsError
        As in `tokens_of`.
    """

    def __init__(self, settings: ServeSettings) -> None:
        self._tokens = tokens_of(settings)
        self._behind_gate = settings.behind_gate
        self._pace = None if settings.max_per_s is None else Pace(settings.max_per_s / settings.workers)
        host = settings.host.casefold()
        self._last_host: str | None = None
        self._hosts = LOCAL_HOSTS | {f"[{host}]" if ":" in host else host}

    def check(self, call: Call) -> None:
        """Refuse who may not ask.

        Raises
        ------
        Refusal
            If the token is missing or wrong, the Host header is not of this machine, a page of another site asks, or
            more was asked than the service may be.
        """
        if self._tokens is None:
            if not self._behind_gate and (host := call.header("HTTP_HOST")) != self._last_host:
                self._check_host(host)
        elif not self._tokens.hold(_sent(Authorization.from_header(call.header("HTTP_AUTHORIZATION")))):
            raise Refusal("token", "The token is missing or wrong.", "Send the header  Authorization: Bearer TOKEN")
        if call.method == "POST" and _is_of_another_site(call):
            message = "A page of another site asked; only pages of this service may."
            raise Refusal("origin", message, "Ask from a program, or from the page of the service itself.")
        if call.method == "POST" and self._pace is not None and not self._pace.allows():
            raise Refusal("too_often", "More was asked than the service answers in a second.", "Ask again in a second.")

    def _check_host(self, header: str) -> None:
        match = _host_and_port(header)
        if match is None or match[1].casefold() not in self._hosts:
            raise Refusal(
                "host",
                f"The Host header is {shown(header)}; without a token this service answers to its own machine only.",
                "Use http://localhost, or start the service with a token.",
            )
        self._last_host = header


def _sent(given: Authorization | None) -> str:
    """A Bearer token, or the password that a browser asks a person for; empty if there is neither."""
    if given is None:
        return ""
    return (given.token if given.type == "bearer" else given.password if given.type == "basic" else None) or ""


def _is_of_another_site(call: Call) -> bool:
    """Whether a browser asks on behalf of a page that is not of this service (cross-site request forgery)."""
    if site := call.header("HTTP_SEC_FETCH_SITE"):
        return site not in ("same-origin", "none")
    origin = call.header("HTTP_ORIGIN")
    return bool(origin) and origin.partition("://")[2] != call.header("HTTP_HOST")


def page_headers(request_id: str, nonce: str, *, is_page: bool) -> dict[str, str]:
    """The headers of what the application answers; `nonce` is what the page's own script and style bear."""
    policy = f"{POLICY}; {PAGE_POLICY.format(nonce=nonce)}" if is_page else POLICY
    return HEADERS | {"X-Request-ID": request_id, "Content-Security-Policy": policy}


def data_headers(request_id: str, reply: Reply) -> list[tuple[str, str]]:
    """All headers of an answer that is no page."""
    return [
        ("Content-Type", reply.content_type),
        ("Content-Length", str(len(reply.body))),
        ("X-Request-ID", request_id),
        *_DATA_HEADERS,
        *reply.headers,
    ]


def data_lines(request_id: str, reply: Reply) -> str:
    """`data_headers` as they are sent."""
    own = f"Content-Type: {reply.content_type}\r\nContent-Length: {len(reply.body)}\r\nX-Request-ID: {request_id}\r\n"
    return f"{own}{_DATA_LINES}{as_lines(reply.headers)}" if reply.headers else own + _DATA_LINES
