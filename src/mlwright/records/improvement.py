"""What to do next, by what it is likely to bring, and what came of trying."""

from __future__ import annotations

from typing import Any, Literal

from mlwright.core.record import Record
from mlwright.records.evaluation import Estimate


class Step(Record):
    """One thing to do next.

    Parameters
    ----------
    name : str
        ``drop_suspects``, ``more_time``, ``mend_values``, ``more_rows``, ``another_table``, ``say_the_worth``, or a
        member of the family of remedies.
    title : str
        What to do, as a sentence.
    evidence : str
        Why, with its numbers, as a sentence.
    cost : str
        What it takes, in words.
    gain : Estimate or None
        In the metric that was optimised, in the direction of better; None if not known.
    money : Estimate or None
        Per 1,000 cases; None if not known, or without a benefit table.
    gain_is : str
        ``about``, ``at most`` or ``not known``.
    share : float or None
        What it is likely to bring as a share of what the model gains, by which steps are ordered.
    changes : dict
        Settings by section and key with which it can be tried without anybody; empty where it takes people.
    """

    name: str
    title: str
    evidence: str
    cost: str
    gain: Estimate | None = None
    money: Estimate | None = None
    gain_is: Literal["about", "at most", "not known"] = "not known"
    share: float | None = None
    changes: dict[str, dict[str, Any]] = {}


class Tried(Record):
    """What came of trying a step as a run of its own.

    Parameters
    ----------
    step : str
    run_id : str
        The run, which names its parent; it went on to the end only if it was kept.
    gain : Estimate or None
        Over the parent on the training rows that both held out, paired, in the direction of better; None where the two
        cannot be compared.
    kept : bool
    sentence : str
    """

    step: str
    run_id: str
    gain: Estimate | None = None
    kept: bool = False
    sentence: str


class Improvement(Record):
    """The next steps of a run.

    Parameters
    ----------
    run_id : str
    metric : str
    steps : tuple of Step
        What makes figures worthless first, then by likely gain.
    tried : tuple of Tried
    """

    run_id: str
    metric: str
    steps: tuple[Step, ...]
    tried: tuple[Tried, ...] = ()
