"""What `mlwright operate` does where ``operate.touch_up`` is ``never``."""

from __future__ import annotations

from mlwright.watching.policies import World
from mlwright.watching.policies._in_use import InUse
from mlwright.watching.policies.loop import Loop


class LoopUntouched(Loop):
    """As `loop`, but the answers are left as they are between two trainings."""

    title = 'mlwright operate, touch_up = "never"'

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.in_use = InUse(world, world.first, -1, None)
