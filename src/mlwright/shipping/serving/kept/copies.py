"""Sealed segments of a log, copied to an object store: they are there whole, each under its own name.

An object store cannot be appended to, so a log is written to a folder first, where a crash loses a moment at most. What
is sealed there is copied by a thread of its own; what cannot be copied now stays in the folder and is tried again, also
by the next service that starts. Of several processes on one folder one copies.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import urlsplit

from mlwright.core.errors import SettingsError
from mlwright.core.store.exclusive import lock
from mlwright.records.served import LOG_FACTS, SEALED

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

log = logging.getLogger("mlwright.serving")

LOOK_S = 10.0
"""How often there may be something to copy."""

LEAVE_S = 10.0
"""How long a service that ends goes on copying."""

LOCK: Final = ".copying"

OBJECT_STORES = frozenset({"s3", "gcs", "abfs"})
"""Stores of pyarrow that show a file when it is whole, and have no folders."""

ARROW_SCHEMES = frozenset({"file", "s3", "gs", "gcs", "abfs", "abfss", "hdfs", "viewfs"})
"""What pyarrow opens by itself."""


class Copies:
    """Copies what is sealed in the folder of a log.

    Parameters
    ----------
    folder : Path
    url : str
        ``s3://bucket/path``, ``gs://bucket/path``, ``abfs://...`` or ``file:///path``, as `pyarrow.fs` reads it, or
        any other that fsspec reads, where that is installed; who may write there is known from the environment.

    Raises
    ------
    SettingsError
        If the URL cannot be used, or holds a secret.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._shown = urlsplit(url)._replace(query="").geturl()
        self._store, self._place = _opened(url)
        self._there: set[str] | None = None
        self._was_told = False
        self._lock: IO[bytes] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="mlwright-copies", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Copy what was sealed at last, as far as time allows; the rest is for the next service."""
        self._ended.set()
        self._thread.join(LEAVE_S)
        if self._lock is not None:
            self._lock.close()

    def _work(self) -> None:
        while not self._ended.wait(LOOK_S):
            self._step()
        self._step()

    def _step(self) -> None:
        try:
            if self._is_ours():
                self._copy_new()
                self._was_told = False
        except Exception as error:  # noqa: BLE001  whatever a store raises: answers go on, and the folder keeps what waits
            if not self._was_told:
                log.error("Segments of %s wait: they cannot be copied to %s: %s", self._folder, self._shown, error)
            self._was_told = True

    def _is_ours(self) -> bool:
        """Whether this process copies."""
        if self._lock is not None:
            return True
        file = open(self._folder / LOCK, "ab")
        try:
            lock(file)
        except OSError:
            file.close()
            return False
        self._lock = file
        return True

    def _copy_new(self) -> None:
        if self._there is None:
            self._there = self._names_there()
        for path in [self._folder / LOG_FACTS, *sorted(self._folder.glob(f"*/*{SEALED}"))]:
            name = path.relative_to(self._folder).as_posix()
            if name not in self._there and self._copied(path, f"{self._place}/{name}"):
                self._there.add(name)

    def _names_there(self) -> set[str]:
        from pyarrow.fs import FileSelector, FileType

        found = self._store.get_file_info(FileSelector(self._place, allow_not_found=True, recursive=True))
        return {each.path.removeprefix(f"{self._place}/") for each in found if each.type == FileType.File}

    def _copied(self, path: Path, target: str) -> bool:
        """Copy one file; False if it was removed meanwhile, as the oldest are."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return False
        is_folder = self._store.type_name not in OBJECT_STORES
        draft = f"{target}.part" if is_folder else target  # what a store shows is whole; a folder shows what is begun
        if is_folder:
            self._store.create_dir(target.rpartition("/")[0], recursive=True)
        with self._store.open_output_stream(draft) as stream:
            stream.write(data)
        if is_folder:
            self._store.move(draft, target)
        return True


def _opened(url: str) -> tuple[FileSystem, str]:
    """The store of a URL, and the place in it."""
    if urlsplit(url).password is not None:
        raise SettingsError(
            "The URL that the log is copied to holds a secret.",
            "Leave it out, and set what the store's own programs read (AWS_ACCESS_KEY_ID, ...).",
        )
    store, place = _by_arrow(url) if urlsplit(url).scheme in ARROW_SCHEMES else _by_fsspec(url)
    return store, place.rstrip("/")


def _by_arrow(url: str) -> tuple[FileSystem, str]:
    from pyarrow import ArrowException
    from pyarrow.fs import FileSystem

    try:
        found: tuple[FileSystem, str] = FileSystem.from_uri(url)
    except (ArrowException, OSError, ValueError) as error:
        raise _unusable(url, error) from None
    return found


def _by_fsspec(url: str) -> tuple[FileSystem, str]:
    from pyarrow.fs import FSSpecHandler, PyFileSystem

    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise _unusable(url, "its kind needs fsspec, which is not installed") from None
    if not urlsplit(url).scheme:
        raise _unusable(url, "it names no kind of store")
    try:
        store, place = url_to_fs(url)
    except Exception as error:  # noqa: BLE001  every kind of store has errors of its own
        raise _unusable(url, error) from None
    return PyFileSystem(FSSpecHandler(store)), place


def _unusable(url: str, reason: object) -> SettingsError:
    why = str(reason).split("\n")[0]
    return SettingsError(
        f"The log cannot be copied to {urlsplit(url)._replace(query='').geturl()!r} ({why}).",
        "Write it like  s3://bucket/path  or  file:///path  (pip install fsspec: also other kinds).",
    )
