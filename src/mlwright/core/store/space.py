"""What takes space in a store, and what nothing needs any more.

A run reaches the results that its journal names, and all that those name in turn. What only runs reach that are let go
can be removed; everything that a kept run, the registry or any other file of the store names stays.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mlwright.core.store import Store

_NAME = re.compile(rb"\b[0-9a-f]{64}\b")
_LARGEST_READ = 20_000_000
"""Larger files are tables and models, which name nothing."""


def reached(store: Store, run_ids: Iterable[str]) -> dict[Path, int]:
    """The files that some runs reach, with their sizes in bytes; their journals count as theirs."""
    journals = [path for run_id in run_ids for path in _files(store.run_folder(run_id))]
    return _reached(store, journals)


def let_go(store: Store, run_ids: Iterable[str]) -> int:
    """Remove runs, and what nothing else needs; returns the bytes that are free now. Hold the project's lock.

    Parameters
    ----------
    store : Store
    run_ids : iterable of str
    """
    gone = set(run_ids)
    kept = [path for run_id in store.run_ids() if run_id not in gone for path in _files(store.run_folder(run_id))]
    others = [path for path in store.folder.iterdir() if path.is_file()]
    needed = _reached(store, [*kept, *others])
    mine = {path: size for path, size in reached(store, gone).items() if path not in needed}
    mine |= _orphaned(store, {path.stem for path in mine}, needed)
    for path in mine:
        path.unlink(missing_ok=True)
    for run_id in gone:
        shutil.rmtree(store.run_folder(run_id), ignore_errors=True)
    return sum(mine.values())


def _orphaned(store: Store, names: set[str], needed: Mapping[Path, int]) -> dict[Path, int]:
    """Results of single items that name what goes: whoever took them up again would look for it in vain."""
    found = {path: path.stat().st_size for path in (store.folder / "kept").glob("*/*.json") if path not in needed}
    return {path: size for path, size in found.items() if _names_in(path, size) & names}


def _reached(store: Store, begin: Iterable[Path]) -> dict[Path, int]:
    found: dict[Path, int] = {}
    ahead = list(begin)
    while ahead:
        path = ahead.pop()
        if path in found or not path.is_file():
            continue
        found[path] = path.stat().st_size
        ahead += [next_one for name in _names_in(path, found[path]) for next_one in store.places_of(name)]
    return found


def _names_in(path: Path, size: int) -> set[str]:
    if size > _LARGEST_READ:
        return set()
    data = path.read_bytes()
    return {name.decode() for name in _NAME.findall(data)} if data[:1] in (b"{", b"[") else set()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
