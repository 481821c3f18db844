"""Two finished models side by side."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.evaluation import Estimate

Part = Literal["data", "settings", "model", "decision", "speed and size"]
Better = Literal["first", "second", "neither"]


class Difference(Record):
    """Something that is not the same in both.

    Parameters
    ----------
    part : str
        Of the job: ``data``, ``settings``, ``model``, ``decision``, ``speed and size``.
    what : str
    first, second : str
    """

    part: Part
    what: str
    first: str
    second: str


class MetricPair(Record):
    """One metric of both.

    Parameters
    ----------
    name, title : str
    greater_is_better : bool
    first, second : Estimate
    gain : Estimate or None
        How much better the second is; positive is in its favour. Paired where both were tested on the same rows, else
        as of two independent tests. None where one of them does not define it.
    """

    name: str
    title: str
    greater_is_better: bool
    first: Estimate
    second: Estimate
    gain: Estimate | None


class ProbePair(Record):
    """One disturbance of both: the share of the gain over the dummy that is lost."""

    title: str
    strength: float
    first: float
    second: float


class Versus(Record):
    """Two finished models, and which is better.

    Parameters
    ----------
    first, second : str
        What they are called.
    target : str
        That both answer.
    paired : bool
        Whether both were tested on the same rows, and their answers for them are known.
    n_rows : tuple of int
        Rows that each was tested on.
    metrics : tuple of MetricPair
        The one that decides first.
    first_worth, second_worth : Estimate
        The gain over doing without, per 1,000 cases.
    worth_unit : str
        Empty where they are reckoned differently.
    worth_gain : Estimate or None
        What the second is worth more, per 1,000 cases, paired; None where it is reckoned differently, or rows differ.
    probes : tuple of ProbePair
        That both have met, the most different first.
    differences : tuple of Difference
    better : str
        ``first``, ``second`` or ``neither``, by the metric that decides.
    sentence : str
        Which is better, and how sure.
    """

    first: str
    second: str
    target: str
    paired: bool
    n_rows: tuple[int, int]
    metrics: tuple[MetricPair, ...]
    first_worth: Estimate
    second_worth: Estimate
    worth_unit: str = ""
    worth_gain: Estimate | None = None
    probes: tuple[ProbePair, ...] = ()
    differences: tuple[Difference, ...] = ()
    better: Better
    sentence: str
