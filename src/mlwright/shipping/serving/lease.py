"""A file that a service holds while it lives, and that says where it answers.

The lock belongs to the operating system, so that a killed service never leaves it behind: who finds it held knows that
the process in it is the one, and who finds it free need not ask whose number that is now.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from mlwright.core.errors import SettingsError
from mlwright.core.record import Record
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.core.store.exclusive import lock, read_if_held

PATIENCE_S, LOOK_S = 5.0, 0.02
"""Those who only look hold the lock for a moment too."""


class Holder(Record):
    """The service that holds a lease.

    Parameters
    ----------
    pid : int
        Its first process.
    host : str
        The name of its machine.
    since : float
        When it began, in seconds since 1970.
    path : str
        The lease, as it was called then.
    port : int
        That it was told; 0 for any free one.
    workers : int
        Processes that answer.
    url : str
        Where it answers; empty until it does.
    """

    pid: int
    host: str
    since: float
    path: str
    port: int
    workers: int
    url: str = ""


@contextmanager
def leased(path: Path, port: int, workers: int) -> Iterator[Callable[[str], None]]:
    """Hold the lease at `path`; what comes of it is told where the service answers, once it does.

    Raises
    ------
    SettingsError
        If another service holds it.
    """
    with explain_disk_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+", encoding="utf-8")
    with file:
        _take(file, path)
        me = Holder(
            pid=os.getpid(),
            host=socket.gethostname(),
            since=time.time(),
            path=str(path.resolve()),
            port=port,
            workers=workers,
        )
        _write(file, me.model_dump_json())
        yield lambda url: _write(file, me.model_copy(update={"url": url}).model_dump_json())
        _write(file, "")


def holder(path: Path) -> Holder | None:
    """The service that holds a lease now, or None.

    Raises
    ------
    StorageError
        If the file cannot be read.
    """
    ends = time.monotonic() + PATIENCE_S
    while True:
        try:
            with explain_disk_errors(path.parent):
                text = read_if_held(path)
            return None if text is None else Holder.model_validate_json(text)
        except ValidationError:  # it is being written
            if time.monotonic() > ends:
                return None
            time.sleep(LOOK_S)


def _take(file: IO[str], path: Path) -> None:
    ends = time.monotonic() + PATIENCE_S
    while True:
        try:
            return lock(file)
        except OSError:
            if time.monotonic() > ends:
                who = holder(path)
                told = f"process {who.pid} on {who.host}, {who.url or 'which is starting'}" if who else "just ending"
                raise SettingsError(
                    f"Another service holds {path} ({told}).", "End that one first, or let it answer."
                ) from None
            time.sleep(LOOK_S)


def _write(file: IO[str], text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()
