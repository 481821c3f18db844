"""A file that is read where it lies: what tells that it is still the same."""

from __future__ import annotations

from pathlib import Path

from mlwright.core.errors import SourceUnreadable
from mlwright.records.data import Borrowed, Snapshot


def borrow(path: Path) -> Borrowed:
    """What a file is now."""
    state = path.stat()
    return Borrowed(path=str(path.resolve()), size_bytes=state.st_size, written_ns=state.st_mtime_ns)


def refuse_changed(snapshot: Snapshot) -> None:
    """Refuse a snapshot whose rows lie in a file of the user's that has changed since it was collected.

    Raises
    ------
    SourceUnreadable
        If it has another size or time of writing, or is gone.
    """
    if snapshot.borrowed is None:
        return
    path = Path(snapshot.borrowed.path)
    try:
        same = borrow(path) == snapshot.borrowed
    except OSError:
        same = False
    if not same:
        what = "changed" if path.exists() else "was taken away"
        raise SourceUnreadable(
            f"{path} {what} while it was worked on, so what was found belongs to no one moment.",
            "Wait until it is written and type the command again, or set collect.in_place to false to work on a copy.",
        )
