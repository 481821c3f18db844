"""What the model has learned: what it relies on, how its answers move, and which inputs act together."""

from __future__ import annotations

from mlwright.core.record import Record
from mlwright.records.evaluation import Estimate


class Reliance(Record):
    """How much is lost on the test rows when one input is exchanged among them.

    Parameters
    ----------
    input : str
    lost : Estimate
        The loss in the loss function of the task, as a share of the gain over the dummy; paired over the rows.
    """

    input: str
    lost: Estimate


class Effect(Record):
    """How the answers move with one input, all others as they are.

    Parameters
    ----------
    input : str
    labels : tuple of str
        Values of the input, rising, or names, the most frequent first.
    values : tuple of float
        The same as numbers (seconds since 1970 for dates); empty for names.
    mean : tuple of float
        The mean answer, less the mean over all labels.
    low, high : tuple of float
        The interval of the mean.
    narrowest, widest : tuple of float
        Between them lie the movements of eight of ten rows: where they are far apart, other inputs have a say.
    """

    input: str
    labels: tuple[str, ...]
    values: tuple[float, ...] = ()
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    narrowest: tuple[float, ...]
    widest: tuple[float, ...]


class Together(Record):
    """Two inputs that act together.

    Parameters
    ----------
    one, other : str
    share : float
        The share of their common effect that neither has alone (Friedman's H squared).
    """

    one: str
    other: str
    share: float


class Understanding(Record):
    """What the model has learned, seen on test rows.

    Parameters
    ----------
    n_rows : int
        That were looked at.
    of_what : str
        What the effects are in: "the probability of 'yes'", or the target.
    reliance : tuple of Reliance
        The largest first.
    effects : tuple of Effect
    together : tuple of Together
        The strongest first.
    """

    n_rows: int
    of_what: str
    reliance: tuple[Reliance, ...] = ()
    effects: tuple[Effect, ...] = ()
    together: tuple[Together, ...] = ()
