"""Where and for whom the model errs, and what would help."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.evaluation import Estimate
from mlwright.records.findings import Skipped


class GroupFigures(Record):
    """What the model does to one group.

    Parameters
    ----------
    name : str
        The value or range that the group shares.
    n_rows : int
        Of the rows that the model was judged on.
    figures : dict
        By name (``selection_rate``, ``mean_error``, ...); those that the rows of the group do not define are left out.
    too_small : str
        Why nothing is told of this group, as a sentence; empty where it is large enough.
    """

    name: str
    n_rows: int
    figures: dict[str, Estimate] = {}
    too_small: str = ""


class Disparity(Record):
    """How far the groups of a column are apart in one figure, by the definition of fairlearn.

    Parameters
    ----------
    name : str
        As in fairlearn where it has one: ``demographic_parity_difference``, ``equalized_odds_difference``, ...
    value : Estimate
        Between the group with the most and the one with the least; a ratio is that of the least to the most.
    most, least : str
        These groups.
    is_sure : bool
        Whether they are apart beyond chance, corrected for all distances of all columns that were looked at.
    sentence : str
    """

    name: str
    value: Estimate
    most: str
    least: str
    is_sure: bool
    sentence: str


class Groups(Record):
    """The groups of one column.

    Parameters
    ----------
    column : str
    groups : tuple of GroupFigures
        The largest first.
    disparities : tuple of Disparity
        Empty where fewer than two groups are large enough.
    sentence : str
        What there is to know, in plain words.
    """

    column: str
    groups: tuple[GroupFigures, ...]
    disparities: tuple[Disparity, ...] = ()
    sentence: str


class Mistakes(Record):
    """Mistakes of one kind, and the one remedy for them.

    Parameters
    ----------
    remedy : str
        Member of the family of remedies.
    title : str
        What they have in common, in a few words.
    where : str
        Which rows, as a clause.
    n_rows : int
        Rows of this kind among those that were looked at.
    share_of_loss : float
        What these rows have of the loss of all rows.
    p_value : float or None
        How often chance alone would show such rows, corrected for all groups that were looked at (false discovery
        rate); None where rows were chosen without a look at their truth.
    advice : str
        What to do, as a sentence.
    gain : Estimate or None
        What that is likely to bring in the metric that was optimised, in the direction of better; None if not known.
    money : Estimate or None
        Likewise per 1,000 cases, in the user's money; None if not known, or without a benefit table.
    gain_is : str
        ``about`` (the remedy itself was tried in the small), ``at most``, or ``not known``.
    rests_on : str
        On what that rests, as a sentence.
    rows : tuple of int
        Positions of a few rows to look at, the worst first.
    """

    remedy: str
    title: str
    where: str
    n_rows: int
    share_of_loss: float
    p_value: float | None = None
    advice: str
    gain: Estimate | None = None
    money: Estimate | None = None
    gain_is: Literal["about", "at most", "not known"]
    rests_on: str
    rows: tuple[int, ...] = ()


class Diagnosis(Record):
    """What lies behind the figures.

    Parameters
    ----------
    metric : str
        In which gains are told.
    mistakes : tuple of Mistakes
        By their likely gain, the largest first.
    n_looked_at : int
        Groups of mistakes that were looked at, told or not.
    n_rows : int
        Rows that were looked at.
    skipped : tuple of Skipped
        Remedies that could not be judged.
    groups : tuple of Groups
        One for each column that ``evaluate.groups`` names.
    """

    metric: str = ""
    mistakes: tuple[Mistakes, ...] = ()
    n_looked_at: int = 0
    n_rows: int = 0
    skipped: tuple[Skipped, ...] = ()
    groups: tuple[Groups, ...] = ()
