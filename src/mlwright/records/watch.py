"""What became of a model's world: the new rows, how they differ, and what to do about it."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record, digest
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import Estimate
from mlwright.records.looks import Aspect, Looks
from mlwright.records.profile import Kind

Action = Literal["nothing", "ask_for_labels", "retrain"]
Choice = Literal["shift", "recalibrate", "correct", "join", "anew", "plain"]


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


class Performance(Record):
    """The model on those of the new rows whose true outcome is known.

    Parameters
    ----------
    metric : str
    title : str
    n_rows : int
    promised, found : Estimate
        On the test rows, and now.
    loss : Estimate
        How much worse than promised; positive is worse.
    lost_share : Estimate
        `loss` as a share of the promised gain over the dummy: 1 means no better than the dummy.
    p_value, corrected : float
        Chance of a loss like this if nothing has changed, alone and over all tests of the window (Holm).
    """

    metric: str
    title: str
    n_rows: int
    promised: Estimate
    found: Estimate
    loss: Estimate
    lost_share: Estimate
    p_value: float
    corrected: float


class Harm(Record):
    """What a change costs, per row; more is worse.

    Parameters
    ----------
    title : str
        What a loss is ("log loss").
    loss : Estimate
        How much more the model loses on a row than promised.
    money : Estimate or None
        How much less an answer is worth, in `unit`.
    unit : str
        ``money`` where the user gave a benefit table, else the name of the stand-in.
    is_known : bool
        Whether it can be known without true outcomes; else `loss` holds between bounds alone, or for the part that is
        known.
    unknown : str
        Why not, as a sentence.
    n_labels : int
        How many true outcomes would settle it; 0 where it is settled.
    cases : str
        Of which cases ("rows in which 'town' is a new name").
    """

    title: str
    loss: Estimate
    money: Estimate | None = None
    unit: str = ""
    is_known: bool = True
    unknown: str = ""
    n_labels: int = 0
    cases: str = ""


class Alert(Record):
    """Something that is not what it was, beyond chance over all columns and all looks, and what it costs.

    Parameters
    ----------
    what : str
        A column, the model's answers, the target, the loss, or a pair of columns.
    aspect : str
        What about it moved most: ``level``, ``spread``, ``missing``, ``new``, ``shares``, ``relation``, ``target``,
        ``loss``.
    evidence : float
        The e-value: by chance it exceeds x in one case of x at most.
    size : float
        Share of the rows that would have to change to undo it.
    since : str
        About when it began: an ISO moment.
    sentence : str
    harm : Harm or None
        None where a model is not at hand.
    """

    what: str
    aspect: Aspect
    evidence: float
    size: float
    since: str
    sentence: str
    harm: Harm | None = None


class Option(Record):
    """Something that could be done about the model, and what it would have been worth on new rows.

    Parameters
    ----------
    choice : str
        ``shift`` and ``correct`` the model's answers by the newest outcomes, ``join`` them with those of a small model
        of the new rows, learn ``anew`` from the new rows alone, or give one ``plain`` answer to all rows.
    n_rows : int
        Rows that it was judged on, of which it had seen none.
    loss : str
        What a loss is ("log loss").
    gain : Estimate
        How much less a row loses than with the model; the interval allows for the number of options.
    money : Estimate or None
        How much more an answer is worth, in `unit`; None where the user gave no table.
    unit : str
    """

    choice: Choice
    n_rows: int
    loss: str
    gain: Estimate
    money: Estimate | None = None
    unit: str = ""


class Promised(Record):
    """The model on all labelled rows since deployment, against the promise; holds however often one looks.

    Parameters
    ----------
    n : int
        Rows with a true outcome, over all looks.
    promised, found : Estimate
        Mean loss of a row: on the test rows, and since; `found` is a confidence sequence.
    money_promised, money_found : Estimate
        What an answer is worth.
    evidence : float
        E-value against "no worse than promised".
    is_broken : bool
    told : str
        ISO moment of the look at which it was told to be broken, as long as that is not told anew; else empty.
    lasts : bool
        Whether what was told then still stands: no outcomes came since, or they still lose more than was promised.
    """

    n: int
    promised: Estimate
    found: Estimate
    money_promised: Estimate
    money_found: Estimate
    evidence: float
    is_broken: bool
    told: str = ""
    lasts: bool = False


class Outcomes(Record):
    """Of which rows of a window the true outcome is known, and whether these are a fair sample of all.

    Parameters
    ----------
    n_rows, n_known : int
    chance : float
        Of rows with an outcome that lie so far from those of the same day without one, by the model's answers; 1 where
        there is nothing to compare.
    known, rest : float
        What the test says that a row loses whose answer is like those to the rows with an outcome, and without one.
    """

    n_rows: int
    n_known: int
    chance: float = 1.0
    known: float = 0.0
    rest: float = 0.0

    @property
    def is_fair(self) -> bool:
        """Whether nothing speaks against it."""
        return self.chance > 0.01


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
