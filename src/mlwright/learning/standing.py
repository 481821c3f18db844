"""Which ways of touching answers up did well of late, and what the answer of each therefore counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mlwright.records.touched import Way

MEMORY = 0.9
"""What remains of a way's losses after each look."""
SHARPNESS = 20.0
"""A way that loses a twentieth of the model's loss more than another has ``1 / e`` of its weight."""

WORTH = 0.02
"""The share of its loss that some way must spare the model of late; else the model is left as it is."""

Array = NDArray[np.float64]


@dataclass
class Standing:
    """How the ways did on the latest rows.

    Parameters
    ----------
    lost : dict
        Mean loss of a row by way, older looks counting less and less; empty before the first look.
    """

    lost: dict[Way, float] = field(default_factory=dict)

    def seen(self, losses: Mapping[Way, Array]) -> None:
        """Count rows that all ways have answered before their outcomes were known."""
        for way, values in losses.items():
            mean = float(values.mean())
            self.lost[way] = MEMORY * self.lost.get(way, mean) + (1 - MEMORY) * mean

    def weights(self, ways: Sequence[Way]) -> dict[Way, float]:
        """Shares of the answer, which sum to 1; all of it for the model itself before the first look.

        >>> Standing({"as_it_is": 1.0, "shifted": 0.9}).weights(("as_it_is", "shifted"))["shifted"].__round__(2)
        0.88
        """
        if not self.lost:
            return {way: float(way == "as_it_is") for way in ways}
        own = max(self.lost["as_it_is"], np.finfo(float).tiny)
        least = min(self.lost.values())
        found = {way: math.exp(-SHARPNESS * (self.lost.get(way, own) - least) / own) for way in ways}
        total = sum(found.values())
        return {way: share / total for way, share in found.items()}


def faded(before: tuple[float, float] | None, now: tuple[float, float]) -> tuple[float, float]:
    """Two mean losses with those of earlier looks, which count less and less; those of now, where there are none.

    >>> faded((1.0, 2.0), (2.0, 2.0))
    (1.1, 2.0)
    """
    old = now if before is None else before
    return MEMORY * old[0] + (1 - MEMORY) * now[0], MEMORY * old[1] + (1 - MEMORY) * now[1]


def seems_to_help(lost: Mapping[Way, float], least_gain: float = 0.0) -> bool:
    """Whether touched-up answers are likely better than the model: some way lost less of late, by `WORTH` at least.

    Parameters
    ----------
    lost : dict
        Of the ways, as in `Standing`.
    least_gain : float
        The share of its loss that it must spare the model.

    >>> seems_to_help({"as_it_is": 1.0, "shifted": 0.9}), seems_to_help({"as_it_is": 1.0, "shifted": 0.99})
    (True, False)
    """
    return bool(lost) and min(lost.values()) <= (1.0 - max(WORTH, least_gain)) * lost["as_it_is"]
