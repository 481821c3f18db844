"""A bundle as a folder, written from the blobs of a store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mlwright.records.bundle import Manifest
from mlwright.scoring.folder import MANIFEST, SIGNATURE, write_folder


def write_bundle(manifest: str, get: Callable[[str], bytes], folder: Path) -> None:
    """Write a packed bundle into a folder; a bundle that is there already is replaced.

    The signature of the same bundle is kept.

    Parameters
    ----------
    manifest : str
        Blob: the bundle's manifest, which names the blobs of all its other files.
    get : callable
        The bytes of a blob.
    folder : Path

    Raises
    ------
    StorageError
        If something that is no bundle is in the way, or the disk is full or cannot be written.
    """
    data = get(manifest)
    files = {name: get(blob) for name, blob in Manifest.model_validate_json(data).files.items()}
    if (folder / SIGNATURE).is_file() and (folder / MANIFEST).read_bytes() == data:
        files[SIGNATURE] = (folder / SIGNATURE).read_bytes()
    write_folder({**files, MANIFEST: data}, folder)
