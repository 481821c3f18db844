"""What the service may be told."""

from __future__ import annotations

import ipaddress
import os

from pydantic import Field

from mlwright.core.errors import SettingsError
from mlwright.core.record import Settings
from mlwright.shipping.serving.tokens import Tokens

KEY_MIN_LENGTH = 16


class LogSettings(Settings):
    """What is kept of what was asked and answered.

    Parameters
    ----------
    folder : str
        Where; None keeps nothing.
    left_out, hashed : tuple of str
        Inputs of which nothing is kept, or only a keyed hash: equal values stay equal, and nothing else is told.
    hash_key : str
        ``env:NAME``: the variable that holds the key of the hashes.
    max_bytes : int
        Of the predictions, and of the outcomes; the oldest segments are removed first.
    """

    folder: str | None = None
    left_out: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()
    hash_key: str | None = None
    max_bytes: int = Field(default=1_000_000_000, ge=1)

    def secret_key(self) -> bytes:
        """The key of the hashes, from the environment.

        Raises
        ------
        SettingsError
            If it is not named, not set, or so short that it can be guessed.
        """
        kind, _, name = (self.hash_key or "").partition(":")
        key = os.environ.get(name, "") if kind == "env" else ""
        if len(key) < KEY_MIN_LENGTH:
            raise SettingsError(
                f"Hashing {', '.join(self.hashed)} needs a key of at least {KEY_MIN_LENGTH} characters.",
                "export MLWRIGHT_HASH_KEY=$(openssl rand -hex 32)   and pass --hash-key env:MLWRIGHT_HASH_KEY",
            )
        return key.encode()


class ServiceSettings(Settings):
    """How the service listens, and what it takes.

    Parameters
    ----------
    host : str
        The address to listen on. Beyond this machine a token is needed.
    port : int
        0 for any free one.
    workers : int
        Processes that answer.
    token : str
        ``env:NAME`` or ``file:PATH``: where the tokens are of which callers must send one; see `Tokens`.
    max_body_bytes : int
        Longer bodies are refused before they are read to their end.
    max_records : int
        More records in one request are refused.
    max_per_s : float
        More requests with a body are refused, of all callers together; None for as many as the machine bears.
    log : LogSettings
        What is kept of what was asked and answered.
    shadow : str
        The folder of another bundle, which answers the same requests unseen; its answers go into the log.
    behind_gate : bool
        Whether something in front, such as a cloud platform, lets only those through who may ask, so that no token
        is needed beyond this machine.
    require_signature : str
        A public key of minisign, its file, or ``env:NAME``: only bundles that its holder signed are served.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=256)
    token: str | None = None
    max_body_bytes: int = Field(default=10_000_000, ge=1)
    max_records: int = Field(default=10_000, ge=1)
    max_per_s: float | None = Field(default=None, gt=0)
    log: LogSettings = LogSettings()
    shadow: str | None = None
    behind_gate: bool = False
    require_signature: str | None = None

    def tokens(self) -> Tokens | None:
        """The tokens that let callers in; None if they need none.

        Raises
        ------
        SettingsError
            If they cannot be used, or the service listens beyond this machine without one and without a gate.
        """
        if self.token is not None:
            return Tokens(self.token)
        if not is_loopback(self.host) and not self.behind_gate:
            raise _without_token(self.host)
        return None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a service that listens on `host`.

    >>> is_loopback("localhost"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _without_token(host: str) -> SettingsError:
    return SettingsError(
        f"The service would listen on {host}, which others can reach, and ask for no token.",
        "export MLWRIGHT_TOKEN=$(openssl rand -hex 32)   and type: "
        f"mlwright serve MODEL --host {host} --token env:MLWRIGHT_TOKEN   (or --behind-gate, if a gate in front asks)",
    )
