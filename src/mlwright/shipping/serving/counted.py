"""What the processes of one service have counted, in the files of one folder.

Each writes to a file of its own, through memory, and holds its lock. A lock belongs to the operating system, so a file
without one is of a process that has ended, however it did. Who begins next folds those into one file, which says in the
same write which it holds, before they are removed: whatever is killed in between, no count is lost or counted twice.
Bundles that follow each other may have other series, so the name of a file says which ones it counts; they stand in a
file beside it.
"""

from __future__ import annotations

import mmap
import os
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import orjson

from mlwright.core.store.exclusive import lock

COUNTS, SERIES, ENDED, GATE = ".counts", ".series", "ended.json", "folding.lock"
"""How the names of files end that count, and say what they count; what ended processes have counted, and whose turn it
is to fold."""

Series = tuple[str, tuple[str, ...]]


class _Folded(NamedTuple):
    """What was folded, and the names of the files of which that may still be there."""

    counts: Mapping[Series, float]
    names: frozenset[str]


class CountsFolder:
    """Where the processes of one service count together.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: IO[bytes] | None = None
        self._series: dict[str, list[Series]] = {}

    def cells(self, series: Sequence[Series]) -> memoryview[float]:
        """Cells of this process, one for each series; those that it had before are written to no more.

        Of a memory view, for one number of an array of numpy costs several times as much.
        """
        said, size = orjson.dumps(series), len(series) * 8
        kind = blake2b(said, digest_size=8).hexdigest()
        name = f"{os.getpid()}-{secrets.token_hex(4)}.{kind}"
        draft = self._folder / f"{name}.draft"
        draft.write_bytes(said)
        os.replace(draft, self._folder / f"{kind}{SERIES}")
        file = open(draft, "w+b")
        file.truncate(size)
        found = memoryview(mmap.mmap(file.fileno(), size)).cast("d")
        lock(file)
        os.replace(draft, self._folder / f"{name}{COUNTS}")  # only now, with its lock, others see it
        before, self._own = self._own, file
        if before is not None:
            before.close()
        with suppress(OSError):  # a disk that is full: the next one folds
            self.fold()
        return found

    def fold(self) -> None:
        """Put what ended processes have counted into one file, and remove theirs."""
        with open(self._folder / GATE, "wb") as gate:
            try:
                lock(gate)
            except OSError:  # another process is at it
                return
            counts, names = self._folded()
            left = [path for path in self._folder.glob(f"*{COUNTS}") if _is_left(path)]
            if new := [path for path in left if path.name not in names]:
                total = Counter(counts)
                for path in new:
                    total.update(self._counted(path))
                draft = self._folder / f"{ENDED}.draft"
                draft.write_bytes(orjson.dumps([list(total.items()), [path.name for path in left]]))
                os.replace(draft, self._folder / ENDED)
            for path in left:
                path.unlink()

    def total(self) -> Mapping[Series, float]:
        """What all have counted, those that have ended too."""
        while True:
            folded = self._folded()
            total = Counter(folded.counts)
            for path in self._folder.glob(f"*{COUNTS}"):
                if path.name not in folded.names:
                    with suppress(FileNotFoundError):  # it is folded right now
                        total.update(self._counted(path))
            if self._folded() == folded:
                return total

    def _counted(self, path: Path) -> Mapping[Series, float]:
        return dict(zip(self._series_of(path.name.split(".")[1]), np.fromfile(path).tolist(), strict=True))

    def _series_of(self, kind: str) -> list[Series]:
        if kind not in self._series:
            self._series[kind] = _read(orjson.loads((self._folder / f"{kind}{SERIES}").read_bytes()))
        return self._series[kind]

    def _folded(self) -> _Folded:
        try:
            counts, names = orjson.loads((self._folder / ENDED).read_bytes())
        except FileNotFoundError:
            return _Folded({}, frozenset())
        series = _read([one for one, _ in counts])
        return _Folded(dict(zip(series, (count for _, count in counts), strict=True)), frozenset(names))


def _read(series: Sequence[tuple[str, Sequence[str]]]) -> list[Series]:
    return [(name, tuple(labels)) for name, labels in series]


def _is_left(path: Path) -> bool:
    """Whether the process that has written a file has ended."""
    with open(path, "rb") as file:
        try:
            lock(file)
        except OSError:
            return False
        return True
