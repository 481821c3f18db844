"""Locks on an open file that belong to the operating system: a process that is killed never leaves one behind."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Any

if sys.platform == "win32":
    import msvcrt

    FAR = 1 << 30
    """Windows locks bytes and hides them from others: one that no file here reaches."""

    def lock(file: IO[Any], *, wait: bool = False, shared: bool = False) -> None:
        """Lock a file until it is closed; `shared` locks are exclusive here.

        Raises
        ------
        OSError
            If somebody else holds it: at once, or where `wait` is set after some ten seconds.
        """
        place = file.tell()
        file.seek(FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        finally:
            file.seek(place)

else:
    import fcntl

    def lock(file: IO[Any], *, wait: bool = False, shared: bool = False) -> None:
        """Lock a file until it is closed; several may hold a `shared` lock.

        Raises
        ------
        OSError
            If somebody else holds it and `wait` is not set.
        """
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))


def read_if_held(path: Path) -> str | None:
    """What stands in a file that somebody holds the lock of; None if nobody does, or there is no such file."""
    try:
        file = open(path, encoding="utf-8")
    except FileNotFoundError:
        return None
    with file:
        try:
            lock(file, shared=True)
        except OSError:
            return file.read()
        return None
