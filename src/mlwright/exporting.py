"""A model for somebody else's program, in one call."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlwright.core.errors import SettingsError, StorageError
from mlwright.core.family import NotApplicable
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.exports import EXPORT_FORMS, Files
from mlwright.shipping.exports._lower import program_of
from mlwright.shipping.exports._proof import largest_difference


@dataclass(frozen=True)
class Exported:
    """What was written, and how it was proved.

    Parameters
    ----------
    form : str
    title : str
        The form as people call it.
    folder : str
    files : tuple of str
    n_bytes : int
    largest_difference : float or None
        How far its answers were from the bundle's at most; for numbers as a share of the number. None if it could not
        be run here.
    n_rows : int
        Rows on which that was tried.
    unproved_because : str
        Why it could not be run here; empty if it was.
    """

    form: str
    title: str
    folder: str
    files: tuple[str, ...]
    n_bytes: int
    largest_difference: float | None
    n_rows: int
    unproved_because: str = ""


def export(bundle: Bundle, form: str, folder: str | os.PathLike[str], **options: Any) -> Exported:
    """Write a model in another language, after it was run there and has answered what the bundle answers.

    Parameters
    ----------
    bundle : Bundle
    form : str
        ``python``, ``c``, ``sql``, ``onnx``, or what others have added.
    folder : path-like
        Files of the same names in it are replaced.
    **options
        Of the form; SQL knows ``dialect``, ``table``, ``keep``, ``server`` and ``trees``.

    Raises
    ------
    ExportRefused
        If the form cannot say exactly what the model computes; nothing is written.
    SettingsError
        If the form does not know an option.
    StorageError
        If the disk is full or cannot be written.

    Examples
    --------
    >>> import mlwright
    >>> mlwright.export(mlwright.load("churn"), "c", "churn-c").largest_difference     # doctest: +SKIP
    2.220446049250313e-16
    """
    kind = EXPORT_FORMS.get(form)
    try:
        writer = kind(**options)
    except TypeError:
        raise SettingsError(f"Export as {form} takes no such options: {', '.join(options)}.") from None
    program = program_of(bundle)
    files = writer.write(program, bundle.manifest)
    reason, worst, n_rows = "", None, 0
    try:
        worst, n_rows = largest_difference(writer, files, program, bundle)
    except NotApplicable as not_here:
        reason = not_here.reason
    _write(Path(folder), files)
    n_bytes = sum(map(len, files.values()))
    return Exported(form, kind.title, os.fspath(folder), tuple(files), n_bytes, worst, n_rows, reason)


def _write(folder: Path, files: Files) -> None:
    """Every file under another name first, so that none is ever there in part."""
    if folder.exists() and not folder.is_dir():
        raise StorageError(f"{folder} is a file.", "Name another folder.")
    with explain_disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            draft = folder / f".{name}.part"
            draft.write_bytes(data)
            draft.replace(folder / name)
