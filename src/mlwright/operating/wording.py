"""What people are told of a look and of a training: what was found, and what is asked of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from mlwright.records.watch import Response
from mlwright.watching.respond import TRAIN

AGAIN = ": train it again"
BY_ITSELF = "It is trained again by itself as soon as enough labelled rows have come; there is nothing to do."
ASKED = "It is trained again when you say so: mlwright operate . --train REASON"
Fate = Literal["in use", "turned down", "waits", "held"]
FATES: dict[Fate, tuple[str, str]] = {
    "in use": (
        "A model that was trained again is in use",
        "It has learned from newer rows, and did no worse on those that it was not shown.\n"
        "To go back: mlwright undo --why REASON",
    ),
    "turned down": (
        "A model that was trained again was turned down",
        "It does worse than what answers now, which stays in use; there is nothing to do.",
    ),
    "waits": (
        "A model that was trained again challenges the one in use",
        "It answers beside that one, unseen, until new rows have proved which is better: mlwright challenger list",
    ),
    "held": (
        "A model that was trained again needs your word",
        "Its own proof says stop, so it answers beside the one in use, unseen, and is not put to use by itself.\n"
        "Why it says so: mlwright show decision",
    ),
}


STALE = "Of late the model loses more than its test said; it is trained again when enough labelled rows have come."
"""Told where an alarm is not proved, and the loop acts all the same."""


def look_words(response: Response, approve: Collection[str]) -> tuple[str, str]:
    """The title and the text of a notice of what a look has found; what the loop does by itself is asked of nobody."""
    first, _, rest = response.headline.partition(". ")
    steps = [step for step in response.next_steps if step != TRAIN]
    if response.action == "retrain":
        is_asked = "retrain" in approve
        steps.append(ASKED if is_asked else BY_ITSELF)
    return first.removesuffix(AGAIN), "\n".join(filter(None, [rest, *response.reasons, *steps]))
