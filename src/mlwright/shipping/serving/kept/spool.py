"""Rows that are kept by a thread of their own, so that no caller waits for a disk.

What was put waits in memory for the next write, `WRITE_S`. Every write appends frames to an open file, which is flushed
to the disk every `WINDOW_S`. When the open file is large or old enough, or the service ends, it is left behind: sealed
by a keeper (see `keeper`), and read as it is until then. A process that is killed leaves its file in the same way. One
that was removed or moved with its folder is not written to any more: what follows goes into a folder that is made anew.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from mlwright.core.store.exclusive import lock
from mlwright.records.served import OPEN
from mlwright.scoring.kept_rows import n_requests, waiting_bytes

log = logging.getLogger("mlwright.serving")

WRITE_S = 0.2
"""How often what waits is written: short enough that it is still in the processor's caches."""

WINDOW_S = 1.0
"""A crash loses the rows of so many seconds at most."""

TELL_S = 60.0
"""How often a disk that goes on failing is told."""

MOST_WAITING_BYTES = 200_000_000
"""What may wait takes so much, about; more is lost, and counted, sooner than that the memory fills up."""

SEGMENT_BYTES = 8_000_000
SEGMENT_S = 300.0

ToFrames = Callable[[Sequence[Any], set[str]], Iterable[bytes]]


class Spool:
    """Keeps rows of one kind in one folder, which several processes may share.

    Parameters
    ----------
    folder : Path
    to_frames : callable
        From what was put to frames, in its order, and with a set in which it remembers what stands in the open file;
        runs in the spool's own thread.
    lost : callable
        Told what could not be kept.
    settle : callable
        Makes the folder that `folder` lies in; asked before each segment.
    """

    def __init__(
        self,
        folder: Path,
        to_frames: ToFrames,
        lost: Callable[[Sequence[Any]], None],
        settle: Callable[[], None] = lambda: None,
    ) -> None:
        self._folder, self._to_frames, self._lost, self._settle = folder, to_frames, lost, settle
        self._make_folder()
        self._lock = threading.Lock()
        self._waiting: list[Any] = []
        self._waiting_bytes = 0
        self._open: _OpenFile | None = None
        self._n_lost, self._told = 0, -TELL_S
        self._wake = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._work, name=f"mlwright-{folder.name}", daemon=True)
        self._thread.start()
        atexit.register(self.close)
        Finalize(self, self.close, exitpriority=10)  # processes of `multiprocessing` end without `atexit`

    def put(self, items: Sequence[Any]) -> None:
        """Let some things be kept; returns at once."""
        n_bytes = sum(map(waiting_bytes, items))
        with self._lock:
            if has_room := self._waiting_bytes + n_bytes <= MOST_WAITING_BYTES:
                self._waiting_bytes += n_bytes
                self._waiting.extend(items)
        if not has_room:
            self._lost(items)

    def close(self) -> None:
        """Keep what waits, and leave the open file to be sealed."""
        if not self._ended:
            self._ended = True
            self._wake.set()
            self._thread.join()

    def _work(self) -> None:
        while not self._wake.wait(WRITE_S):
            self._step(final=False)
        self._step(final=True)

    def _step(self, *, final: bool) -> None:
        with self._lock:
            items, self._waiting, self._waiting_bytes = self._waiting, [], 0
        try:
            if items:
                self._open = self._writable()
                self._open.write(self._to_frames, items)
            if self._open is not None:
                self._open.flush(now=final)
                if final or self._open.is_full:
                    self._open.leave()
                    self._open = None
            if items and self._n_lost:
                log.error("Requests are kept in %s again; %d before could not be.", self._folder, self._n_lost)
                self._n_lost = 0
        except Exception as error:  # noqa: BLE001  neither a full disk nor rows that are no table may stop what follows
            self._lost(items)
            self._n_lost += n_requests(items)
            if items and time.monotonic() - self._told >= TELL_S:
                self._told = time.monotonic()
                log.error("%d requests could not be kept in %s: %s", self._n_lost, self._folder, error)

    def _writable(self) -> _OpenFile:
        """The open file, or a new one where there is none, or not any more."""
        if self._open is not None and self._open.is_gone:
            log.error("%s was removed or moved; what follows is kept in a new one.", self._folder)
            self._open.leave()
            self._open = None
        if self._open is None:
            self._make_folder()
            self._open = _OpenFile(self._folder)
        return self._open

    def _make_folder(self) -> None:
        self._settle()
        self._folder.mkdir(exist_ok=True)


class _OpenFile:
    """A segment that is still written to; locked, so that others can tell it from one that was left behind.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        path = folder / f"{stamp}-{uuid.uuid4().hex[:12]}{OPEN}"
        draft = path.with_suffix(".part")
        self._file = open(draft, "ab", buffering=0)
        lock(self._file)
        os.rename(draft, path)  # under its name it is locked from the first moment on
        self._path = path
        self._began = self._flushed = time.monotonic()
        self._is_flushed = True
        self._n_bytes = 0
        self._told: set[str] = set()

    def write(self, to_frames: ToFrames, items: Sequence[Any]) -> None:
        """Append frames of items: all of them, or none."""
        n_bytes, told = self._n_bytes, set(self._told)
        try:
            for frame in to_frames(items, told):
                self._append(frame)
                n_bytes += len(frame)
        except Exception:
            os.truncate(self._file.fileno(), self._n_bytes)  # half a frame would hide those behind it
            raise
        self._n_bytes, self._told, self._is_flushed = n_bytes, told, False

    def flush(self, *, now: bool) -> None:
        """See that what was written is on the disk, if it is time."""
        if not self._is_flushed and (now or time.monotonic() - self._flushed >= WINDOW_S - WRITE_S):
            os.fsync(self._file.fileno())
            self._flushed, self._is_flushed = time.monotonic(), True

    def _append(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]

    @property
    def is_gone(self) -> bool:
        """Whether what is written would not be found where it is looked for."""
        try:
            return not os.path.samestat(os.stat(self._path), os.fstat(self._file.fileno()))
        except FileNotFoundError:
            return True

    @property
    def is_full(self) -> bool:
        """Whether it is time for the next segment."""
        return self._n_bytes >= SEGMENT_BYTES or time.monotonic() - self._began >= SEGMENT_S

    def leave(self) -> None:
        """Leave it to who seals."""
        self.flush(now=True)
        self._file.close()
