"""The folder of a bundle: how it is written, and how it is proved to be what was written.

``manifest.json`` holds the hash of every other file, and a seal: a hash over the bytes of the manifest itself (with
zeros where the seal stands). So a change of any byte of any file is noticed. That is a seal against accidents and half
copies, no signature: who can write the folder can seal it anew. Against that a bundle can be signed; see `signature`.

The bundle's name is the beginning of a hash over what the manifest says but for the occasion (when and in which run it
was made, when the data was read): what is the same has the same name.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from mlwright.core.errors import BundleError, StorageError, name_list
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.records.bundle import Manifest
from mlwright.scoring.newer import FORMATS, UPGRADE, as_known

MANIFEST = "manifest.json"
SIGNATURE = f"{MANIFEST}.minisig"
"""Lies beside the manifest where somebody has signed it; the manifest cannot know it."""

ID_LENGTH = 12
UNSEALED = "0" * ID_LENGTH
NO_SEAL = "0" * 64

_COPY_AGAIN = "Copy the bundle again from where it was made, or pack it anew: mlwright run --from pack"


def sealed(manifest: Manifest) -> tuple[str, bytes]:
    """The name of a bundle, and the bytes of its manifest with that name and its seal."""
    bundle_id = hashlib.sha256(_bytes_of(_without_occasion(manifest))).hexdigest()[:ID_LENGTH]
    draft = _bytes_of(manifest.model_copy(update={"bundle_id": bundle_id, "seal": NO_SEAL}))
    return bundle_id, _with_seal(draft, NO_SEAL, hashlib.sha256(draft).hexdigest())


def read_folder(path: Path) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest and the bytes of all files, each proved by its hash.

    Raises
    ------
    BundleError
        If a file is missing, changed or one too many, or is a link, or the manifest is unreadable or changed.
    """
    manifest = read_manifest(path)
    there = _files_in(path)
    if missing := sorted(manifest.files.keys() - there):
        raise BundleError(f"The bundle {path} lacks {name_list(missing)}.", _COPY_AGAIN)
    if more := sorted(there - manifest.files.keys() - {MANIFEST, SIGNATURE}):
        raise BundleError(f"The bundle {path} holds {name_list(more)}, which its manifest does not know.", "Remove it.")
    data = {name: _read(path, name) for name in manifest.files}
    for name, content in data.items():
        if hashlib.sha256(content).hexdigest() != manifest.files[name]:
            raise BundleError(f"{name} of the bundle {path} is not what was packed.", _COPY_AGAIN)
    return manifest, data


def read_manifest(path: Path) -> Manifest:
    """The manifest of the bundle at `path`, proved by the bundle's name.

    Raises
    ------
    BundleError
        If it is missing, unreadable, changed, of another format, or names files outside of the folder.
    """
    if not (path / MANIFEST).is_file():
        raise BundleError(f"{path} is no bundle: it holds no {MANIFEST}.", "Give the folder that holds it.")
    data = _read(path, MANIFEST)
    try:
        found = json.loads(data)
    except ValueError as error:
        raise BundleError(f"{MANIFEST} of the bundle {path} cannot be read: {error}.", _COPY_AGAIN) from None
    _check_format(found, path)
    if not _is_as_sealed(found, data):
        raise BundleError(f"{MANIFEST} of the bundle {path} is not what was packed.", _COPY_AGAIN)
    manifest = as_known(found, data, f"The bundle {path}")
    for name in manifest.files:
        _check_name(name, path)
    return manifest


def bundle_files(path: Path) -> dict[str, bytes]:
    """The bytes of all files of a bundle as they lie there, by their path in it."""
    return {name: (path / name).read_bytes() for name in sorted(_files_in(path))}


