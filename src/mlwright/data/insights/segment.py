"""Combinations of two columns in which the target stands out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Specimen
from mlwright.data.insights import Seeker
from mlwright.data.insights._contrast import Apart, Contrast
from mlwright.data.insights._cuts import Cut, best_cuts
from mlwright.data.insights._evidence import MIN_ROWS, Evidence, Mask, Outcome
from mlwright.data.insights._shapes import apart

MAX_SEGMENTS = 6
BEYOND = 1.2
SEEN = 4.0
WEIGHT = 0.7


class Segment(Seeker):
    """Cells of two cuts whose figure lies further out than either cut alone brings it.

    Every column is cut in two where that says most in the first half; of all cells of two of the eight best columns,
    those are measured against all other rows whose figure is at least 1.2 times as far from the overall one as that
    of either cut; at most six for each outcome.
    """

    title = "Combinations in which the target stands out"

    def look(self, evidence: Evidence) -> Iterator[Contrast]:
        """The cells that stand out most."""
        if len(evidence.columns) < 2:
            raise NotApplicable("there are not two inputs to combine")
        for outcome in evidence.outcomes:
            found = list(_cells(evidence, outcome))
            yield from (contrast for _, contrast in sorted(found, key=lambda item: -item[0])[:MAX_SEGMENTS])

    @staticmethod
    def speaks() -> Specimen:
        """Only those who are young and have a discount say yes."""
        return Specimen(_customers(joint=True))

    @staticmethod
    def quiet() -> Specimen:
        """Neither age nor discount says anything."""
        return Specimen(_customers(joint=False))


def _cells(evidence: Evidence, outcome: Outcome) -> Iterator[tuple[float, Contrast]]:
    y = outcome.ranks[evidence.first]
    overall = float(y.mean())
    for a, b in combinations(best_cuts(evidence, outcome), 2):
        for (in_a, where_a), (in_b, where_b) in product(_sides(a), _sides(b)):
            cell = in_a & in_b
            seen = cell[evidence.first]
            if not MIN_ROWS <= seen.sum() <= len(y) / 2:
                continue
            out = abs(float(y[seen].mean()) - overall)
            alone = max(abs(float(y[side[evidence.first]].mean()) - overall) for side in (in_a, in_b))
            strength = apart(y, seen, ~seen)
            if abs(strength) >= SEEN and out >= BEYOND * alone:
                sides = (cell, ~cell) if strength > 0 else (~cell, cell)
                where = f"{where_a} and {where_b}"
                columns, above = (a.name, b.name), strength > 0
                told = Apart(columns, outcome, *sides, "", "", where=where, is_above=above, weight=WEIGHT)
                yield out * float(seen.mean()) ** 0.25, told


def _sides(cut: Cut) -> tuple[tuple[Mask, str], tuple[Mask, str]]:
    return (cut.inside, cut.where), (~cut.inside, cut.elsewhere)


def _customers(*, joint: bool) -> dict[str, list[str]]:
    rng = np.random.default_rng(13)
    n_rows = 1200
    age, discount = rng.choice(["young", "old"], n_rows), rng.choice(["discount", "none"], n_rows)
    helped = (discount == "discount") & (age == "young") & joint
    answers = np.where(rng.random(n_rows) < np.where(helped, 0.75, 0.2), "yes", "no")
    return {"age": age.tolist(), "offer": discount.tolist(), "y": answers.tolist()}
