"""Train again after every third period: a schedule that asks nothing."""

from __future__ import annotations

from mlwright.watching.policies import Policy

EVERY = 3


class EveryThirdPeriod(Policy):
    """As `every_period`, a third as often: what the loop, which may train as often, has to be better than."""

    title = "train again after every third period"

    def learn(self, period: int) -> None:
        """Train on all rows, if it is time."""
        if (period + 1) % EVERY == 0:
            self.model = self.world.fit("all", period)
            self.did(period, "trained", "Three periods have ended.")
            self.did(period, "promoted", "It is newer.")
