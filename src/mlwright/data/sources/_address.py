"""The address of a database: a URL whose secrets stand in environment variables and are never shown.

``postgresql://ann:env:SHOP_PASSWORD@host/shop`` names the variable that holds the password; ``env:SHOP_URL`` names
the one that holds the whole URL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from mlwright.core.errors import SourceRefused
from mlwright.data.sources._files import find_file

REDACTED = "***"
EXAMPLE = "postgresql://user:env:DB_PASSWORD@host/database"
_SECRET_KEY = re.compile(r"pass|pwd|secret|token|credential|apikey|api_key|access_key", re.IGNORECASE)
_DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


@dataclass(frozen=True)
class Address:
    """Where a database is.

    Parameters
    ----------
    url : sqlalchemy.engine.URL
        With its secrets; not for people.
    shown : str
        For people.
    secrets : tuple of str
        What must not be seen in any message.
    """

    url: URL = field(repr=False)
    shown: str
    secrets: tuple[str, ...] = field(repr=False)

    def redact(self, text: str) -> str:
        """A text without the secrets, for messages that come from the database or its driver."""
        for secret in self.secrets:
            text = text.replace(secret, REDACTED)
        return text

    def sqlite_file(self) -> Path:
        """The file of an SQLite database, which must exist."""
        if not self.url.database or self.url.database == ":memory:":
            raise SourceRefused(f"{self.shown} names no file.", "Write it like sqlite:///shop.db")
        return find_file(self.url.database.removeprefix("file:").partition("?")[0])


def find_address(location: str, environment: Mapping[str, str]) -> Address:
    """Read a location and fill in its secrets.

    Raises
    ------
    SourceRefused
        If a secret is written into the location, a variable is not set, or it is no URL of a database.
    """
    if location.startswith("env:"):
        return _whole_from_environment(location, environment)
    if "://" not in location:
        return Address(URL.create("sqlite", database=str(Path(location).expanduser())), location, ())
    url = _parsed(location, shown_address(location))
    if url.password and not str(url.password).startswith("env:"):
        raise _written_down(location, "a password")
    secrets: list[str] = []
    if url.password:
        secrets.append(_from_environment(str(url.password), environment))
        url = url.set(password=secrets[-1])
    return Address(_with_driver(_filled(url, location, environment, secrets)), location, _worth_hiding(secrets))


def shown_address(location: str) -> str:
    """A location for people: whatever could be a secret is hidden, names of variables are not.

    >>> shown_address("postgresql://ann:hunter2@host/shop")
    'postgresql://ann:***@host/shop'
    >>> shown_address("postgresql://ann:env:SHOP_PASSWORD@host/shop")
    'postgresql://ann:env:SHOP_PASSWORD@host/shop'
    """
    scheme, mark, rest = location.partition("://")
    if not mark:
        return location
    user_part, at, place = rest.rpartition("@")
    user, colon, password = user_part.partition(":")
    if colon and not re.fullmatch(r"env:\w+", password):
        user_part = f"{user}:{REDACTED}"
    place = re.sub(
        r"([?&])([^=&]+)=([^&]*)",
        lambda found: f"{found[1]}{found[2]}={REDACTED if _is_bare_secret(found[2], found[3]) else found[3]}",
        place,
    )
    return f"{scheme}://{user_part}{at}{place}"


def _whole_from_environment(location: str, environment: Mapping[str, str]) -> Address:
    value = _from_environment(location, environment)
    if "://" not in value:
        raise SourceRefused(f"{location} holds no URL of a database.", f"Write it like {EXAMPLE}")
    url = _parsed(value, location)
    inside = [str(url.password or ""), *(str(item) for key, item in url.query.items() if _SECRET_KEY.search(key))]
    return Address(_with_driver(url), location, _worth_hiding([value, *inside]))


def _parsed(text: str, shown: str) -> URL:
    authority = re.split(r"[/?]", text.partition("://")[2], maxsplit=1)[0]
    url = None
    if authority.count("@") <= 1:
        try:
            url = make_url(text)
        except (ArgumentError, ValueError):
            url = None
    if url is None or "@" in (url.database or ""):
        raise SourceRefused(
            f"{shown} is no URL of a database that can be understood.",
            f"Write it like {EXAMPLE}; in a password write @ as %40, / as %2F and : as %3A.",
        )
    return url


def _filled(url: URL, location: str, environment: Mapping[str, str], secrets: list[str]) -> URL:
    """The URL with the variables in its options filled in."""
    for key, value in url.query.items():
        if isinstance(value, str) and _is_bare_secret(key, value):
            raise _written_down(location, f"a secret ({key})")
        if isinstance(value, str) and value.startswith("env:"):
            secrets.append(_from_environment(value, environment))
            url = url.update_query_dict({key: secrets[-1]})
    return url


def _is_bare_secret(key: str, value: str) -> bool:
    return bool(_SECRET_KEY.search(key)) and key.lower() != "passfile" and not value.startswith("env:")


def _from_environment(reference: str, environment: Mapping[str, str]) -> str:
    name = reference.removeprefix("env:")
    if not (value := environment.get(name)):
        state = "is empty" if name in environment else "is not set"
        raise SourceRefused(
            f"The environment variable {name}, which collect.source names, {state}.", f"export {name}=..."
        )
    return value


def _written_down(location: str, what: str) -> SourceRefused:
    return SourceRefused(
        f"collect.source has {what} written into it: {shown_address(location)}.",
        f"Name an environment variable that holds it: {EXAMPLE}, or the whole URL as env:DATABASE_URL",
    )


def _with_driver(url: URL) -> URL:
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def _worth_hiding(secrets: list[str]) -> tuple[str, ...]:
    return tuple(sorted({secret for secret in secrets if secret}, key=len, reverse=True))
