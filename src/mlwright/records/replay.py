"""A history that was played through as if it were live."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mlwright.core.record import Record
from mlwright.records.evaluation import Estimate

Deed = Literal["trained", "promoted", "turned_down", "taken_back", "alarm"]


class ReplayPlan(Record):
    """How a history is played.

    Parameters
    ----------
    period_s : float or None
        Length of a period in seconds; None: by rows.
    period_rows : int or None
        Rows of a period; None with `period_s` None: so many that there are 50.
    start : float
        Share of the rows, the first ones, that the first model learns from.
    late : int
        How many periods later outcomes are known than the end of their own.
    policies : tuple of str
        Members of the policy family.
    """

    period_s: float | None = None
    period_rows: int | None = None
    start: float = 0.25
    late: int = Field(default=0, ge=0)
    policies: tuple[str, ...] = ()


class Act(Record):
    """Something that a policy did after a period, with the outcomes that were known then.

    Parameters
    ----------
    period : int
    what : str
    why : str
    """

    period: int
    what: Deed
    why: str


class Played(Record):
    """What one policy came to.

    Parameters
    ----------
    policy, title : str
    n_trainings, n_promotions : int
        After the first model.
    loss : float
        Mean loss of a row.
    by_period : tuple of float
        Mean loss of a row, period by period.
    gain : Estimate
        Mean gain of a row over never training again.
    acts : tuple of Act
    """

    policy: str
    title: str
    n_trainings: int
    n_promotions: int
    loss: float
    by_period: tuple[float, ...]
    gain: Estimate
    acts: tuple[Act, ...] = ()


class Replayed(Record):
    """A history, played by several policies.

    Parameters
    ----------
    target : str
    loss_title : str
    n_rows, n_start : int
        Rows in all, and those of the first model.
    periods : tuple of str
        When each begins.
    rows_by_period : tuple of int
    played : tuple of Played
        The one with the least loss first.
    sentence : str
    """

    target: str
    loss_title: str
    n_rows: int
    n_start: int
    periods: tuple[str, ...]
    rows_by_period: tuple[int, ...]
    played: tuple[Played, ...]
    sentence: str
