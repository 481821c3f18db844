"""The notifier family: how people are told what was done, and what is asked of them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from mlwright.core.errors import NoticeRefused, SettingsError
from mlwright.core.family import Family
from mlwright.core.record import Record

TIMEOUT_S = 20
_VARIABLE = re.compile(r"env:(\w+)")
_USERINFO = re.compile(r"(?<=://)[^/@:]*:(?!env:)[^/@]+@")


class Notice(Record):
    """What people are told.

    Parameters
    ----------
    id : str
        The same if it is sent again.
    kind : str
        ``promoted``, ``rolled_back``, ``trained``, ``ask_for_labels``, ``ask_promote``, ``failed`` ...
    project : str
    title, text : str
        A sentence, and the reasons and what to type.
    at : float
        Seconds since 1970.
    """

    id: str
    kind: str
    project: str
    title: str
    text: str
    at: float


class Notifier(ABC):
    """A way to tell people.

    Parameters
    ----------
    address : str
        With its secrets filled in; not for people.
    """

    title: ClassVar[str]

    def __init__(self, address: str) -> None:
        self.address = address

    @classmethod
    @abstractmethod
    def accepts(cls, address: str) -> bool:
        """Whether it knows such addresses."""

    @abstractmethod
    def send(self, notice: Notice) -> None:
        """Send a notice.

        Raises
        ------
        NoticeRefused
            If it was not taken; without the address, which may hold a secret.
        """


NOTIFIERS: Family[Notifier] = Family("mlwright.watching.notices", Notifier)


def notifier_for(address: str, environment: Mapping[str, str]) -> Notifier:
    """The member that knows an address, with the secrets that it names.

    Raises
    ------
    SettingsError
        If a password is written out, or no member knows such addresses.
    NoticeRefused
        If a variable is not set.
    """
    if _USERINFO.search(address):
        raise SettingsError(
            "operate.notices holds an address with a password written out.",
            "Name it: smtp://user:env:MAIL_PASSWORD@host",
        )
    known = [name for name in NOTIFIERS.names() if NOTIFIERS.get(name).accepts(_filled(address, environment))]
    if not known:
        raise SettingsError(
            f"operate.notices holds {address.partition(':')[0]}:..., which is no address that is known.",
            "Write https://..., slack:https://... or smtp://host:25/?from=me@here&to=you@there",
        )
    return NOTIFIERS.get(known[0])(_filled(address, environment))


def _filled(address: str, environment: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1] not in environment:
            raise NoticeRefused(f"The variable {found[1]} is not set.", f"export {found[1]}=...")
        return environment[found[1]]

    return _VARIABLE.sub(value, address)
