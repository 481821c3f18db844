"""What `mlwright operate` does where ``operate.refresh`` is ``proved``."""

from __future__ import annotations

from mlwright.watching.policies import World
from mlwright.watching.policies.loop import Loop


class LoopProved(Loop):
    """As `loop`, but a model that was trained again goes into use only when it is proved better on rows to come.

    The chance that one is promoted that is no better is at most `operate.error`; the wait for the proof costs.
    """

    title = 'mlwright operate, refresh = "proved"'

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.settings = self.settings.model_copy(update={"refresh": "proved"})
