"""Why one case was answered as it was, and what would have to be different."""

from __future__ import annotations

from mlwright.core.record import Record, Scalar


class Reason(Record):
    """What one input adds to the answer, compared with typical cases.

    Parameters
    ----------
    input : str
    value : str
        As it reads after the input's name: "is 3", "is 'basic'", "is missing".
    adds : float
        To the probability (1 is all), or to the number in its own unit.
    sentence : str
    """

    input: str
    value: str
    adds: float
    sentence: str


class Change(Record):
    """The smallest change that was found that alters the answer.

    Parameters
    ----------
    values : dict
        New values, by input.
    prediction : str
        The answer then.
    sentence : str
    """

    values: dict[str, Scalar | None]
    prediction: str
    sentence: str


class Explained(Record):
    """One case.

    Parameters
    ----------
    prediction : str
    of_what : str
        What the reasons add to: "the probability of 'yes'", or the target.
    score, typical : float
        That probability or number for this case, and for typical ones.
    reasons : tuple of Reason
        The largest first.
    change : Change or None
        None where it was not asked for, or the answer is a number.
    no_change : str
        Why there is none, if it was asked for.
    """

    prediction: str
    of_what: str
    score: float
    typical: float
    reasons: tuple[Reason, ...]
    change: Change | None = None
    no_change: str = ""
