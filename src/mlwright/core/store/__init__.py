"""The project folder's memory on disk: blobs, kept results, journals and the lock.

.. code-block:: text

    .mlwright/
      blobs/ab/ab12...      content-addressed files, never changed
      kept/cd/cd34....json  results under the hash of all that they depended on
      runs/ID/journal.jsonl what happened, event by event
      registry.jsonl        which bundle is in use, since when and why
      lock                  held by the one run that may write
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from mlwright.core.record import Record
from mlwright.core.store import lock
from mlwright.core.store.blobs import Blobs, explain_disk_errors, write_atomically
from mlwright.core.store.journal import Journal
from mlwright.core.store.registry import Registry

R = TypeVar("R", bound=Record)

LEFT_OVER_PATTERN = ".*.part"


class Store:
    """What a project remembers.

    Parameters
    ----------
    folder : Path
        The ``.mlwright`` folder of a project; made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blobs = Blobs(folder / "blobs")
        self.registry = Registry(folder / "registry.jsonl")

    @property
    def project(self) -> Path:
        """The folder of the project that this is the memory of."""
        return self.folder.parent

    def keep(self, key: str, record: Record) -> None:
        """Keep a result under the hash of all that it depended on."""
        write_atomically(self._kept_path(key), record.model_dump_json().encode())

    def kept(self, key: str, kind: type[R]) -> R | None:
        """The result that is kept under `key`, or None; one that cannot be read counts as not there."""
        try:
            return kind.model_validate_json(self._kept_path(key).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def places_of(self, name: str) -> tuple[Path, Path]:
        """Where a blob or a kept result of that name would lie."""
        return self.blobs.path(name), self._kept_path(name)

    def journal(self, run_id: str) -> Journal:
        """The journal of one run."""
        return Journal(self.run_folder(run_id) / "journal.jsonl")

    def run_folder(self, run_id: str) -> Path:
        """The folder of one run."""
        return self.folder / "runs" / run_id

    def run_ids(self) -> list[str]:
        """All runs, oldest first."""
        runs = self.folder / "runs"
        if not runs.is_dir():
            return []
        return sorted((p.name for p in runs.iterdir() if p.is_dir()), key=_by_date_and_count)

    def hold(self, run_id: str) -> AbstractContextManager[None]:
        """Hold the project for one run; see `lock.hold`."""
        return lock.hold(self.folder / "lock", run_id)

    def holder(self) -> dict[str, Any] | None:
        """Which run holds the project now, or None."""
        return lock.holder(self.folder / "lock")

    def scratch(self, run_id: str) -> Path:
        """An empty folder on the store's own disk, for files in the making; emptied by `sweep`."""
        folder = self.run_folder(run_id) / "scratch"
        with explain_disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def sweep(self) -> None:
        """Remove what killed runs left half written; call it only while holding the lock."""
        for part in self._left_overs():
            part.unlink(missing_ok=True)
        for folder in (self.folder / "runs").glob("*/scratch"):
            shutil.rmtree(folder, ignore_errors=True)

    def _left_overs(self) -> Iterator[Path]:
        for place in ("blobs", "kept"):
            yield from (self.folder / place).glob(f"*/{LEFT_OVER_PATTERN}")

    def _kept_path(self, key: str) -> Path:
        return self.folder / "kept" / key[:2] / f"{key}.json"


def _by_date_and_count(run_id: str) -> tuple[str, int]:
    date, _, count = run_id.rpartition("-")
    return date, int(count) if count.isdigit() else 0
