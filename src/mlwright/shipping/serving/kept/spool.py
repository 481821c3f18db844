"""Rows that are kept by a thread of their own, so that no caller waits for a disk.

A row waits in memory for the next write, `WINDOW_S` at most. Every write appends lines of JSON to an open file and
flushes them to the disk. When the open file is large or old enough it is sealed: rewritten as one Parquet segment. A
process that is killed leaves its open file behind; the next one that starts seals it. So a crash loses what was
waiting, a moment's rows, and no row is ever there twice: a segment bears the name of the open file that it was.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from multiprocessing.util import Finalize
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from mlwright.core.store.exclusive import lock
from mlwright.records.served import OPEN, SEALED
from mlwright.scoring.kept_rows import read_lines

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger("mlwright.serving")

WINDOW_S = 1.0
"""A crash loses the rows of so many seconds at most."""

MOST_WAITING = 200_000
"""Rows that may wait; more are lost, and counted, sooner than that the memory fills up."""

SEGMENT_ROWS = 20_000
SEGMENT_S = 300.0

Lines = Callable[[Any], Iterable[bytes]]
ToTable = Callable[[Sequence[Any]], "pa.Table"]


class Shape(NamedTuple):
    """What the rows of a spool look like.

    Parameters
    ----------
    lines : callable
        From what was put to lines of JSON; runs in the spool's own thread.
    to_table : callable
        From parsed lines to a table.
    """

    lines: Lines
    to_table: ToTable


class Spool:
    """Keeps rows of one kind in one folder, which several processes may share.

    Parameters
    ----------
    folder : Path
    shape : Shape
    max_bytes : int
        Of all segments together; the oldest are removed first.
    lost : callable
        Told how many rows could not be kept.
    """

    def __init__(self, folder: Path, shape: Shape, max_bytes: int, lost: Callable[[int], None]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._shape = shape
        self._max_bytes = max_bytes
        self._lost = lost
        self._waiting: deque[Any] = deque()
        self._open: _OpenFile | None = None
        self._wake = threading.Event()
        self._ended = False
        seal_orphans(folder, shape.to_table)
        self._thread = threading.Thread(target=self._work, name=f"mlwright-{folder.name}", daemon=True)
        self._thread.start()
        atexit.register(self.close)
        Finalize(self, self.close, exitpriority=10)  # processes of `multiprocessing` end without `atexit`

    def put(self, item: Any) -> None:
        """Let something be kept; returns at once."""
        if len(self._waiting) >= MOST_WAITING:
            self._lost(1)
            return
        self._waiting.append(item)

    def close(self) -> None:
        """Keep what waits, and seal the open file."""
        if not self._ended:
            self._ended = True
            self._wake.set()
            self._thread.join()

    def _work(self) -> None:
        while not self._wake.wait(WINDOW_S):
            self._step(final=False)
        self._step(final=True)

    def _step(self, *, final: bool) -> None:
        items = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            if items:
                self._open = self._open or _OpenFile(self._folder)
                self._open.write([line for item in items for line in self._shape.lines(item)])
            if self._open is not None and (final or self._open.is_full):
                self._open.seal(self._shape.to_table)
                self._open = None
                _remove_oldest(self._folder, self._max_bytes)
        except OSError as error:  # a full disk must not stop the answers
            log.error("%d requests could not be kept in %s: %s", len(items), self._folder, error)
            self._lost(len(items))


class _OpenFile:
    """A segment that is still written to; locked, so that others can tell it from one that was left behind."""

    def __init__(self, folder: Path) -> None:
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        self._path = folder / f"{stamp}-{uuid.uuid4().hex[:12]}{OPEN}"
        draft = self._path.with_suffix(".part")
        self._file = open(draft, "ab", buffering=0)
        lock(self._file)
        os.rename(draft, self._path)  # under its name it is locked from the first moment on
        self._began = time.monotonic()
        self._n_rows = 0

    def write(self, lines: Sequence[bytes]) -> None:
        """Append lines, and see that they are on the disk."""
        data = memoryview(b"".join(line + b"\n" for line in lines))
        while data:
            data = data[self._file.write(data) :]
        os.fsync(self._file.fileno())
        self._n_rows += len(lines)

    @property
    def is_full(self) -> bool:
        """Whether it is time for the next segment."""
        return self._n_rows >= SEGMENT_ROWS or time.monotonic() - self._began >= SEGMENT_S

    def seal(self, to_table: ToTable) -> None:
        """Turn it into Parquet."""
        _seal(self._path, to_table)
        self._file.close()


def seal_orphans(folder: Path, to_table: ToTable) -> None:
    """Seal the open files of processes that are gone."""
    for path in sorted(folder.glob(f"*{OPEN}")):
        try:
            with open(path, "rb") as file:
                if _is_left_behind(file):
                    _seal(path, to_table)
        except FileNotFoundError:  # another process has sealed it meanwhile
            continue


def _is_left_behind(file: IO[bytes]) -> bool:
    try:
        lock(file)
    except OSError:
        return False
    return True


def _seal(path: Path, to_table: ToTable) -> None:
    import pyarrow.parquet as pq

    sealed = path.with_name(path.name.removesuffix(OPEN) + SEALED)
    rows = [] if sealed.exists() else read_lines(path)
    if rows:
        draft = sealed.with_suffix(".part")
        pq.write_table(to_table(rows), draft, compression="zstd")
        with open(draft, "rb") as file:
            os.fsync(file.fileno())
        os.replace(draft, sealed)
    path.unlink()


def _remove_oldest(folder: Path, max_bytes: int) -> None:
    sizes = {path: path.stat().st_size for path in sorted(folder.glob(f"*{SEALED}"), reverse=True) if path.exists()}
    total = 0
    for path, size in sizes.items():
        total += size
        if total > max_bytes:
            path.unlink(missing_ok=True)
