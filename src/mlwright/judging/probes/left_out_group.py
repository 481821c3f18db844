"""A region, a branch or a product that nobody has learned from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from mlwright.core.family import NotApplicable
from mlwright.data.words import shortened
from mlwright.judging.probes import Known, Lesson, Probe
from mlwright.judging.probes._cells import columns_of
from mlwright.records.profile import Profile
from mlwright.scoring.spelling import spelled

N_COLUMNS, N_NAMES = 3, 2
FEWEST_JUDGED = 30
LARGEST_SHARE = 0.5


class LeftOutGroup(Probe):
    """A new region opens: the rows of one name are left out of the training rows, and the model is judged on them.

    The two most frequent names of each of the three most important categories are tried, the worst is told. A quick
    model learns from all training rows, and from all but those; both answer the test rows of that name.
    """

    title = "A group that was not learned from"
    strengths = (1.0,)
    relearns = True

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """The rows as they are: what is left out is what was learned from."""
        return table

    def lessons(
        self, table: pa.Table, profile: Profile, strength: float, known: Known, rng: np.random.Generator
    ) -> Iterator[Lesson]:
        """All training rows but those of one name, for several names."""
        found = False
        for column in columns_of(table, profile, "category", "boolean")[:N_COLUMNS]:
            for lesson in _names_left_out(column.name, table, known):
                found = True
                yield lesson
        if not found:
            raise NotApplicable(f"no name of a category has {FEWEST_JUDGED} test rows and at most half of all rows")

    def describe(self, strength: float) -> str:
        """What is tried."""
        return "the rows of one name are not there to learn from, and only they count"


def _names_left_out(name: str, table: pa.Table, known: Known) -> Iterator[Lesson]:
    """Without the rows of one name, for the most frequent names of which there are test rows enough."""
    there, here = spelled(known.table[name]), spelled(table[name])
    counts = np.bincount(there.places[there.places >= 0], minlength=len(there.levels))
    places = {level: place for place, level in enumerate(here.levels)}
    frequent = (int(place) for place in np.argsort(-counts, kind="stable"))
    sides = ((place, here.places == places.get(there.levels[place], ABSENT)) for place in frequent)
    usable = [
        (place, judged)
        for place, judged in sides
        if counts[place] <= LARGEST_SHARE * len(known.target) and judged.sum() >= FEWEST_JUDGED
    ]
    for place, judged in usable[:N_NAMES]:
        kept, where = np.flatnonzero(there.places != place), f"{name} is '{shortened(there.levels[place])}'"
        clause = f"a group comes that was not learned from (tried with the rows where {where})"
        yield Lesson(kept, known.target[kept], judged, where, clause, NOTICED)


ABSENT = -2
NOTICED = "The service would note a name that it has never seen in every such record."
