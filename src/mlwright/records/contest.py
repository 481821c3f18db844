"""Two models on the same live rows: how they stand, and what follows."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.data import Snapshot
from mlwright.records.profile import Profile

Part = Literal["challenger", "predecessor"]
Outcome = Literal["undecided", "better", "no_better", "too_small", "undecidable"]


class Contender(Record):
    """A model that answers beside the champion, unseen by anybody.

    Parameters
    ----------
    bundle_id : str
    manifest : str
        Blob: its bundle's manifest.
    run_id : str
        The run that made it.
    part : str
        ``challenger``: it wants to be champion; ``predecessor``: it was, before the champion.
    """

    bundle_id: str
    manifest: str
    run_id: str
    part: Part


class Trial(Record):
    """A contender against the champion, on rows with a true outcome that neither has learned from.

    Parameters
    ----------
    champion, contender : str
        Bundles.
    part : str
    loss : str
        What is compared: the name of the loss of a row.
    ceiling : float
        Losses above it count as it, so that one row cannot decide; fixed before the first row of the trial.
    n, total, spread : int, float, float
        A `statistics.sequential.Gathered` of the champion's loss less that of the contender.
    counted : str
        Blob: which rows were counted, as sorted keys; a row counts once, however often its outcome is reported.
    champion_loss : float
        Sum over the rows.
    low, high : float
        What the mean gain is above and below, each wrong with a chance of at most `error` over all looks together.
    error : float
    least_gain : float
        The gain that a promotion must bring on each row to be worth its cost.
    outcome : str
        ``better``: the gain is proved, and worth its cost; ``no_better``: proved to be below that; ``too_small``: so
        many rows have come that a gain worth having would have shown itself; ``undecidable``: a model cannot answer
        these rows.
    sentence : str
    """

    champion: str
    contender: str
    part: Part
    loss: str
    ceiling: float
    n: int = 0
    total: float = 0.0
    spread: float = 0.0
    counted: str = ""
    champion_loss: float = 0.0
    low: float = float("-inf")
    high: float = float("inf")
    error: float = 0.05
    least_gain: float = 0.0
    outcome: Outcome = "undecided"
    sentence: str = ""

    @property
    def gain(self) -> float:
        """Mean gain of a row; 0 before the first one."""
        return self.total / self.n if self.n else 0.0


class Parent(Record):
    """The run whose model is trained again.

    Parameters
    ----------
    run_id, bundle_id : str
    snapshot : Snapshot
        Its rows.
    profile : Profile
    windows : tuple of Snapshot
        New rows that were looked at before the window of this training.
    """

    run_id: str
    bundle_id: str
    snapshot: Snapshot
    profile: Profile
    windows: tuple[Snapshot, ...] = ()


class Contest(Record):
    """Who is to be compared with the champion, and how that stood before.

    Parameters
    ----------
    contenders : tuple of Contender
    before : tuple of Trial
    fresh : str
        As in `Shadow`.
    """

    contenders: tuple[Contender, ...] = ()
    before: tuple[Trial, ...] = ()
    fresh: str = ""


class Shadow(Record):
    """How all contenders stand after a window.

    Parameters
    ----------
    champion : str
        The bundle in use.
    trials : tuple of Trial
    n_labelled : int
        Rows of the window with a true outcome.
    fresh : str
        Blob: keys of all rows with a true outcome, of this window and those before it, that are new to the champion.
    n_fresh : int
    """

    champion: str = ""
    trials: tuple[Trial, ...] = ()
    n_labelled: int = 0
    fresh: str = ""
    n_fresh: int = 0
