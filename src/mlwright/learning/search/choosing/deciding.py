"""How answers follow from what a model says: a threshold, amounts of each case, or what each answer is worth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mlwright.learning.benefit import Benefit
from mlwright.learning.benefit_table import capacity_share, own_amounts
from mlwright.learning.search.choosing.choice import Choice
from mlwright.learning.search.choosing.threshold import choose_threshold, least_expected, line_of
from mlwright.records.profile import Roles
from mlwright.records.settings import DecideSettings


class Deciding(NamedTuple):
    """How answers follow from scores: fields of the model, and why so."""

    parts: dict[str, object]
    reason: str = ""


def deciding(
    choice: Choice, roles: Roles, benefit: Benefit, settings: DecideSettings, usual: dict[str, float]
) -> Deciding:
    """How answers follow from scores; chosen on held-out training rows.

    Parameters
    ----------
    choice : Choice
    roles : Roles
    benefit : Benefit
        On the training rows.
    settings : DecideSettings
    usual : dict
        What an amount's column holds where it is not known.
    """
    capacity = capacity_share(settings)
    if benefit.chooses:
        return Deciding({"threshold": line_of(choice.prediction[:, 0], benefit, capacity)})
    if roles.task == "multiclass":
        best = choice.judge.metric.decisive(choice.prediction) if benefit.assumed else None
        if not isinstance(best, np.ndarray):
            return Deciding({"worth": benefit.matrix})
        reason = (
            "is one of each class, lower for rare ones: the best answers for the metric "
            f"'{choice.judge.metric.title}', as probabilities say ([train] metric)"
        )
        return Deciding({"worth": tuple(map(tuple, best.tolist()))}, reason)
    if roles.task == "regression":
        return Deciding({})
    threshold, reason = choose_threshold(choice.judge, choice.prediction, benefit, capacity)
    own = least_expected(choice.judge, choice.prediction, benefit, threshold, capacity)
    if own is None:
        return Deciding({"threshold": threshold}, reason)
    return Deciding({"threshold": threshold, "amounts": own_amounts(settings, usual, own[0])}, own[1])
