"""For whom the model errs, group by group of the columns that the user names."""

from __future__ import annotations

from mlwright.core.record import Record
from mlwright.records.evaluation import Estimate


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


class Diagnosis(Record):
    """What lies behind the figures.

    Parameters
    ----------
    groups : tuple of Groups
        One for each column that ``evaluate.groups`` names.
    """

    groups: tuple[Groups, ...] = ()
