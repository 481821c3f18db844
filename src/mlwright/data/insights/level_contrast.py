"""Names in which the target differs most."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.data.checks import Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.insights import Seeker
from mlwright.data.insights._contrast import Contrast
from mlwright.data.insights._evidence import MIN_ROWS, Evidence, Outcome
from mlwright.data.insights._shapes import SEEN, apart
from mlwright.data.words import shortened

LEAST_SHARE = 0.01
MAX_LEVELS = 60


class LevelContrast(Seeker):
    """Of each column of names, the one with the largest figure against the one with the smallest.

    Names that hold fewer than 20 rows, or 1 % of them, in the first half are passed over.
    """

    title = "Names in which the target differs"

    def look(self, evidence: Evidence) -> Iterator[Contrast]:
        """One pair of names for each column and outcome."""
        for name in evidence.of_kind("category", "boolean"):
            for outcome in evidence.outcomes:
                if (found := _widest(evidence, name, outcome)) is not None:
                    yield found

    @staticmethod
    def speaks() -> Specimen:
        """One town of four says yes much more often."""
        columns = plain_columns()
        towns = ["Ulm", "Bonn", "Jena", "Kiel"]
        rng = np.random.default_rng(3)
        chance = {"yes": [0.7, 0.1, 0.1, 0.1], "no": [0.1, 0.3, 0.3, 0.3]}
        return Specimen(columns | {"town": [str(rng.choice(towns, p=chance[answer])) for answer in columns["y"]]})

    @staticmethod
    def quiet() -> Specimen:
        """Four towns that say nothing."""
        rng = np.random.default_rng(4)
        columns = plain_columns()
        return Specimen(
            {"town": rng.choice(["Ulm", "Bonn", "Jena", "Kiel"], len(columns["y"])).tolist(), "y": columns["y"]}
        )


def _widest(evidence: Evidence, name: str, outcome: Outcome) -> Contrast | None:
    names, places = evidence.rows.levels(name)
    seen, y = places[evidence.first], outcome.ranks[evidence.first]
    counts = np.bincount(seen[seen >= 0], minlength=len(names))
    least = max(MIN_ROWS, LEAST_SHARE * len(seen))
    shown = [int(place) for place in np.argsort(-counts, kind="stable")[:MAX_LEVELS] if counts[place] >= least]
    if len(shown) < 2:
        return None
    means = [float(y[seen == place].mean()) for place in shown]
    top, bottom = shown[int(np.argmax(means))], shown[int(np.argmin(means))]
    if apart(y, seen == top, seen == bottom) < SEEN:
        return None
    where = f"'{shortened(name)}' is '{shortened(names[top])}'", f"it is '{shortened(names[bottom])}'"
    return Contrast((name,), outcome, places == top, places == bottom, *where)
