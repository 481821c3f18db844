"""What `mlwright operate` does where ``operate.promote`` is ``likely``."""

from __future__ import annotations

from mlwright.watching.policies import World
from mlwright.watching.policies.loop import Loop


class LoopLikely(Loop):
    """As `loop`, but a challenger goes into use as soon as it did better on unseen rows.

    Quicker where the world moves all the time, and without the bound on the chance of promoting what is no better; the
    model before is watched against, and comes back when it is proved better.
    """

    title = 'mlwright operate, promote = "likely"'

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.settings = world.settings.model_copy(update={"promote": "likely"})
