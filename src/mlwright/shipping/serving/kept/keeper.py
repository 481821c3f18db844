"""What is left to do with a log besides writing it: segments that nobody writes to are sealed, and the oldest removed.

Of a service with a first process this is the work of a process of its own, so that it neither holds Python's lock nor
moves the memory of those that answer; elsewhere of a thread. A segment is sealed under the name of the open file that
it was, so no row is ever there twice; several keepers may share a folder.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from mlwright.core.errors import SettingsError
from mlwright.core.store.exclusive import lock
from mlwright.records.served import AT, ID, OPEN, OUTCOMES, PREDICTIONS, SEALED, SHADOWS
from mlwright.records.settings.serving import LogSettings
from mlwright.shipping.serving.absent import absent
from mlwright.shipping.serving.kept.copies import Copies

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger("mlwright.serving")

LOOK_S = 1.0
"""How often there may be something to seal."""

AGAIN_S = 60.0
"""Until one that could not be sealed is tried again: a disk that was full may have room by then."""

NICER = 19
"""By how much a process that keeps steps behind those that answer: all the way, so that it takes what they leave."""


class Keeper:
    """Seals, removes and copies in the folder of a log, in a thread.

    Parameters
    ----------
    settings : LogSettings
        `folder` is set.

    Raises
    ------
    SettingsError
        If the URL for copies cannot be used.
    """

    def __init__(self, settings: LogSettings) -> None:
        self._folder = Path(settings.folder or ".")
        self._max_bytes = settings.max_bytes
        self._copies = Copies(self._folder, settings.copy_to) if settings.copy_to else None
        self._failed: dict[Path, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="mlwright-keeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Seal what was left behind by now."""
        self._ended.set()
        self._thread.join()
        if self._copies is not None:
            self._copies.close()

    def _work(self) -> None:
        is_first = True
        while True:
            is_last = self._ended.is_set()
            for name in (PREDICTIONS, OUTCOMES, SHADOWS):
                self._look(self._folder / name, is_first=is_first)
            if is_last:
                return
            is_first = False
            self._ended.wait(LOOK_S)

    def _look(self, folder: Path, *, is_first: bool) -> None:
        try:
            if is_first:
                remove_oldest(folder, self._max_bytes)
            for path in sorted(folder.glob(f"*{OPEN}")):
                if time.monotonic() - self._failed.get(path, -AGAIN_S) >= AGAIN_S and self._seal(path):
                    remove_oldest(folder, self._max_bytes)
        except OSError as error:
            log.error("The log in %s could not be looked after: %s", folder, error)

    def _seal(self, path: Path) -> bool:
        """Seal a file, if it was left; whether it was."""
        try:
            return seal_if_left(path)
        except Exception as error:  # noqa: BLE001  one that cannot be sealed is read as it is; others must not wait for it
            if path not in self._failed:
                log.error("%s could not be sealed: %s", path, error)
            self._failed[path] = time.monotonic()
            return True


def keep(settings: LogSettings, refused: Callable[[SettingsError], None]) -> None:
    """Be the process that keeps, until a SIGTERM; `refused` is told of settings that cannot be used."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # at the terminal all get it; the first process says when
    if hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(NICER)
    with absent("pandas"):  # which Arrow would look for
        try:
            keeper = Keeper(settings)
        except SettingsError as error:
            refused(error)
            return
        ended.wait()
        keeper.close()


def seal_if_left(path: Path) -> bool:
    """Turn an open file into a segment of Parquet, if nobody writes to it; whether that was so."""
    with suppress(FileNotFoundError), open(path, "rb") as file:  # another keeper may have sealed it meanwhile
        if _is_left_behind(file):
            from mlwright.scoring.kept_tables import read_open  # and with it Arrow, which may never be needed here

            _seal(path, read_open(path))
            return True
    return False


def _is_left_behind(file: IO[bytes]) -> bool:
    try:
        lock(file)
    except OSError:
        return False
    return True


def _seal(path: Path, table: pa.Table | None) -> None:
    sealed = path.with_name(path.name.removesuffix(OPEN) + SEALED)
    if table is not None and not sealed.exists():
        draft = sealed.with_suffix(".part")
        try:
            write_segment(table, draft)
            with open(draft, "rb") as file:
                os.fsync(file.fileno())
        except OSError:
            draft.unlink(missing_ok=True)  # what was written of it would take room on a disk that is full
            raise
        os.replace(draft, sealed)
    path.unlink()


def write_segment(table: pa.Table, path: Path) -> None:
    """Write rows as Parquet: dictionaries for names alone, for ids and numbers hardly recur.

    The bytes of numbers stand by their places, moments as differences, ids by what they share with the one before: it
    takes less room, and less time to pack.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    names, encodings = [], {}
    for field in table.schema:
        if field.name == ID:
            encodings[ID] = "DELTA_BYTE_ARRAY"
        elif field.name == AT:
            encodings[AT] = "DELTA_BINARY_PACKED"
        elif pa.types.is_list(field.type):
            encodings[f"{field.name}.list.element"] = "BYTE_STREAM_SPLIT"
        elif pa.types.is_floating(field.type):
            encodings[field.name] = "BYTE_STREAM_SPLIT"
        else:
            names.append(field.name)
    pq.write_table(
        table,
        path,
        compression="zstd",
        use_dictionary=names,
        column_encoding=encodings,
        write_statistics=[AT],
        store_schema=False,  # with that of Arrow readers would get dictionaries
    )


def remove_oldest(folder: Path, max_bytes: int) -> None:
    """Remove segments, the oldest first, until the others take no more than that together.

    Those that wait to be sealed count and go as well, for who keeps may lag behind who answers.
    """
    total = 0
    for path in sorted(folder.glob("*.*"), reverse=True):
        with suppress(FileNotFoundError):
            if path.name.endswith(SEALED) or (path.name.endswith(OPEN) and not _is_written(path)):
                total += path.stat().st_size
                if total > max_bytes:
                    path.unlink()


def _is_written(path: Path) -> bool:
    """Whether a process still writes to a segment; also true of one that cannot be opened, so that it stays."""
    try:
        with open(path, "rb") as file:
            return not _is_left_behind(file)
    except OSError:
        return True
