"""Scores more rows than fit into memory, part by part; a job that is killed goes on where it was.

The output is a folder of Parquet files, one for every so many rows of the source in their order. A part is written
under another name and renamed, so it is there whole or not at all: the job that comes after a killed one makes the
parts that are missing. What they belong to stands beside them (the bundle, the source and how it looked, the rows of a
part), and a job that would mix two is refused. A source that may look otherwise when it is read again, as a database
does, is copied into the folder first.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.core.errors import SourceEmpty, StorageError
from mlwright.core.machine import processors
from mlwright.core.record import Record
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.data.sources import Reading, source_for
from mlwright.records.settings import CollectSettings
from mlwright.scoring.unread import unread_values
from mlwright.shipping.scored import scored_rows
from mlwright.shipping.scoring_folder import COPY, ScoringFacts, held, parts_of, settled, write_facts

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle

PART_CELLS = 4_000_000
LEAST_ROWS, MOST_ROWS = 1_000, 200_000
"""Of a part; as many as hold `PART_CELLS` values, so that wide tables need no more memory than narrow ones."""

UNREAD = "mlwright.unread"
"""Under which a part says how many values of its rows could not be read."""

LOOKED_AT = 1_000
"""Values of a column that tell whether its values recur."""

Tell = Callable[[float, int], None]


def _tell_nobody(share: float, n_rows: int) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class Job:
    """What is scored, and how.

    Parameters
    ----------
    bundle : Bundle
    wanted : CollectSettings
        `source` is set.
    level : float, optional
        Also intervals, or sets of classes, of that level.
    n_jobs : int, optional
        Parts that are worked on at a time; default: as many as there are processors.
    tell : callable, optional
        Told the share of the source that is read, and the rows that are scored.
    """

    bundle: Bundle
    wanted: CollectSettings
    level: float | None = None
    n_jobs: int | None = None
    tell: Tell = _tell_nobody


class Scored(Record):
    """What a job has done.

    Parameters
    ----------
    bundle_id, folder : str
    n_rows, n_parts : int
        That are there now.
    n_kept : int
        Parts that an earlier job had made.
    unread : dict
        By input, how many values were there but could not be read, and were taken as missing.
    notices : tuple of str
        What was changed to read the source, if it was read now.
    """

    bundle_id: str
    folder: str
    n_rows: int
    n_parts: int
    n_kept: int
    unread: dict[str, int] = {}
    notices: tuple[str, ...] = ()


def score(job: Job, folder: Path) -> Scored:
    """Score every row of a source into a folder; what is there of the same job is kept.

    Parameters
    ----------
    job : Job
    folder : Path

    Raises
    ------
    StorageError
        If the folder holds something else, another process works on it, or the disk is full.
    SourceError
        If the rows cannot be had.
    TableError
        If columns are missing.
    """
    with explain_disk_errors(folder), held(folder):
        facts = settled(folder, _facts_of(job))
        parts, notices = parts_of(folder), list[str]()
        if facts.n_rows is None:
            reading = _opened(job, folder)
            notices = reading.notices
            if facts.part_rows is None:
                rows = PART_CELLS // max(len(reading.schema), 1)
                facts = facts.model_copy(update={"part_rows": min(MOST_ROWS, max(LEAST_ROWS, rows))})
                write_facts(folder, facts)
            parts_made = _Parts(job, folder, facts)
            parts_made.make(reading.batches)
            facts = facts.model_copy(update={"n_rows": parts_made.counted()})
            write_facts(folder, facts)
            (folder / COPY).unlink(missing_ok=True)
    return Scored(
        bundle_id=job.bundle.bundle_id,
        folder=str(folder),
        n_rows=facts.n_rows or 0,
        n_parts=len(parts_of(folder)),
        n_kept=len(parts),
        unread=_unread_of(parts_of(folder)),
        notices=tuple(notices),
    )


class _Parts:
    """The parts of one folder."""

    def __init__(self, job: Job, folder: Path, facts: ScoringFacts) -> None:
        self.n_rows = self.n_parts = 0
        self._job = job
        self._folder = folder
        self._facts = facts

    def make(self, batches: Iterator[pa.RecordBatch]) -> None:
        """Make those that are missing, some at a time; no more are read than are worked on."""
        n_jobs = self._job.n_jobs or processors()
        waiting: deque[Future[None]] = deque()
        with ThreadPoolExecutor(n_jobs) as pool:
            for place, rows in enumerate(_cut(batches, self._facts.part_rows or MOST_ROWS)):
                self.n_parts += 1
                self.n_rows += len(rows)
                path = self._folder / f"part-{place:06d}.parquet"
                if path.exists():
                    continue
                waiting.append(pool.submit(self._make, rows, path))
                while len(waiting) > n_jobs:
                    waiting.popleft().result()
            for each in waiting:
                each.result()
        if not self.n_rows:
            raise SourceEmpty(f"{self._facts.source} holds no rows.", "Name a source with rows.")

    def counted(self) -> int:
        """See that the parts hold the rows that were read, each once.

        Raises
        ------
        StorageError
            If they do not.
        """
        paths = parts_of(self._folder)
        there = sum(int(pq.read_metadata(path).num_rows) for path in paths)
        if len(paths) != self.n_parts or there != self.n_rows:
            raise StorageError(
                f"{self._folder} holds {there:,} rows in {len(paths)} parts; {self.n_rows:,} rows were read.",
                "Name another folder, and score again.",
            )
        return there

    def _make(self, rows: pa.Table, path: Path) -> None:
        draft = path.with_suffix(".part")
        scored = scored_rows(self._job.bundle, rows, self._facts.level)
        lists = [name for name in scored.column_names if _recurs(scored[name])]
        ranges = [name for name in scored.column_names if name not in lists]
        unread = unread_values(self._job.bundle.model.encoder, rows)
        how = {"use_dictionary": lists, "write_statistics": ranges, "store_schema": False}
        with pq.ParquetWriter(draft, scored.schema, **how) as file:
            file.write_table(scored)
            file.add_key_value_metadata({UNREAD: json.dumps(unread)})
        draft.replace(path)
        self._job.tell(-1.0, len(rows))


def _unread_of(paths: Sequence[Path]) -> dict[str, int]:
    """What the parts say of values that could not be read."""
    total = Counter[str]()
    for path in paths:
        said = (pq.read_metadata(path).metadata or {}).get(UNREAD.encode(), b"{}")
        total.update(json.loads(said))
    return dict(total)


def _recurs(values: pa.ChunkedArray) -> bool:
    """Whether values come again so often that a list of them is worth its making."""
    if pa.types.is_dictionary(values.type):
        return True
    first = values[:LOOKED_AT]
    return len(first.unique()) < len(first) / 2


def _cut(batches: Iterator[pa.RecordBatch], n_rows: int) -> Iterator[pa.Table]:
    """The rows of batches, so many at a time."""
    held: deque[pa.RecordBatch] = deque()
    n_held = 0
    for batch in batches:
        held.append(batch)
        n_held += len(batch)
        while n_held >= n_rows:
            yield pa.Table.from_batches(_taken(held, n_rows))
            n_held -= n_rows
    if n_held:
        yield pa.Table.from_batches(list(held))


def _taken(held: deque[pa.RecordBatch], n_rows: int) -> list[pa.RecordBatch]:
    """The first rows of what is held, taken away from it."""
    taken = []
    while n_rows:
        batch = held.popleft()
        taken.append(batch[:n_rows])
        if len(batch) > n_rows:
            held.appendleft(batch[n_rows:])
        n_rows -= len(taken[-1])
    return taken


def _may_change(wanted: CollectSettings) -> bool:
    """Whether a source may hold other rows, or the same in another order, when it is read again."""
    path = Path(wanted.source or "").expanduser()
    return wanted.query is not None or not path.exists() or source_for(wanted)[1].grows


def _opened(job: Job, folder: Path) -> Reading:
    """The rows; those of a source that may change come from a copy."""
    wanted, tell = job.wanted, job.tell
    kind = source_for(wanted)[1]
    if not _may_change(wanted):
        return kind(wanted, lambda share: tell(share, 0)).read_coded()
    copy, notices = folder / COPY, list[str]()
    if not copy.exists():
        first = kind(wanted, lambda share: tell(share / 2, 0)).read()
        _copy(first, copy)
        notices = first.notices
    again = CollectSettings(source=str(copy))
    reading = source_for(again)[1](again, lambda share: tell(0.5 + share / 2, 0)).read_coded()
    reading.notices[:0] = notices
    return reading


def _copy(reading: Reading, path: Path) -> None:
    draft = path.with_suffix(".parquet.part")
    with pq.ParquetWriter(draft, reading.schema, compression="zstd") as writer:
        for batch in reading.batches:
            writer.write_batch(batch)
    draft.replace(path)


def _looks(path: Path) -> str:
    """What differs when a file, or a file of a folder, was changed, added or removed."""
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    told = hashlib.sha256()
    for each in files:
        state = each.stat()
        told.update(f"{each.relative_to(path)}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return told.hexdigest()


def _facts_of(job: Job) -> ScoringFacts:
    """What the parts belong to, as it is now."""
    wanted = job.wanted
    return ScoringFacts(
        bundle_id=job.bundle.bundle_id,
        source=source_for(wanted)[1](wanted).shown_location(),
        looks="" if _may_change(wanted) else _looks(Path(wanted.source or "").expanduser()),
        query=wanted.query,
        level=job.level,
    )
