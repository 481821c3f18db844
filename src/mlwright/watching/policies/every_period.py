"""Train again all the time."""

from __future__ import annotations

from mlwright.watching.policies import Policy


class EveryPeriod(Policy):
    """A model that has learned from all rows takes the place of the one in use after every period, unseen."""

    title = "train again after every period"

    def learn(self, period: int) -> None:
        """Train on all rows."""
        self.model = self.world.fit("all", period)
        self.did(period, "trained", "The period has ended.")
        self.did(period, "promoted", "It is newer.")
