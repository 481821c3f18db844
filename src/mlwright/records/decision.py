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
        Per 1,000 cases; today is the best that can be done without a model.
    today_is : str
        What that is ("call nobody", "call everybody", ...).
    gain : Estimate
        Model less today, paired.
    curve_threshold, curve_gain : tuple of float
        Gain per 1,000 cases against the threshold, for the picture.
    """

    unit: str
    assumed: bool
    table: dict[str, float]
    model: Estimate
    today: Estimate
    today_is: str
    gain: Estimate
    curve_threshold: tuple[float, ...] = ()
    curve_gain: tuple[float, ...] = ()


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
