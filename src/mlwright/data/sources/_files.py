"""Files as bytes: found, opened, unpacked, and never trusted."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from mlwright.core.errors import (
    SourceEmpty,
    SourceError,
    SourceMissing,
    SourceRefused,
    SourceUnreadable,
    name_list,
    nearest,
)

GUARD_FROM_BYTES = 1 << 30
"""What unpacks to less than this is harmless, however small it was."""
Fingerprint = tuple[tuple[str, int, int], ...]

MAX_RATIO = 200
"""Tables shrink 3 to 20 times, dull ones 100 times; what shrinks more is made to fill a disk."""

COMPRESSIONS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}
_BROKEN_PACKING = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, pa.ArrowInvalid)


def find_file(location: str, *, folder_allowed: bool = False) -> Path:
    """The path of an ordinary file that may be read.

    Raises
    ------
    SourceMissing
        If nothing is there; the nearest names in its folder are offered.
    SourceUnreadable
        If it is a folder (unless allowed), a device or a pipe.
    SourceRefused
        If this user may not read it.
    """
    path = Path(location).expanduser()
    try:
        mode = path.stat().st_mode
    except PermissionError:
        raise _forbidden(path) from None
    except (OSError, ValueError):
        raise _missing(path) from None
    if stat.S_ISDIR(mode) and not folder_allowed:
        raise SourceUnreadable(
            f"{path} is a folder that holds no Parquet files.", "Name one of its files, or a folder of Parquet files."
        )
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise SourceUnreadable(
            f"{path} is a device or a pipe, which can be read only once.", "Save its content to a file first."
        )
    if not os.access(path, os.R_OK):
        raise _forbidden(path)
    return path


def fingerprint(location: str) -> Fingerprint:
    """Name, size and time of writing of a file, or of all in a folder but the hidden ones: they tell of changes."""
    path = Path(location).expanduser()
    try:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        shown = [file for file in files if not any(name.startswith(".") for name in file.relative_to(path).parts)]
        found = [(str(file), file.stat()) for file in shown if file.is_file()]
    except (OSError, ValueError):
        return ()
    return tuple((name, state.st_size, state.st_mtime_ns) for name, state in found)


def refuse_change(location: str, before: Fingerprint) -> None:
    """Refuse what was read if the files have changed since.

    Raises
    ------
    SourceUnreadable
        Names the first of them.
    """
    after = fingerprint(location)
    if changed := sorted(set(before) ^ set(after)):
        raise SourceUnreadable(
            f"{changed[0][0]} changed while it was read, so what was read belongs to no one moment.",
            "Wait until it is written, and type the command again.",
        )


def compression_of(head: bytes) -> str | None:
    """How a file is packed, by its first bytes."""
    return next((name for magic, name in COMPRESSIONS.items() if head.startswith(magic)), None)


def refuse_bomb(path: Path, plain_bytes: int, packed_bytes: int) -> None:
    """Refuse what grows without measure when it is unpacked."""
    if plain_bytes > GUARD_FROM_BYTES and plain_bytes > MAX_RATIO * max(packed_bytes, 1):
        raise SourceUnreadable(
            f"{path} unpacks to more than {plain_bytes / 1e9:.1f} GB from {packed_bytes / 1e6:.1f} MB, "
            f"more than {MAX_RATIO} times its size.",
            "If you trust it, unpack it yourself and name the unpacked file.",
        )


class Unpacked(io.RawIOBase):
    """The plain bytes of a file, whatever it is packed in.

    Parameters
    ----------
    path : Path
        An ordinary file; packed with gzip, bzip2, xz, zstd, or as the only file of a zip archive, or not at all.

    Raises
    ------
    SourceUnreadable
        Here or while reading, if the packing is broken, locked with a password, or grows without measure.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = open(path, "rb")
        self._size = os.fstat(self._file.fileno()).st_size
        self._given = 0
        try:
            self.compression = compression_of(self._file.read(8))
            self._file.seek(0)
            self._plain = self._explained(self._open_plain)
        except BaseException:
            self._file.close()
            raise

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with plain bytes."""
        data = self._explained(lambda: self._plain.read(len(buffer)))
        buffer[: len(data)] = data
        self._given += len(data)
        if self.compression is not None:
            refuse_bomb(self.path, self._given, self._file.tell())
        return len(data)

    def close(self) -> None:
        """Close the file below, too."""
        self._file.close()
        super().close()

    @property
    def share_read(self) -> float:
        """How far the file has been read, from 0 to 1."""
        return min(1.0, self._file.tell() / self._size) if self._size else 1.0

    def _open_plain(self) -> Any:
        openers: dict[str | None, Callable[[], Any]] = {
            None: lambda: self._file,
            "gzip": lambda: gzip.GzipFile(fileobj=self._file),
            "bzip2": lambda: bz2.BZ2File(self._file),
            "xz": lambda: lzma.LZMAFile(self._file),
            "zstd": lambda: pa.CompressedInputStream(pa.PythonFile(self._file, mode="r"), "zstd"),
            "zip": lambda: _only_member(self.path, self._file),
        }
        return openers[self.compression]()

    def _explained(self, step: Callable[[], Any]) -> Any:
        try:
            return step()
        except SourceError:
            raise
        except _BROKEN_PACKING as error:
            what = "cannot be read" if self.compression is None else f"is broken inside its {self.compression} packing"
            raise SourceUnreadable(
                f"{self.path} {what} ({str(error) or type(error).__name__}).", "Fetch or pack the file again."
            ) from None


def open_plain(path: Path) -> io.BufferedReader:
    """The plain bytes of a file, buffered."""
    return io.BufferedReader(Unpacked(path), 1 << 16)


def read_head(path: Path, n_bytes: int = 1 << 16) -> bytes:
    """The first plain bytes of a file."""
    with open_plain(path) as file:
        return file.read(n_bytes)


def _only_member(path: Path, file: BinaryIO) -> Any:
    archive = zipfile.ZipFile(file)
    members = [m for m in archive.infolist() if not m.is_dir() and not _is_clutter(m.filename)]
    if not members:
        raise SourceEmpty(f"The zip archive {path} holds no file.", "Name another file.")
    if len(members) > 1:
        names = name_list(m.filename for m in members)
        raise SourceUnreadable(
            f"The zip archive {path} holds {len(members)} files: {names}.",
            "Unpack it, and name the file that you mean, or the folder if all of them are one table.",
        )
    if members[0].flag_bits & 1:
        raise SourceUnreadable(f"The zip archive {path} is locked with a password.", "Unpack it and name its file.")
    refuse_bomb(path, members[0].file_size, members[0].compress_size)
    try:
        return archive.open(members[0])
    except NotImplementedError:
        raise SourceUnreadable(
            f"The zip archive {path} is packed in a way that Python does not know.", "Unpack it and name its file."
        ) from None


def _is_clutter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def _forbidden(path: Path) -> SourceRefused:
    return SourceRefused(f"{path} may not be read by this user.", "Ask its owner for the right to read it.")


def _is_no_data(entry: Path) -> bool:
    """Whether a name is hidden, or that of a project that was made for the very file that is not there."""
    return entry.name.startswith(".") or (entry / "mlwright.toml").exists()


def _missing(path: Path) -> SourceMissing:
    folder = path.parent
    if not folder.is_dir():
        return SourceMissing(f"The folder {folder} is not there.", "Set collect.source to an existing file.")
    names = sorted(entry.name for entry in folder.iterdir() if not _is_no_data(entry))
    offers = nearest(path.name, names)
    if offers:
        return SourceMissing(f"The file {path} is not there.", f"Did you mean: {', '.join(offers)}?")
    here = f"The folder holds: {name_list(names)}." if names else "The folder is empty."
    return SourceMissing(f"The file {path} is not there.", here)
