"""The journal of a run: a file of events that only grows.

One event is one line of JSON, written with one call to the system. A line that a kill has cut short is skipped
when the journal is read, and ended before the next event is written. What a run has done so far is a replay of
its journal: nothing else remembers it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlwright.core.store.blobs import explain_disk_errors

Event = dict[str, Any]


class Journal:
    """An append-only file of events.

    Parameters
    ----------
    path : Path
        The file; made at the first event.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, kind: str, **fields: Any) -> Event:
        """Add one event with the time of now and return it."""
        event: Event = {"t": round(time.time(), 3), "event": kind, **fields}
        line = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
        with explain_disk_errors(self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                size = os.fstat(handle).st_size
                torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
                os.write(handle, b"\n" + line if torn else line)
            finally:
                os.close(handle)
        return event

    def __iter__(self) -> Iterator[Event]:
        """All whole events, oldest first."""
        return (event for event, _ in self.read_from(0))

    def read_from(self, offset: int) -> Iterator[tuple[Event, int]]:
        """Whole events after a byte offset, each with the offset behind it; for those who follow a run."""
        try:
            file = open(self.path, "rb")
        except FileNotFoundError:
            return
        with file:
            file.seek(offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                offset += len(line)
                try:
                    event = json.loads(line)
                except ValueError:
                    continue
                if isinstance(event, dict) and "event" in event:
                    yield event, offset
