"""The tokens that callers must send: several at a time, so that one can be replaced while the other still holds."""

from __future__ import annotations

import hmac
import logging
import os
from pathlib import Path

from mlwright.core.errors import SettingsError

log = logging.getLogger("mlwright.serving")

TOKEN_MIN_LENGTH = 16
MAKE = "openssl rand -hex 32"


class Tokens:
    """The tokens of a service.

    Parameters
    ----------
    source : str
        ``env:NAME``: a variable that holds one token, or several with commas between them. ``file:PATH``: a file with
        one token a line; it is read again whenever it has changed, so that rotating tokens needs no restart. A file
        that cannot be used then changes nothing, and the log says so.

    Raises
    ------
    SettingsError
        If tokens are written out, are not there, or can be guessed.
    """

    def __init__(self, source: str) -> None:
        self._kind, _, self._name = source.partition(":")
        if self._kind not in ("env", "file") or not self._name:
            raise SettingsError(
                "The token of the service is written out; it must be named, as env:NAME or file:PATH.",
                f"export MLWRIGHT_TOKEN=$({MAKE})   and pass --token env:MLWRIGHT_TOKEN",
            )
        self._stamp: tuple[int, ...] | None = self._changed()
        self._tokens = self._read()

    @property
    def first(self) -> str:
        """The one to send, for who asks a service."""
        return self._tokens[0].decode()

    def held(self, sent: str) -> bytes | None:
        """The one of them that was sent; takes as long whichever it is, and whether it is one or not."""
        if self._kind == "file" and (stamp := self._changed()) != self._stamp:
            self._renew(stamp)
        given = sent.encode("utf-8", "replace")
        found = [token for token in self._tokens if hmac.compare_digest(given, token)]
        return found[0] if found else None

    def _renew(self, stamp: tuple[int, ...] | None) -> None:
        """Read a changed file; as long as it holds no usable token those before are kept."""
        self._stamp = stamp
        try:
            self._tokens = self._read()
        except SettingsError as error:
            log.error("%s Those before are taken as ever, also any that was to end.", error.message)

    def _changed(self) -> tuple[int, ...] | None:
        try:
            state = Path(self._name).stat() if self._kind == "file" else None
        except OSError:
            return None
        return (state.st_mtime_ns, state.st_ino, state.st_size) if state else None

    def _read(self) -> tuple[bytes, ...]:
        if self._kind == "env":
            text, place = os.environ.get(self._name, ""), f"the variable {self._name}"
            make = f"export {self._name}=$({MAKE})"
        else:
            text, place = _content(self._name), f"the file {self._name}"
            make = f"{MAKE} > {self._name}"
        found = [token.strip() for token in text.replace("\n", ",").split(",") if token.strip()]
        if not found:
            raise SettingsError(f"The token of the service should be in {place}, which holds none.", make)
        for n, token in enumerate(found, 1):
            _refuse_weak(token, f"Token {n} of {len(found)} in {place}", make)
        return tuple(token.encode() for token in found)


def _content(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = "is no text" if isinstance(error, UnicodeDecodeError) else f"cannot be read ({error.strerror})"
        raise SettingsError(f"The file {path}, which should hold tokens, {why}.", f"{MAKE} > {path}") from None


def _refuse_weak(token: str, which: str, make: str) -> None:
    if not token.isascii() or not token.isprintable() or " " in token:
        raise SettingsError(f"{which} has characters that cannot be sent.", f"{make}   (letters and digits alone)")
    if len(token) < TOKEN_MIN_LENGTH:
        raise SettingsError(
            f"{which} can be guessed: it has {len(token)} characters.", f"{make}   (at least {TOKEN_MIN_LENGTH})"
        )
