"""Who may ask, and the headers that keep answers where they belong."""

from __future__ import annotations

import hmac
import re

from flask import Request, Response
from werkzeug.datastructures import Authorization

from mlwright.shipping.serving.refusals import Refusal, shown
from mlwright.shipping.serving.settings import ServiceSettings

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
OPEN_PATHS = frozenset({"/health", "/ready"})
"""What an orchestrator asks; it needs no token and tells nothing about the model."""

HEADERS = {
    "Server": "",  # the server adds its own name and product where there is none
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
PAGE_POLICY = (
    "script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; connect-src 'self'; form-action 'self'"
)

_host_and_port = re.compile(r"(\[[^\]]*\]|[^:]*)(?::\d*)?").fullmatch


class Guard:
    """Lets callers in.

    Without a token the service listens on this machine alone, and any page in a browser of this machine could
    reach it under a name of its own making (DNS rebinding): so the Host header must name this machine. With a
    token that is what counts.

    Parameters
    ----------
    settings : ServiceSettings

    Raises
    ------
    SettingsError
        As in `ServiceSettings.secret`.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self._token = settings.secret()
        host = settings.host.casefold()
        self._hosts = LOCAL_HOSTS | {f"[{host}]" if ":" in host else host}

    @property
    def needs_token(self) -> bool:
        """Whether callers must send a token."""
        return self._token is not None

    def check(self, request: Request) -> None:
        """Refuse who may not ask.

        Raises
        ------
        Refusal
            If the token is missing or wrong, or the Host header is not of this machine.
        """
        if request.path in OPEN_PATHS:
            return
        if self._token is None:
            self._check_host(request.headers.get("Host", ""))
        elif not _is_token(request.authorization, self._token):
            raise Refusal("token", "The token is missing or wrong.", "Send the header  Authorization: Bearer TOKEN")

    def _check_host(self, header: str) -> None:
        match = _host_and_port(header)
        if match is None or match[1].casefold() not in self._hosts:
            raise Refusal(
                "host",
                f"The Host header is {shown(header)}; without a token this service answers to its own machine only.",
                "Use http://localhost, or start the service with a token.",
            )


def _is_token(given: Authorization | None, token: str) -> bool:
    """Whether a Bearer token, or the password that a browser asks a person for, is the token."""
    if given is None:
        return False
    sent = given.token if given.type == "bearer" else given.password if given.type == "basic" else None
    return hmac.compare_digest((sent or "").encode("utf-8", "replace"), token.encode())


def add_headers(response: Response, request_id: str, nonce: str) -> None:
    """The headers that every answer bears; `nonce` is what the page's own script and style bear."""
    policy = f"{POLICY}; {PAGE_POLICY.format(nonce=nonce)}" if response.mimetype == "text/html" else POLICY
    own = {"X-Request-ID": request_id, "Content-Security-Policy": policy}
    response.headers.extend(HEADERS | own)
