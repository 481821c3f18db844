"""In which order further candidates are tried, if experience says what they were worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from mlwright.records.model import Candidate


def in_order(
    candidates: Sequence[Candidate], worth: Mapping[str, float], costs_s: Mapping[str, float]
) -> list[Candidate]:
    """Candidates by what they are likely to gain per second, best first; as they are without experience.

    Whoever was never tried counts as the average, so that new ones get their chance.
    """
    if not worth:
        return list(candidates)
    usual = fmean(worth.values())
    return sorted(candidates, key=lambda one: -worth.get(one.name, usual) / math.sqrt(costs_s[one.name]))
