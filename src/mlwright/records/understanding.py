"""What the model has learned: what it relies on, how its answers move, and which inputs act together."""

from __future__ import annotations

from mlwright.core.record import Record
from mlwright.records.evaluation import Estimate
from mlwright.records.explained import Reason


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


class Band(Record):
    """Test rows with like values of one input: what was said of them, and what happened.

    Parameters
    ----------
    label : str
    n_rows : int
    said : float
        Mean answer: the probability that `Understanding.of_what` names, or the number.
    happened : Estimate
        The share of rows where it came true, or the mean of the truth.
    loss : float
        Mean loss: log loss, or for numbers the distance from the truth.
    """

    label: str
    n_rows: int
    said: float
    happened: Estimate
    loss: float


class Along(Record):
    """The test rows along one column, which nothing was exchanged in.

    Parameters
    ----------
    column : str
    is_time : bool
        Whether the column says when a row was.
    bands : tuple of Band
        Values rising, names by how frequent they are; where the value is missing last.
    """

    column: str
    is_time: bool = False
    bands: tuple[Band, ...]


class Case(Record):
    """One test row, its truth, what the model said of it and why.

    Parameters
    ----------
    title : str
        What it is an example of.
    row : int
        Its place in the table, from 1.
    truth, answer : str
    of_what : str
        What `score` is: "the probability of 'yes'", or the target.
    score, typical : float
        Of this row, and of typical ones.
    reasons : tuple of Reason
        What makes the difference between the two, the largest first.
    """

    title: str
    row: int
    truth: str
    answer: str
    of_what: str
    score: float
    typical: float
    reasons: tuple[Reason, ...] = ()


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
    along : tuple of Along
        Said and happened along the column of time, if there is one, and along the inputs that count most.
    cases : tuple of Case
        Single rows: the surest, the least sure, and those where it was furthest from the truth.
    """

    n_rows: int
    of_what: str
    reliance: tuple[Reliance, ...] = ()
    effects: tuple[Effect, ...] = ()
    together: tuple[Together, ...] = ()
    along: tuple[Along, ...] = ()
    cases: tuple[Case, ...] = ()
