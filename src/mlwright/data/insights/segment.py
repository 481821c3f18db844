"""Combinations of two columns in which the target stands out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Specimen
from mlwright.data.insights import Seeker
from mlwright.data.insights._candidate import Measured
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
    of either cut; at most six for each outcome. On the second half they have to stand out against the rows for which
    one of the two conditions holds alone, too.
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
                where, columns = f"{where_a} and {where_b}", (a.name, b.name)
                kin = (in_a & ~in_b, in_b & ~in_a)
                told = _Cell(columns, outcome, *sides, "", "", where=where, is_above=strength > 0, kin=kin)
                yield out * float(seen.mean()) ** 0.25, told


@dataclass(frozen=True, eq=False)
class _Cell(Apart):
    """A cell against all other rows, and against those for which one half of its condition holds.

    Parameters
    ----------
    kin : tuple of array of bool
        The rows for which the one condition holds alone, and the other one.
    """

    kin: tuple[Mask, ...] = ()

    def measure(self, evidence: Evidence, level: float) -> Measured | None:
        """As for any contrast, if it stands out against its kin as well: else one column says it all."""
        found = super().measure(evidence, level)
        if found is None or not all(self._is_beyond(kin, evidence, level) for kin in self.kin):
            return None
        return replace(found, size=WEIGHT * found.size)

    def _is_beyond(self, kin: Mask, evidence: Evidence, level: float) -> bool:
        own, others = (self.more if self.is_above else self.less)[evidence.second], kin[evidence.second]
        if min(own.sum(), others.sum()) < MIN_ROWS // 2:
            return False
        sides = (own, others) if self.is_above else (others, own)
        values = self.outcome.ranks[evidence.second]
        return self.difference(values, *sides, evidence.sampling, level).low > 0


def _sides(cut: Cut) -> tuple[tuple[Mask, str], tuple[Mask, str]]:
    return (cut.inside, cut.where), (~cut.inside, cut.elsewhere)


def _customers(*, joint: bool) -> dict[str, list[str]]:
    rng = np.random.default_rng(13)
    n_rows = 1200
    age, discount = rng.choice(["young", "old"], n_rows), rng.choice(["discount", "none"], n_rows)
    helped = (discount == "discount") & (age == "young") & joint
    answers = np.where(rng.random(n_rows) < np.where(helped, 0.75, 0.2), "yes", "no")
    return {"age": age.tolist(), "offer": discount.tolist(), "y": answers.tolist()}
