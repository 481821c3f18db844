"""What was found in the data."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record

Severity = Literal["critical", "warning", "note"]


ALSO_SUSPICIONS = frozenset({"dominant_column", "follow_up_time", "missing_lately"})


class Finding(Record):
    """One thing that a person should know about the data.

    Parameters
    ----------
    check : str
        Name of the check that found it.
    severity : str
        ``critical``: the model would be wrong or worthless; ``warning``: it may be; ``note``: good to know.
    title : str
        A few words.
    sentence : str
        What was found, with its numbers, in plain words.
    columns : tuple of str
        The columns it is about; empty if it is about rows or the whole table.
    rows : tuple of int
        Positions of a few rows to look at.
    examples : tuple of str
        A few values to look at.
    action : str
        What mlwright does about it, or what a person should do.
    """

    check: str
    severity: Severity
    title: str
    sentence: str
    columns: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    examples: tuple[str, ...] = ()
    action: str

    @property
    def is_suspicion(self) -> bool:
        """Whether it says that columns may know the answer: what only a person who knows them can clear up."""
        return self.check.endswith("_leak") or self.check in ALSO_SUSPICIONS


class Excerpt(Record):
    """Some of the rows that a finding is about.

    Parameters
    ----------
    place : int
        Of the finding among its kind.
    columns : tuple of str
        Those that the finding names, and a few besides.
    rows : tuple of int
        Positions, from 0.
    cells : tuple of tuple of str or None
        A row each; None where a value is missing.
    """

    place: int
    columns: tuple[str, ...]
    rows: tuple[int, ...]
    cells: tuple[tuple[str | None, ...], ...]


NO_TIME = "there was no time left; a longer --budget gives some"


class Skipped(Record):
    """A member that could not judge, and why; `failed` if it should have been able to."""

    name: str
    reason: str
    failed: bool = False


class Findings(Record):
    """The answers of all checks.

    Parameters
    ----------
    findings : tuple of Finding
        Most severe first.
    quiet : tuple of str
        Checks that looked and found nothing.
    skipped : tuple of Skipped
        Checks that could not judge.
    vouched : tuple of str
        Columns that a person vouches for: they are known when the prediction is made.
    """

    findings: tuple[Finding, ...]
    quiet: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    vouched: tuple[str, ...] = ()

    @property
    def n_late(self) -> int:
        """How many checks there was no time for."""
        return sum(one.reason == NO_TIME for one in self.skipped)

    @property
    def cut_short(self) -> bool:
        """Whether there was no time for some checks."""
        return self.n_late > 0
