"""The folder that rows are scored into: its parts, what they belong to, and one job at a time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from mlwright.core.errors import StorageError
from mlwright.core.record import Record
from mlwright.core.store.exclusive import lock

FACTS: Final = "_scoring.json"
COPY: Final = "_copy-of-source.parquet"
"""What begins with a line or a dot is no part of the table for engines that read the folder as one."""


class ScoringFacts(Record):
    """What the parts of a folder belong to.

    Parameters
    ----------
    bundle_id : str
    source : str
        Without secrets.
    looks : str
        A hash over the names, sizes and times of the source's files; empty for a source that is copied.
    query : str
    level : float
        Of intervals or sets, if they were asked for.
    part_rows : int
        Of every part but the last; known once the source was opened.
    n_rows : int
        Of all parts, once all are there.
    """

    format: Literal[1] = 1
    bundle_id: str
    source: str
    looks: str
    query: str | None
    level: float | None
    part_rows: int | None = None
    n_rows: int | None = None


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder, made if need be, for one job alone."""
    folder.mkdir(parents=True, exist_ok=True)
    strange = [path.name for path in folder.iterdir() if not _is_ours(path.name)]
    if strange:
        raise StorageError(f"{folder} holds something else: {strange[0]}.", "Name a new folder.")
    with open(folder / ".lock", "ab") as file:
        try:
            lock(file)
        except OSError:
            raise StorageError(f"Another process scores into {folder}.", "Wait for it to end.") from None
        yield


def parts_of(folder: Path) -> list[Path]:
    """The parts that are there, in their order."""
    return sorted(folder.glob("part-*.parquet"))


def _is_ours(name: str) -> bool:
    return name in (FACTS, COPY, ".lock") or name.startswith(("part-", f".{FACTS}", f"{COPY}."))


def settled(folder: Path, facts: ScoringFacts) -> ScoringFacts:
    """Begin the folder, or see that it is of the same job.

    Raises
    ------
    StorageError
        If it was begun with another bundle, source, query or level.
    """
    path = folder / FACTS
    if not path.exists():
        write_facts(folder, facts)
        return facts
    there = ScoringFacts.model_validate_json(path.read_bytes())
    other = [name for name in ("bundle_id", "source", "query", "level") if getattr(facts, name) != getattr(there, name)]
    if other or facts.looks != there.looks:
        words = {"bundle_id": "bundle"}
        found = f"another {words.get(other[0], other[0])}" if other else "files that have changed since"
        raise StorageError(
            f"{folder} was begun with {found}: its parts would not belong together.",
            "Name a new folder, or give it what it was begun with.",
        )
    return there


def write_facts(folder: Path, facts: ScoringFacts) -> None:
    """Keep what the parts belong to; whole or not at all."""
    draft = folder / f".{FACTS}"
    draft.write_text(facts.model_dump_json(indent=1))
    shutil.move(draft, folder / FACTS)
