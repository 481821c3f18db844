"""Settings of what is judged: how it holds up, why it answers so, and whether it is worth it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mlwright.core.family import MembersOf
from mlwright.core.record import Settings


class ProbeSettings(Settings):
    """``[probe]``: how the test rows are disturbed.

    Parameters
    ----------
    skip : list
        Probes to leave out, by name.
    """

    skip: Annotated[tuple[str, ...], MembersOf("mlwright.judging.probes")] = ()


class Amount(Settings):
    """An amount of money that differs from row to row.

    Parameters
    ----------
    column : str
        A column of numbers; it need not be an input of the model.
    times : float
        What the column is multiplied with.
    plus : float
        What is added then.
    """

    column: str
    times: float = 1.0
    plus: float = 0.0


class DecideSettings(Settings):
    """``[decide]``: what answers are worth, and what must hold.

    Parameters
    ----------
    benefit : dict
        What an outcome is worth, in money. Two classes: ``true_positive``, ``false_positive``, ``true_negative``,
        ``false_negative``. Several classes: ``right``, ``wrong``, and single mistakes as ``"TRUE as ANSWERED"``.
        Numbers: ``per_unit_of_error`` (negative), or ``per_unit_over`` and ``per_unit_under`` where too much and too
        little cost differently, and ``per_case``; or, where some cases are acted upon, ``per_unit_chosen`` (of their
        true number) and ``per_chosen``. An amount is a number, a column of numbers (``"fee"``), or
        ``{column = "value", times = 0.3, plus = -5}``.
    must : list
        Rules that have to be kept for ``deploy``.
    today : str
        What is done without the model. Two classes: ``nobody``, ``everybody``, a column that says who
        (``"called_before"``), or a rule (``"age > 60"``). Numbers: a column that holds today's estimate. Default:
        ``best``, the best that can be done without looking at a case.
    capacity : int
        How many cases can be acted upon in a period, as in "we can call 500 a week". Two classes: the surest ones are
        answered positive, or those of whom most is expected. Numbers: those with the largest predictions.
    cases : int
        How many cases there are in a period.
    period : str
        The period: ``week``, ``month``, ...
    fair : dict
        How far groups (see ``evaluate.groups``) may be apart, by the names of fairlearn: a difference at most
        (``{demographic_parity_difference = 0.1}``), a ratio at least (``{equalized_odds_ratio = 0.8}``). What is said
        here has to be kept for ``deploy``.
    """

    benefit: dict[str, float | str | Amount] = {}
    must: Annotated[tuple[str, ...], MembersOf("mlwright.judging.rules")] = ("beats_baseline", "pays_off", "holds_up")
    today: str = "best"
    capacity: int | None = Field(default=None, ge=1)
    cases: int | None = Field(default=None, ge=1)
    period: str = "week"
    fair: dict[str, float] = {}


class ExplainSettings(Settings):
    """``[explain]``: how single answers are explained.

    Parameters
    ----------
    changeable : list
        Inputs that somebody can change (a price, a contract; not an age): where it is asked what would alter an answer,
        these alone are changed.
    """

    changeable: tuple[str, ...] = ()
