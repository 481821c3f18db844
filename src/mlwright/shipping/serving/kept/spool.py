"""Rows that are kept by a thread of their own, so that no caller waits for a disk.

A row waits in memory for the next write, `WINDOW_S` at most. Every write appends batches of Arrow to an open file and
flushes it to the disk. When the open file is large or old enough it is sealed: rewritten as one Parquet segment. A
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
from typing import IO, TYPE_CHECKING, Any

from mlwright.core.store.exclusive import lock
from mlwright.records.served import AT, ID, OPEN, SEALED
from mlwright.scoring.open_segments import as_bytes, read_open

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger("mlwright.serving")

WINDOW_S = 1.0
"""A crash loses the rows of so many seconds at most."""

MOST_WAITING = 200_000
"""Requests that may wait; more are lost, and counted, sooner than that the memory fills up."""

SEGMENT_BYTES = 4_000_000
SEGMENT_S = 300.0

ToTables = Callable[[Sequence[Any]], Iterable["pa.Table"]]


class Spool:
    """Keeps rows of one kind in one folder, which several processes may share.

    Parameters
    ----------
    folder : Path
    to_tables : callable
        From what was put to tables, in its order; runs in the spool's own thread.
    max_bytes : int
        Of all segments together; the oldest are removed first.
    lost : callable
        Told how many rows could not be kept.
    """

    def __init__(self, folder: Path, to_tables: ToTables, max_bytes: int, lost: Callable[[int], None]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._to_tables = to_tables
        self._max_bytes = max_bytes
        self._lost = lost
        self._waiting: deque[Any] = deque()
        self._open: _OpenFile | None = None
        self._wake = threading.Event()
        self._ended = False
        seal_orphans(folder)
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
                self._open.write(self._to_tables(items))
            if self._open is not None and (final or self._open.is_full):
                self._open.seal()
                self._open = None
                _remove_oldest(self._folder, self._max_bytes)
        except Exception as error:  # noqa: BLE001  neither a full disk nor rows that are no table may stop what follows
            log.error("%d requests could not be kept in %s: %s", len(items), self._folder, error)
            self._lost(len(items))


class _OpenFile:
    """A segment that is still written to; locked, so that others can tell it from one that was left behind.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        self._path = folder / f"{stamp}-{uuid.uuid4().hex[:12]}{OPEN}"
        draft = self._path.with_suffix(".part")
        self._file = open(draft, "ab", buffering=0)
        lock(self._file)
        os.rename(draft, self._path)  # under its name it is locked from the first moment on
        self._began = time.monotonic()
        self._n_bytes = 0
        self._tables: list[pa.Table] = []

    def write(self, tables: Iterable[pa.Table]) -> None:
        """Append rows, see that they are on the disk, and hold them until the segment is sealed."""
        n_bytes, written = self._n_bytes, list(self._tables)
        try:
            for table in tables:
                n_bytes += self._append(as_bytes(table, first=not written))
                written.append(table)
            os.fsync(self._file.fileno())
        except Exception:
            os.truncate(self._file.fileno(), self._n_bytes)  # half a batch would hide those behind it
            raise
        self._n_bytes, self._tables = n_bytes, written

    def _append(self, data: bytes) -> int:
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        return len(data)

    @property
    def is_full(self) -> bool:
        """Whether it is time for the next segment."""
        return self._n_bytes >= SEGMENT_BYTES or time.monotonic() - self._began >= SEGMENT_S

    def seal(self) -> None:
        """Turn it into Parquet."""
        import pyarrow as pa

        _seal(self._path, pa.concat_tables(self._tables) if self._tables else None)
        self._file.close()


def seal_orphans(folder: Path) -> None:
    """Seal the open files of processes that are gone."""
    for path in sorted(folder.glob(f"*{OPEN}")):
        try:
            with open(path, "rb") as file:
                if _is_left_behind(file):
                    _seal(path, read_open(path))
        except FileNotFoundError:  # another process has sealed it meanwhile
            continue


def _is_left_behind(file: IO[bytes]) -> bool:
    try:
        lock(file)
    except OSError:
        return False
    return True


def _seal(path: Path, table: pa.Table | None) -> None:
    import pyarrow.parquet as pq

    sealed = path.with_name(path.name.removesuffix(OPEN) + SEALED)
    if table is not None and not sealed.exists():
        draft = sealed.with_suffix(".part")
        names = [field.name for field in table.schema if field.name != ID and field.type == "string"]
        pq.write_table(table, draft, compression="zstd", use_dictionary=names, write_statistics=[AT])
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