def write_folder(files: Mapping[str, bytes], target: Path) -> None:
    """Write the files of a bundle so that `target` is either as before or the whole bundle.

    Raises
    ------
    StorageError
        If something that is no bundle is in the way, or the disk is full or cannot be written.
    """
    if target.is_symlink() or target.exists():
        _check_replaceable(target)
    with explain_disk_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        draft, old = aside.with_suffix(".part"), aside.with_suffix(".old")
        try:
            for name, content in files.items():
                _write(draft / name, content)
            if target.exists():
                os.replace(target, old)
            os.replace(draft, target)
        finally:
            for left_over in (draft, old):
                shutil.rmtree(left_over, ignore_errors=True)


def _check_format(found: Any, path: Path) -> None:
    if not isinstance(found, dict) or "format" not in found:
        raise BundleError(f"{MANIFEST} of {path} is not that of a bundle.", "Give the folder of a bundle.")
    if found["format"] not in FORMATS:
        raise BundleError(
            f"The bundle {path} has the format {found['format']!r}; this version of mlwright reads "
            f"{' and '.join(map(str, FORMATS))}.",
            UPGRADE,
        )


def _check_name(name: str, path: Path) -> None:
    """Refuse names that could lead out of the folder."""
    pure = PurePosixPath(name)
    odd = pure.is_absolute() or ".." in pure.parts or str(pure) != name or "\\" in name or ":" in name or "\0" in name
    if odd or name in ("", ".", MANIFEST, SIGNATURE):
        raise BundleError(f"The manifest of {path} names the file {name!r}, which may not be in a bundle.", _COPY_AGAIN)


def _check_replaceable(target: Path) -> None:
    empty = target.is_dir() and not target.is_symlink() and not any(target.iterdir())
    if target.is_symlink() or not (empty or (target / MANIFEST).is_file()):
        raise StorageError(f"{target} is there already, and is no bundle.", "Choose another folder.")


def _files_in(path: Path) -> set[str]:
    """Paths of all files below a folder, which may hold only files and folders."""
    found = set()
    for place in sorted(path.rglob("*")):
        name = place.relative_to(path).as_posix()
        if place.is_symlink() or not (place.is_file() or place.is_dir()):
            raise BundleError(f"{name} of the bundle {path} is a link or no file.", _COPY_AGAIN)
        if place.is_file():
            found.add(name)
    return found


def _read(path: Path, name: str) -> bytes:
    if (path / name).is_symlink():
        raise BundleError(f"{name} of the bundle {path} is a link.", _COPY_AGAIN)
    try:
        return (path / name).read_bytes()
    except OSError as error:
        raise BundleError(f"{name} of the bundle {path} cannot be read ({error.strerror}).", _COPY_AGAIN) from error


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _is_as_sealed(found: Mapping[str, Any], data: bytes) -> bool:
    if seal := str(found.get("seal") or ""):
        return hashlib.sha256(_with_seal(data, seal, NO_SEAL)).hexdigest() == seal
    # Bundles from before the seal are named by the hash over their bytes.
    bundle_id = str(found.get("bundle_id"))
    unnamed = data.replace(f'"bundle_id": "{bundle_id}"'.encode(), f'"bundle_id": "{UNSEALED}"'.encode(), 1)
    return hashlib.sha256(unnamed).hexdigest()[:ID_LENGTH] == bundle_id


def _without_occasion(manifest: Manifest) -> Manifest:
    lineage = manifest.lineage.model_copy(update={"read_at": ""})
    occasion = {"bundle_id": UNSEALED, "seal": "", "made_at": "", "run_id": "", "lineage": lineage}
    return manifest.model_copy(update=occasion)


def _bytes_of(manifest: Manifest) -> bytes:
    return manifest.model_dump_json(indent=1).encode()


def _with_seal(manifest: bytes, old: str, new: str) -> bytes:
    """The bytes of a manifest with another seal; it stands before everything that data could have named."""
    return manifest.replace(f'"seal": "{old}"'.encode(), f'"seal": "{new}"'.encode(), 1)
