"""Notices: noted in the diary when something happens, and delivered until every address has them.

A notice that was sent when a kill came before it was noted is sent once more, with the same id: receivers that must
not act twice tell it by that.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mlwright.core.errors import MlwrightError
from mlwright.core.record import digest
from mlwright.operating.diary import Diary
from mlwright.watching.notices import Notice, notifier_for

FIRST_WAIT_S, LONGEST_WAIT_S, MOST_TRIES = 60.0, 3600.0, 20


def say(diary: Diary, kind: str, key: str, title: str, text: str) -> None:
    """Note that people are to be told; once for each kind and key."""
    id_ = digest([kind, key])[:16]
    if not any(event["id"] == id_ for event in diary.events("notice")):
        diary.note("notice", id=id_, about=kind, title=title, text=text)


def deliver(diary: Diary, addresses: Sequence[str], project: str, folder: Path) -> None:
    """Send what was not sent yet, oldest first; an address that fails is tried again later and holds up no other.

    Parameters
    ----------
    diary : Diary
    addresses : sequence of str
    project : str
        Its name, for people who are told of several.
    folder : Path
        Where what is to be typed is typed.
    """
    for address in addresses:
        sent = {event["id"] for event in diary.events("sent") if event["address"] == address}
        for event in diary.events("notice"):
            if event["id"] not in sent and not _sent(diary, address, _notice(event, project, folder)):
                break


def _notice(event: dict[str, object], project: str, folder: Path) -> Notice:
    fields = {name: str(event[name]) for name in ("id", "title", "text")}
    if "mlwright " in fields["text"]:
        fields["text"] += f"\nWhat is to be typed is typed in {folder}"
    return Notice(project=project, kind=str(event["about"]), at=float(str(event["at"])), **fields)


def _sent(diary: Diary, address: str, notice: Notice) -> bool:
    """Send one notice; False if the address has to wait."""
    tries = [e for e in diary.events("unsent") if (e["id"], e["address"]) == (notice.id, address)]
    wait_s = min(FIRST_WAIT_S * 2.0 ** (len(tries) - 1), LONGEST_WAIT_S)
    if tries and diary.now() < float(tries[-1]["at"]) + wait_s:
        return False
    try:
        notifier_for(address, os.environ).send(notice)
    except MlwrightError as error:
        diary.note("unsent", id=notice.id, address=address, error=error.message)
        if len(tries) + 1 < MOST_TRIES:
            return False
    diary.note("sent", id=notice.id, address=address)
    return True
