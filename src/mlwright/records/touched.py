"""A model in use whose answers the newest outcomes have touched up, until it is trained again."""

from __future__ import annotations

from typing import ClassVar, Literal

from mlwright.core.record import Record
from mlwright.records.contest import Parent
from mlwright.records.model import Calibrator, CoreRef, ModelSpec
from mlwright.records.watch import ModelInUse

Way = Literal["as_it_is", "shifted", "recalibrated", "corrected", "continued", "anew", "latest"]


class TouchedWay(Record):
    """One way of touching answers up, as facts; see `learning.touches.Touch`.

    Parameters
    ----------
    way : str
    scale : float
        Of what the model says.
    added : tuple of (float, CoreRef)
        Cores whose weighted answers are added.
    calibrator : Calibrator or None
        What makes probabilities of the sum.
    """

    way: Way
    scale: float = 1.0
    added: tuple[tuple[float, CoreRef], ...] = ()
    calibrator: Calibrator | None = None


class Touched(Record):
    """How the ways of touching the answers of a model up stand after a look, and what they come to together.

    Parameters
    ----------
    base : str
        The bundle whose answers are touched up: one that was trained.
    ways : tuple of TouchedWay
        As they answer the rows to come.
    lost : dict of str to float
        Mean loss of a row by way, and by half-and-half answers of each two, older looks counting less.
    n_seen : float
        Rows that these losses are of, older looks counting less.
    weights : dict of str to float
        What each way's answer counts.
    counted : str
        Blob: keys of the labelled rows that are counted or learned from.
    n_fresh : int
        Labelled rows that the model itself has not learned from.
    n, total, spread : int, float, float
        A `statistics.sequential.Gathered` of the loss of the model as it is less that of the touched-up one, each as it
        was before the outcomes of a look were known; since the model is in use.
    own_loss, touched_loss : float
        Sums over these rows; losses above `ceiling` count as it.
    ceiling : float
    recent : tuple of float or None
        Mean loss of a row as it is, and touched up, older looks counting less; None before the first.
    low : float
        What the mean gain of a row is above, wrong with a chance of at most `operate.error` over all looks.
    helps : bool
        Whether the touched-up answers are to be used, as `operate.touch_up` wants it.
    model : ModelSpec
        What is to answer: touched up where that helps.
    sentence : str
    """

    version: ClassVar[int] = 2

    base: str
    ways: tuple[TouchedWay, ...] = ()
    lost: dict[str, float] = {}
    n_seen: float = 0.0
    weights: dict[Way, float] = {}
    counted: str = ""
    n_fresh: int = 0
    n: int = 0
    total: float = 0.0
    spread: float = 0.0
    own_loss: float = 0.0
    touched_loss: float = 0.0
    ceiling: float
    recent: tuple[float, float] | None = None
    low: float = float("-inf")
    helps: bool = False
    model: ModelSpec
    sentence: str = ""

    @property
    def mended_share(self) -> float:
        """The share of its loss that touching up spares the model of late; 0 where it is not used."""
        if not self.helps or self.recent is None or self.recent[0] <= 0:
            return 0.0
        return 1.0 - self.recent[1] / self.recent[0]


class Touching(Record):
    """What touching up begins with.

    Parameters
    ----------
    base : ModelInUse
        The model as it was trained.
    parent : Parent
        Its rows, and all that was looked at since.
    before : Touched or None
        How the ways stood after the look before.
    """

    base: ModelInUse
    parent: Parent
    before: Touched | None = None
