"""Whether training fits into the memory that there is."""

from __future__ import annotations

import os
from pathlib import Path

from mlwright.core.errors import MemoryShort
from mlwright.scoring.blocks import BlockNames

VALUE_BYTES = 4
TERMS_PER_ROW = 100
TERM_BYTES = 8
COPIES_KEPT = 1.0
COPIES_PER_FIT = 3.0
_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")


def needed_bytes(n_rows: int, names: BlockNames, n_workers: int) -> int:
    """Roughly how much memory training takes at its peak: the encoded rows, and each fit's own copies of them."""
    row_bytes = len(names.all) * VALUE_BYTES + (TERMS_PER_ROW * TERM_BYTES if names.n_terms else 0)
    return int(n_rows * row_bytes * (COPIES_KEPT + COPIES_PER_FIT * n_workers))


def check_memory(n_rows: int, names: BlockNames, n_workers: int, available: int | None = None) -> None:
    """See to it that there is as much memory as training needs.

    Parameters
    ----------
    n_rows : int
        That learn.
    names : BlockNames
        Their encoded columns.
    n_workers : int
        Fits at the same time.
    available : int, optional
        Bytes; default: what the machine and the container have left.

    Raises
    ------
    MemoryShort
        If there is less.
    """
    needed = needed_bytes(n_rows, names, n_workers)
    free = available_bytes() if available is None else available
    if free is not None and needed > free:
        raise MemoryShort(
            f"Training on {n_rows:,} rows and {len(names.all):,} encoded columns needs about {_gigabytes(needed)} "
            f"of memory; {_gigabytes(free)} are free.",
            "Use fewer rows or columns (profile.ignore), fewer jobs, or a machine with more memory.",
        )


def available_bytes() -> int | None:
    """Memory that can be had without swapping; None where the system does not say."""
    known = [amount for amount in (_left_on_machine(), left_in_container(_CGROUP)) if amount is not None]
    return min(known) if known else None


def _left_on_machine() -> int | None:
    try:
        lines = _MEMINFO.read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


def left_in_container(folder: Path) -> int | None:
    """Memory that the container may still take; None where it has no limit.

    Parameters
    ----------
    folder : Path
        Of its control group (version 2). Files that were read and are kept in memory count as used there, although
        they make room at once; so they are taken off.
    """
    try:
        limit, used = ((folder / name).read_text().strip() for name in ("memory.max", "memory.current"))
        if limit == "max":
            return None
        cached = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        return max(int(limit) - int(used) + int(cached.get("inactive_file", 0)), 0)
    except (OSError, ValueError):
        return None


def _gigabytes(amount: int) -> str:
    return f"{amount / 1e9:.1f} GB"
