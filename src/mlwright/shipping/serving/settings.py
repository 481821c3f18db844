"""What the service was told, made ready for use: its tokens, the key of its hashes, whom it can be reached by."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from mlwright.core.errors import SettingsError
from mlwright.records.settings.serving import LogSettings, ServeSettings
from mlwright.shipping.serving.tokens import Tokens

KEY_MIN_LENGTH = 16


def settings_of(given: Mapping[str, Any], base: ServeSettings | None = None) -> ServeSettings:
    """Settings from plain values, over those of `base`; None and what is not named stay as they are there.

    Raises
    ------
    SettingsError
        If a value cannot be used.
    """
    known = (base or ServeSettings()).model_dump()
    try:
        return ServeSettings.model_validate(_over(known, given))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise SettingsError(
            f"{name} is not usable: {first['msg']} (found {first['input']!r}).", f"Mend {name}."
        ) from None


def _over(known: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: value for name, value in given.items() if value is not None}
    return {**known, **{k: _over(known[k], v) if isinstance(v, Mapping) else v for k, v in named.items()}}


def tokens_of(settings: ServeSettings) -> Tokens | None:
    """The tokens that let callers in; None if they need none.

    Raises
    ------
    SettingsError
        If they cannot be used, or the service listens beyond this machine without one and without a gate.
    """
    if settings.token is not None:
        return Tokens(settings.token)
    if not is_loopback(settings.host) and not settings.behind_gate:
        raise _without_token(settings.host)
    return None


def secret_key(settings: LogSettings) -> bytes:
    """The key of the hashes, from the environment.

    Raises
    ------
    SettingsError
        If it is not named, not set, or so short that it can be guessed.
    """
    kind, _, name = (settings.hash_key or "").partition(":")
    key = os.environ.get(name, "") if kind == "env" else ""
    if len(key) < KEY_MIN_LENGTH:
        raise SettingsError(
            f"Hashing {', '.join(settings.hashed)} needs a key of at least {KEY_MIN_LENGTH} characters.",
            "export MLWRIGHT_HASH_KEY=$(openssl rand -hex 32)   and pass --hash-key env:MLWRIGHT_HASH_KEY",
        )
    return key.encode()


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
