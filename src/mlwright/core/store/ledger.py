"""A journal that shows when it was changed afterwards.

Every entry carries a seal: a hash over the seal before it and its own content. An entry that is changed, put in or
taken out makes the seals behind it wrong. Whoever can write the file can also write it anew from the first entry, or
cut off its end: against that, note the last seal elsewhere and ask for it later (`holds`).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlwright.core.record import digest
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.core.store.exclusive import lock
from mlwright.core.store.journal import Event, Journal

FIRST = "0" * 64
"""What stands before the first entry."""


class Entry(NamedTuple):
    """An entry and whether it is what was written.

    Parameters
    ----------
    event : dict
    is_whole : bool
        False if it, or an entry before it, was changed, put in or taken out.
    """

    event: Event
    is_whole: bool


class Ledger(Journal):
    """A journal of sealed entries; two processes never seal on the same one.

    Entries from before there were seals count as whole as long as they stand at the beginning.
    """

    def append(self, kind: str, **fields: Any) -> Event:
        """Add one sealed entry with the time of now and return it."""
        with explain_disk_errors(self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open(self.path, "a+b") as file:
                lock(file, wait=True)
                event: Event = {"t": round(time.time(), 3), "event": kind, **fields}
                event["seal"] = seal_of(event, self.last_seal())
                line = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
                file.seek(0, os.SEEK_END)
                torn = file.tell() > 0 and not self.path.read_bytes().endswith(b"\n")
                file.write(b"\n" + line if torn else line)
                file.flush()
                os.fsync(file.fileno())
        return event

    def last_seal(self) -> str:
        """The seal of the last entry: note it elsewhere to know later that nothing was cut off."""
        seals = [event["seal"] for event in self if "seal" in event]
        return str(seals[-1]) if seals else FIRST

    def entries(self) -> Iterator[Entry]:
        """All entries, oldest first."""
        before, is_whole = FIRST, True
        for event in self:
            seal = event.get("seal")
            if seal is not None or before != FIRST:
                is_whole = is_whole and seal == seal_of(event, before)
                before = str(seal)
            yield Entry(event, is_whole)

    def holds(self, seal: str) -> bool:
        """Whether an entry with a seal that begins so is there."""
        return bool(seal) and any(str(event.get("seal", "")).startswith(seal) for event in self)


def seal_of(event: Event, before: str) -> str:
    """The seal of an entry that follows one with the seal `before`."""
    return digest([before, {name: value for name, value in event.items() if name != "seal"}])
