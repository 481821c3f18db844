"""Amounts and counts, learned as such: the sums of a model are the logarithms of what is expected.

Errors then count by the size of the amount: Tweedie's deviance has a variance that grows with the mean's power of 1.5.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.models import Facts, Params
from mlwright.scoring.links import LINKS, power

OBJECTIVE: Final = "objective"
TWEEDIE: Final = "tweedie"
TWEEDIE_POWER: Final = 1.5
POWER_LINK: Final = LINKS.index(power)


def learns_amounts(facts: Facts) -> bool:
    """Whether a family is to offer a fit by Tweedie's deviance."""
    return TWEEDIE in facts.amount_objectives and (facts.aim.is_root or facts.aim.relative)


def suited(params: Params, target: NDArray[np.float64]) -> Params:
    """The same, by squared errors where these rows cannot be learned as amounts: there may be others than at first."""
    lowest = float(target.min())
    suits = {TWEEDIE: lowest >= 0 and target.any(), "gamma": lowest > 0}.get(str(params.get(OBJECTIVE)), True)
    return params if suits else {word: value for word, value in params.items() if word != OBJECTIVE}
