"""What takes space in a project."""

from __future__ import annotations

from mlwright.core.record import Record


class RunSpace(Record):
    """What a run holds.

    Parameters
    ----------
    run_id : str
    pipeline : str
    size_bytes : int
        All that it reaches, what other runs reach too included.
    alone_bytes : int
        What no other run reaches.
    needed : str
        Why it stays; empty where it may be let go.
    """

    run_id: str
    pipeline: str
    size_bytes: int
    alone_bytes: int
    needed: str = ""


class Space(Record):
    """What a project takes on disk.

    Parameters
    ----------
    total_bytes : int
        The store, the bundles and the reports.
    store_bytes, bundles_bytes, reports_bytes : int
    runs : tuple of RunSpace
        Oldest first.
    freed_bytes : int
        What was removed just now.
    gone : tuple of str
        Runs that were let go just now.
    """

    total_bytes: int
    store_bytes: int
    bundles_bytes: int
    reports_bytes: int
    runs: tuple[RunSpace, ...]
    freed_bytes: int = 0
    gone: tuple[str, ...] = ()
