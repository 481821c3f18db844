"""The contract of remedies: call `check_remedy` on each of your own in a test."""

from __future__ import annotations

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.judging.examined import Examined
from mlwright.judging.remedies import Cure, Remedy, Suspected
from mlwright.testing.demand import demand


def check_remedy(remedy_class: type[Remedy], examined: Examined) -> None:
    """Hold a remedy to its contract.

    Parameters
    ----------
    remedy_class : type
    examined : Examined
        Answered rows of any task.

    Raises
    ------
    AssertionError
        If it breaks it, with what and where.
    """
    demand(bool(remedy_class.title), "title is empty")
    demand(bool(remedy_class.__doc__), "there is no docstring")
    try:
        groups = list(remedy_class().suspects(examined))
    except NotApplicable as refusal:
        demand(bool(refusal.reason), "refused without a reason")
        return
    for group in groups:
        check_group(group, examined)
        check_cure(remedy_class().cure(group, examined), group)


def check_group(group: Suspected, examined: Examined) -> None:
    """Rows of the right shape, a clause, a p-value between 0 and 1, and rows to look at that are of the group."""
    demand(group.rows.shape == (len(examined),) and group.rows.dtype == bool, f"{group.where}: rows are no mask")
    demand(bool(group.where) and not group.where.endswith("."), f"where is no clause: {group.where!r}")
    demand(group.p_value is None or 0 <= group.p_value <= 1, f"{group.where}: p-value {group.p_value}")
    demand(bool(np.all(group.rows[group.worst])), f"{group.where}: rows to look at are not of the group")


def check_cure(cure: Cure, group: Suspected) -> None:
    """An advice as a sentence, and a gain that is known or said to be not."""
    demand(cure.advice.endswith("."), f"{group.where}: no sentence: {cure.advice!r}")
    gain = cure.gain
    demand((gain.metric is None) == (gain.how == "not known"), f"{group.where}: {gain.how}, and the gain {gain.metric}")
    demand(gain.how == "not known" or gain.rests_on.endswith("."), f"{group.where}: it is not said on what that rests")
    for estimate in (gain.metric, gain.money):
        if estimate is not None:
            demand(estimate.low <= estimate.value <= estimate.high, f"{group.where}: no interval: {estimate}")
