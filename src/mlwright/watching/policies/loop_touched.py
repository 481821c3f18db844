"""What `mlwright operate` would come to if answers were touched up between trainings."""

from __future__ import annotations

from mlwright.watching.policies.loop import Loop


class LoopTouched(Loop):
    """As `loop`, but after every look the answers are touched up with the newest outcomes; see `learning.touches`.

    `mlwright operate` does not do this by itself: what it is worth is told here, and by `mlwright watch`.
    """

    title = "the same, answers touched up"
    touches = True
