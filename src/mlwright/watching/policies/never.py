"""Leave the model as it is."""

from __future__ import annotations

from mlwright.watching.policies import Policy


class Never(Policy):
    """The first model stays in use for ever."""

    title = "never train again"

    def learn(self, period: int) -> None:
        """Nothing."""
