"""One run at a time: the lock of a project.

The lock belongs to the operating system, so that a killed run never leaves it behind; who holds it is written
into the file for the sake of the message to the second.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlwright.core.errors import ProjectBusy
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.core.store.exclusive import lock, read_if_held


@contextmanager
def hold(path: Path, run_id: str) -> Iterator[None]:
    """Hold the lock at `path` for a run.

    Raises
    ------
    ProjectBusy
        If another process holds it; says which run, where and since when.
    """
    with explain_disk_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+")
    with file:
        try:
            lock(file)
        except OSError:
            raise _busy(path) from None
        me = {"run": run_id, "pid": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%H:%M:%S")}
        file.seek(0)
        file.truncate()
        file.write(json.dumps(me))
        file.flush()
        yield
        file.seek(0)
        file.truncate()


def holder(path: Path) -> dict[str, Any] | None:
    """Who holds the lock now, or None."""
    text = read_if_held(path)
    return None if text is None else _who(text)


def _who(text: str) -> dict[str, Any]:
    try:
        who = json.loads(text)
    except ValueError:
        who = None
    return who if isinstance(who, dict) else {}


def _busy(path: Path) -> ProjectBusy:
    who = _who(path.read_text())
    run = str(who.get("run", "?"))
    return ProjectBusy(
        f"{'mlwright' if run.isalpha() else 'Run'} {run} holds the project {path.parent.parent} "
        f"(process {who.get('pid', '?')} on {who.get('host', '?')}, since {who.get('since', '?')}).",
        "mlwright follow   (watch it), or: mlwright cancel",
    )
