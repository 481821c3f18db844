"""Content-addressed files: what is written once is never changed.

A blob is a file whose name is the SHA-256 of its content. It is written to a temporary name beside its place,
flushed to the disk and renamed, so that a kill at any moment leaves either the whole blob or none.
"""

from __future__ import annotations

import errno
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlwright.core.errors import StorageError, StoreDamaged

CHUNK_BYTES = 1 << 20


@contextmanager
def explain_disk_errors(where: Path) -> Iterator[None]:
    """Turn a full or unwritable disk into a `StorageError` that says where."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                f"The disk that holds {where} is full.",
                "Free some space and type: mlwright run --resume   (what was finished is kept)",
            ) from error
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise StorageError(
                f"{where} cannot be written ({error.strerror}).", "Check who owns the folder, or choose another one."
            ) from error
        raise


def write_atomically(target: Path, data: bytes) -> None:
    """Write `data` to `target` so that a reader sees the old file or the whole new one.

    Raises
    ------
    StorageError
        If the disk is full or may not be written.
    """
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    with explain_disk_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(temporary, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)


def hash_file(path: Path) -> str:
    """SHA-256 of a file, read in chunks."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


class Blobs:
    """A folder of content-addressed files.

    Parameters
    ----------
    folder : Path
        Where the blobs lie; made at the first write.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes) -> str:
        """Keep `data` and return its hash; data that is there already is not written again."""
        name = hashlib.sha256(data).hexdigest()
        target = self.path(name)
        if not target.exists():
            write_atomically(target, data)
        return name

    def adopt(self, file: Path, name: str | None = None) -> str:
        """Move a finished file into the store and return its hash; the file must be on the same disk.

        Parameters
        ----------
        file : Path
        name : str, optional
            The hash, if it is known already.
        """
        name = name or hash_file(file)
        target = self.path(name)
        with explain_disk_errors(self.folder):
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(file, "rb") as handle:
                os.fsync(handle.fileno())
            os.replace(file, target)
        return name

    def get(self, name: str) -> bytes:
        """The content of a blob.

        Raises
        ------
        StoreDamaged
            If it is missing, or its content is not that of its name.
        """
        try:
            data = self.path(name).read_bytes()
        except FileNotFoundError:
            raise StoreDamaged(f"Blob {name[:12]} is missing from {self.folder}.", "mlwright run --fresh") from None
        if hashlib.sha256(data).hexdigest() != name:
            raise StoreDamaged(f"Blob {name[:12]} in {self.folder} was changed.", "mlwright run --fresh")
        return data

    def has(self, name: str) -> bool:
        """Whether the blob is there."""
        return self.path(name).exists()

    def path(self, name: str) -> Path:
        """Where the blob of that hash lies or would lie."""
        return self.folder / name[:2] / name
