"""What the true outcomes of new rows say: of the model, of its promise, and of what could be done."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.evaluation import Estimate

Choice = Literal["shift", "recalibrate", "correct", "join", "anew", "plain"]


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


class Option(Record):
    """Something that could be done about the model, and what it would have been worth on new rows.

    Parameters
    ----------
    choice : str
        ``shift``, ``recalibrate`` or ``correct`` the model's answers by the newest outcomes, ``join`` them with those
        of a small model of the new rows, learn ``anew`` from the new rows alone, or give one ``plain`` answer to all
        rows.
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
