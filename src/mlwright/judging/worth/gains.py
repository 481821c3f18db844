"""What a model gains over several ways to do without, by some table of amounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mlwright.judging.worth.outcomes import worth_estimate
from mlwright.judging.worth.practice import PER_CASES, Practice
from mlwright.learning.benefit import Benefit
from mlwright.records.evaluation import Estimate
from mlwright.statistics.sampling import Draws


class Contest(NamedTuple):
    """A model, and what it has to be better than.

    Parameters
    ----------
    model : Practice
    others : sequence of Practice
        At least one.
    draws : Draws
    level : float
    """

    model: Practice
    others: Sequence[Practice]
    draws: Draws
    level: float = 0.95

    def gains(self, benefit: Benefit) -> list[Estimate]:
        """Over each of the others, per 1,000 cases."""
        return [worth_estimate(self.model, other, benefit, self.draws, self.level) for other in self.others]

    def gain(self, benefit: Benefit) -> Estimate:
        """Over the best of the others; as sure as it is against all of them."""
        return least(self.gains(benefit))

    def value(self, benefit: Benefit) -> float:
        """The gain without an interval."""
        own = float(self.model.worth(benefit.amounts).mean())
        return PER_CASES * (own - max(float(other.worth(benefit.amounts).mean()) for other in self.others))


def least(gains: Sequence[Estimate]) -> Estimate:
    """The least gain, with the lowest of the lower ends."""
    return min(gains, key=lambda gain: gain.value).model_copy(update={"low": min(gain.low for gain in gains)})
