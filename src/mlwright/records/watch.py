"""What became of a model's world: the new rows, how they differ, and what to do about it."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record, digest
from mlwright.records.alarms import Alert, Harm
from mlwright.records.data import Snapshot
from mlwright.records.looks import Looks
from mlwright.records.outcomes import Option, Outcomes, Performance, Promised
from mlwright.records.profile import Kind

Action = Literal["nothing", "ask_for_labels", "retrain"]


class ModelInUse(Record):
    """The model that is watched.

    Parameters
    ----------
    bundle_id : str
    manifest : str
        Blob: the bundle's manifest, which names the blobs of all its other files.
    run_id : str
        The run that put it there, or made it.
    is_champion : bool
        Whether it is in use; else it is the latest bundle.
    base : str
        The bundle as it was trained, where this one holds its answers touched up; else empty.
    """

    bundle_id: str
    manifest: str
    run_id: str
    is_champion: bool
    base: str = ""

    @property
    def trained(self) -> str:
        """The bundle as it was trained: itself, unless its answers were touched up."""
        return self.base or self.bundle_id


class Window(Record):
    """New rows, as they came.

    Parameters
    ----------
    snapshot : Snapshot
    """

    snapshot: Snapshot

    def digest(self) -> str:
        """Depends on the content and not on when it was read."""
        return digest([type(self).__name__, self.version, self.snapshot.digest()])


class Movement(Record):
    """How far one column is from where it was, by one test.

    Parameters
    ----------
    test : str
        Member of the drift family.
    p_value : float
        Chance of a movement like this, or a larger one, if nothing has changed.
    corrected : float
        The same over all tests of the window (Holm).
    size : float
        Share of the rows that would have to change their value to undo it.
    sentence : str
    """

    test: str
    p_value: float
    corrected: float
    size: float
    sentence: str


class ColumnThenNow(Record):
    """One input of the model, or its answers, in training and in the window.

    Parameters
    ----------
    name : str
    kind : str
        Kind of the column, or ``answers``.
    missing_then, missing_now : float
        Shares of the rows.
    new_share : float
        Share of the rows whose name was not known to the model.
    new_names : tuple of str
        A few of those names, the most frequent first.
    movements : tuple of Movement
        By every test that could judge, the least likely first.
    untested : str
        Why its values could not be compared; empty if they were.
    only : str
        The value that all rows of the window hold that have one, though training knew several; else empty.
    """

    name: str
    kind: Kind | Literal["answers"]
    missing_then: float
    missing_now: float
    new_share: float = 0.0
    new_names: tuple[str, ...] = ()
    movements: tuple[Movement, ...] = ()
    untested: str = ""
    only: str = ""


class LeftOut(Record):
    """Rows of a window that are part of no look, as they were looked at before or nobody knows when they were.

    Parameters
    ----------
    n_again : int
        Rows of a time that was looked at before.
    n_late : int
        Outcomes of such rows that count now, as none was known at that time.
    n_untimed : int
        Rows without a time.
    until : str
        ISO moment up to which was looked before.
    """

    n_again: int
    n_late: int = 0
    n_untimed: int
    until: str = ""


class Comparison(Record):
    """The window against what the model learned from.

    Parameters
    ----------
    bundle_id : str
    n_rows : int
        Of the window.
    n_reference : int
        Rows that the model's reference was made of.
    target : str
    columns : tuple of ColumnThenNow
        Those that moved most first.
    performance : Performance or None
        None if too few of the rows have the true outcome.
    labels_needed : int
        How many true outcomes would show whether half of the model's gain over the dummy is lost.
    alarms : float
        The share of windows in which something seems to have moved although nothing has.
    n_tests : int
    budget : float
        False alarms a year that the model may give at most, on average, over all columns and all looks.
    evidence, threshold : float
        Of all columns and looks together; an alarm is given where the evidence reaches the threshold, 1 / `budget`.
    alerts : tuple of Alert
        What moved and does harm, or may do so and cannot be known; the costliest first. Empty below the threshold.
    notes : tuple of Alert
        What moved beyond chance and does no harm.
    harm : Harm or None
        Of all that moved together; None where the bundle has no memory of it.
    promise : Promised or None
        None as long as no true outcome is known.
    memory : Looks or None
        What is to be kept for the next look, this one included.
    options : tuple of Option
        What could be done, the largest gain first; empty where too few outcomes are known.
    outcomes : Outcomes or None
        None where the bundle has no memory of its training.
    left_out : LeftOut or None
        None where every row is part of a look.
    """

    bundle_id: str
    n_rows: int
    n_reference: int
    target: str
    columns: tuple[ColumnThenNow, ...]
    performance: Performance | None
    labels_needed: int
    alarms: float
    n_tests: int
    budget: float = 0.0
    evidence: float = 1.0
    threshold: float = 1.0
    alerts: tuple[Alert, ...] = ()
    notes: tuple[Alert, ...] = ()
    harm: Harm | None = None
    promise: Promised | None = None
    memory: Looks | None = None
    options: tuple[Option, ...] = ()
    outcomes: Outcomes | None = None
    left_out: LeftOut | None = None

    def moved(self, least: float = 0.0) -> tuple[tuple[ColumnThenNow, Movement], ...]:
        """Movements that are not by chance and at least of that size, the largest first."""
        found = [
            (column, movement)
            for column in self.columns
            for movement in column.movements
            if movement.corrected <= self.alarms and movement.size >= least
        ]
        return tuple(sorted(found, key=lambda pair: -pair[1].size))


class Response(Record):
    """What to do.

    Parameters
    ----------
    action : str
        ``nothing``, ``ask_for_labels`` (only the true outcomes can tell) or ``retrain``.
    headline : str
    reasons : tuple of str
    next_steps : tuple of str
        What to type.
    comparison : Comparison
        What it rests on.
    """

    action: Action
    headline: str
    reasons: tuple[str, ...]
    next_steps: tuple[str, ...] = ()
    comparison: Comparison
