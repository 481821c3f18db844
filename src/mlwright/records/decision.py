"""Whether to use the model, and what that is worth."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.evaluation import Estimate

Verdict = Literal["deploy", "pilot", "collect_more", "stop"]
Outcome = Literal["kept", "broken", "unclear", "not_applicable"]


class Ruling(Record):
    """What one rule says.

    Parameters
    ----------
    outcome : str
        ``kept``, ``broken``, ``unclear`` (the interval holds both) or ``not_applicable``.
    required : bool
        Whether the user's `must` names it.
    sentence : str
        With the evidence.
    """

    rule: str
    title: str
    outcome: Outcome
    required: bool
    sentence: str


class Compared(Record):
    """The gain over one way to do without the model, per 1,000 cases."""

    what: str
    gain: Estimate


class BreakEven(Record):
    """How far one amount of the table may move before the model gains nothing any more, all others as they are.

    Parameters
    ----------
    name : str
        The amount, as in the table.
    now : float
        Where it differs from row to row, the mean; all of them then move by the same share.
    low, high : float or None
        The model gains something between them; None where there is no end on that side.
    sure_low, sure_high : float or None
        Its gain is sure between them; None where there is no end on that side, and where it is not sure now.
    """

    name: str
    now: float
    low: float | None
    high: float | None
    sure_low: float | None = None
    sure_high: float | None = None


class IfOff(Record):
    """The gain if one amount of the table were so many times what it is, with the same answers.

    Parameters
    ----------
    name : str
        The amount, as in the table.
    amount : float
        What it would be; where it differs from row to row, the mean.
    gain : Estimate
        Per 1,000 cases.
    """

    name: str
    amount: float
    gain: Estimate


class Capacity(Record):
    """How many cases can be answered positive.

    Parameters
    ----------
    n_positive, n_cases : int
        Of so many cases in a period.
    period : str
    binds : bool
        Whether more cases would be worth a positive answer than can be given one.
    """

    n_positive: int
    n_cases: int
    period: str
    binds: bool

    @property
    def share(self) -> float:
        """Of all cases."""
        return min(1.0, self.n_positive / self.n_cases)


class MoreRows(Record):
    """What rows have been worth, by fitting one quick model on parts of them.

    Parameters
    ----------
    model : str
    n_rows : tuple of int
        Rows that were learned from, each twice the one before.
    worth : tuple of float
        Per 1,000 cases that were held out.
    last_doubling : Estimate
        What the last doubling brought, paired on the same cases.
    """

    model: str
    n_rows: tuple[int, ...]
    worth: tuple[float, ...]
    last_doubling: Estimate


class Pilot(Record):
    """How large a trial has to be to show the gain in 80 of 100 cases, if half of it is there.

    Parameters
    ----------
    n_side_by_side : int
        Cases that are answered both ways, where it comes out later what either answer was worth.
    n_each : int
        Cases in each of two groups, drawn by lot, where only the answer that was acted upon shows its worth.
    n_cases, period
        How many cases a period brings; None if that was not said.
    """

    n_side_by_side: int
    n_each: int
    n_cases: int | None = None
    period: str = "week"


class CaseByCase(Record):
    """What it is worth to answer each case by its own amounts, in place of one threshold for all.

    Parameters
    ----------
    gain : Estimate
        Over one threshold, per 1,000 cases, paired.
    positive_share : float
        The share of cases that is then answered positive.
    rule : str
        From which probability on a case is answered positive, as a clause.
    """

    gain: Estimate
    positive_share: float
    rule: str


class FewCases(Record):
    """The few test cases that carry half of what all answers bring.

    Parameters
    ----------
    n : int
    n_all : int
        Of so many that bring something.
    is_cost : bool
        Whether it is what they cost, as no answer brings anything.
    """

    n: int
    n_all: int
    is_cost: bool = False


class Worth(Record):
    """What the model is worth per 1,000 cases.

    Parameters
    ----------
    unit : str
        ``money`` where the user gave a benefit table, else the name of the stand-in.
    assumed : bool
        Whether the table is ours and not the user's.
    table : dict
        What each outcome is worth.
    model, today : Estimate
        Per 1,000 cases; today is what is done today or, if that was not said, the best that can be done without a look.
    today_is : str
        What that is ("call nobody", "call everybody", ...).
    today_said : bool
        Whether the user said what is done today.
    gain : Estimate
        Model less today, paired.
    curve_threshold, curve_gain : tuple of float
        Gain per 1,000 cases against the threshold, for the picture.
    from_columns : dict
        Amounts that differ from row to row, by name, and where they come from; `table` holds their means.
    positive_share : float or None
        Two classes: the share of cases that is answered positive.
    shift : float
        Numbers: what is added to the prediction where saying too much and too little cost differently.
    compared : tuple of Compared
        The gain over each way to do without.
    break_even : tuple of BreakEven
    if_off : tuple of IfOff
        For each amount that was said: with half and with twice of it.
    capacity : Capacity or None
    more_rows : MoreRows or None
    pilot : Pilot or None
        None where nothing is gained.
    case_by_case : CaseByCase or None
        Two classes, where each case is answered by its own amounts.
    line : float or None
        Numbers of which some are acted upon: from which predicted number on.
    few_cases : FewCases or None
        None where no few cases carry half of what the answers bring.
    """

    unit: str
    assumed: bool
    table: dict[str, float]
    model: Estimate
    today: Estimate
    today_is: str
    today_said: bool = False
    gain: Estimate
    curve_threshold: tuple[float, ...] = ()
    curve_gain: tuple[float, ...] = ()
    from_columns: dict[str, str] = {}
    positive_share: float | None = None
    shift: float = 0.0
    compared: tuple[Compared, ...] = ()
    break_even: tuple[BreakEven, ...] = ()
    if_off: tuple[IfOff, ...] = ()
    capacity: Capacity | None = None
    more_rows: MoreRows | None = None
    pilot: Pilot | None = None
    case_by_case: CaseByCase | None = None
    line: float | None = None
    few_cases: FewCases | None = None


class Decision(Record):
    """The verdict and its reasons.

    Parameters
    ----------
    verdict : str
    headline : str
        One sentence that a manager can act on.
    reasons : tuple of str
    rulings : tuple of Ruling
    worth : Worth
    limits : tuple of str
        Where it should not be used, and what to watch.
    next_steps : tuple of str
    """

    verdict: Verdict
    headline: str
    reasons: tuple[str, ...]
    rulings: tuple[Ruling, ...]
    worth: Worth
    limits: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
