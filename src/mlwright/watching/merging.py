"""Looks of long ago become one, so that what is kept stays small over years and says the same.

A change is looked for at fewer and fewer beginnings the longer ago they are (`statistics.changes.possible_beginnings`),
and a beginning that is none any more never is one again. So the looks between two beginnings are only ever needed
together: their counts and their losses are added up, and nothing is lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from mlwright.records.looks import Labelled, Look, Looks
from mlwright.statistics.changes import possible_beginnings

MOST_WORDS = 20
"""New words of a look that are kept."""
MOST_SEEN = 1_000
"""Looks of which it is remembered that they were counted."""


def merged(memory: Looks) -> Looks:
    """The same with some dozens of looks, each of which is a possible beginning."""
    alive = set(possible_beginnings(memory.latest + 1).tolist())
    kept: list[Look] = []
    gone = []
    for place, look in zip(memory.places, memory.looks, strict=True):
        if place in alive or not kept:
            kept.append(look.model_copy(update={"place": place}))
        else:
            kept[-1] = _together(kept[-1], look)
            gone.append(look.content)
    seen = (*memory.seen, *gone)[-MOST_SEEN:]
    return memory.model_copy(update={"looks": tuple(kept), "n_looks": memory.latest + 1, "seen": seen})


def _together(one: Look, other: Look) -> Look:
    """Two looks as one; a column that one of them lacks counts as far as it is there."""
    counts = dict(other.counts) | {
        name: tuple(a + b for a, b in zip(own, other.counts.get(name, (0,) * len(own)), strict=True))
        for name, own in one.counts.items()
    }
    words = {name: most_of(*(each.words.get(name, {}) for each in (one, other))) for name in one.words | other.words}
    labelled = [each.labelled for each in (one, other) if each.labelled is not None]
    return one.model_copy(
        update={
            "began": min(one.began, other.began),
            "ended": max(one.ended, other.ended),
            "n_rows": one.n_rows + other.n_rows,
            "counts": counts,
            "words": words,
            "labelled": _added(*labelled) if len(labelled) == 2 else next(iter(labelled), None),
        }
    )


def most_of(*counts: Mapping[str, int]) -> dict[str, int]:
    """The most frequent words of several looks."""
    return dict(sum((Counter(each) for each in counts), Counter()).most_common(MOST_WORDS))


def _added(one: Labelled, other: Labelled) -> Labelled:
    loss, benefit = ((a[0] + b[0], a[1] + b[1]) for a, b in ((one.loss, other.loss), (one.benefit, other.benefit)))
    return Labelled(n=one.n + other.n, loss=loss, benefit=benefit)
