"""Who may ask, and the headers that keep answers where they belong."""

from __future__ import annotations

import math
import re
import secrets
from pathlib import Path

from werkzeug.datastructures import Authorization

from mlwright.records.settings.serving import ServeSettings
from mlwright.shipping.serving.answered import as_lines
from mlwright.shipping.serving.calls import Call, Reply
from mlwright.shipping.serving.pace import KEY_BYTES, Callers, Pace, limit
from mlwright.shipping.serving.refusals import Refusal, shown
from mlwright.shipping.serving.settings import tokens_of

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
OPEN_PATHS = frozenset({"/health", "/ready"})
"""What an orchestrator asks; it needs no token and tells nothing about the model."""

EACH, ALL = "caller", "all"
"""How the paces are called, in the headers too."""

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
    shared : Path, optional
        A folder of the processes of one service, which count together what they are asked.
    key : bytes, optional
        By which they know callers; see `pace.Callers`. Default: one of its own.

    Raises
    ------
    SettingsError
        As in `tokens_of`.
    """

    def __init__(self, settings: ServeSettings, shared: Path | None = None, key: bytes | None = None) -> None:
        self._tokens = tokens_of(settings)
        self._behind_gate = settings.behind_gate
        self._paces = _paces(settings, shared)
        self._callers = Callers(secrets.token_bytes(KEY_BYTES) if key is None else key)
        self._policy = ", ".join(pace.policy(name) for name, pace in self._paces)
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
        token: bytes | None = None
        if self._tokens is None:
            if not self._behind_gate and (host := call.header("HTTP_HOST")) != self._last_host:
                self._check_host(host)
        elif (token := self._tokens.held(_sent(Authorization.from_header(call.header("HTTP_AUTHORIZATION"))))) is None:
            raise Refusal("token", "The token is missing or wrong.", "Send the header  Authorization: Bearer TOKEN")
        if call.method == "POST" and _is_of_another_site(call):
            message = "A page of another site asked; only pages of this service may."
            raise Refusal("origin", message, "Ask from a program, or from the page of the service itself.")
        if call.method == "POST" and self._paces:
            self._keep_pace(call, token)

    def _keep_pace(self, call: Call, token: bytes | None) -> None:
        """Count a request of whom the token belongs to, else of its address; the caller is told what is left."""
        caller, told = self._callers.number(token or call.header("REMOTE_ADDR")), []
        for name, pace in self._paces:
            taken = pace.take(caller if name == EACH else 1)
            told.append(limit(name, taken))
            call.limits = (("RateLimit-Policy", self._policy), ("RateLimit", ", ".join(told)))
            if not taken.is_allowed:
                who = "This caller asked" if name == EACH else "All callers together asked"
                wait_s = max(1, math.ceil(taken.rest_s))
                message = f"{who} more than {pace.per_s:g} times a second."
                raise Refusal("too_often", message, f"Ask again in {wait_s} s.", wait_s=wait_s)

    def _check_host(self, header: str) -> None:
        match = _host_and_port(header)
        if match is None or match[1].casefold() not in self._hosts:
            raise Refusal(
                "host",
                f"The Host header is {shown(header)}; without a token this service answers to its own machine only.",
                "Use http://localhost, or start the service with a token.",
            )
        self._last_host = header


def _paces(settings: ServeSettings, shared: Path | None) -> list[tuple[str, Pace]]:
    """How often may be asked; a caller that asks too often takes nothing from the others."""
    found = []
    if settings.max_per_s_each is not None:
        found.append((EACH, Pace(settings.max_per_s_each, shared=shared and shared / "pace-each")))
    if settings.max_per_s is not None:
        found.append((ALL, Pace(settings.max_per_s, 1, shared and shared / "pace-all")))
    return found


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
