"""Columns that say more, or something else, depending on another one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Specimen
from mlwright.data.insights import Seeker
from mlwright.data.insights._candidate import LEAST_SIZE, Candidate, Measured
from mlwright.data.insights._contrast import Contrast, reach, subject
from mlwright.data.insights._cuts import Cut, best_cuts
from mlwright.data.insights._evidence import MIN_ROWS, Array, Evidence, Mask, Outcome
from mlwright.data.words import shortened
from mlwright.statistics.shares import Bounds

MAX_PAIRS = 5
SEEN = 3.0
WEIGHT = 0.5
"""A gap between gaps is less of a fact than a gap of the same size."""


class Interaction(Seeker):
    """Whether the gap of one column is wider where another one holds, for pairs of the eight that say most.

    Every column is cut in two where that says most in the first half; the pairs whose gaps differ by three standard
    errors there, at most five for each outcome, are measured.
    """

    title = "Columns that say more depending on another one"

    def look(self, evidence: Evidence) -> Iterator[Candidate]:
        """The pairs whose gaps differ most."""
        if len(evidence.columns) < 2:
            raise NotApplicable("there are not two inputs to combine")
        for outcome in evidence.outcomes:
            cuts = best_cuts(evidence, outcome)
            pairs = [_Pair(outcome, *ordered) for a, b in combinations(cuts, 2) for ordered in ((a, b), (b, a))]
            found = [(abs(strength), pair) for pair in pairs if abs(strength := pair.strength(evidence)) >= SEEN]
            taken: set[frozenset[str]] = set()
            for _, pair in sorted(found, key=lambda item: -item[0]):
                if len(taken) < MAX_PAIRS and frozenset(pair.columns) not in taken:
                    taken.add(frozenset(pair.columns))
                    yield pair

    @staticmethod
    def speaks() -> Specimen:
        """A discount helps those who are young, and puts the others off."""
        return Specimen(_customers(turned=True))

    @staticmethod
    def quiet() -> Specimen:
        """A discount helps everybody alike."""
        return Specimen(_customers(turned=False))


@dataclass(frozen=True, eq=False)
class _Pair(Candidate):
    """The gap that `inner` makes, where `outer` holds and where it does not."""

    outcome: Outcome
    outer: Cut
    inner: Cut

    @property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        """Both columns."""
        return self.inner.name, self.outer.name

    def code(self) -> NDArray[np.float64]:
        """The product of both cuts, each as 1 and -1."""
        return np.where(self.outer.inside, 1.0, -1.0) * np.where(self.inner.inside, 1.0, -1.0)

    def strength(self, evidence: Evidence) -> float:
        """Standard errors by which the gaps differ in the first half."""
        y, cells = self.outcome.ranks[evidence.first], [cell[evidence.first] for cell in self._cells()]
        if min(cell.sum() for cell in cells) < MIN_ROWS:
            return 0.0
        error = np.sqrt(sum(y[cell].var() / cell.sum() for cell in cells) + 1e-12)
        return float((_gap(y, cells[0], cells[1]) - _gap(y, cells[2], cells[3])) / error)

    def measure(self, evidence: Evidence, level: float) -> Measured | None:
        """The difference of the gaps."""
        values = self.outcome.values[evidence.second]
        cells = [cell[evidence.second] for cell in self._cells()]
        if min(cell.sum() for cell in cells) < MIN_ROWS // 2:
            return None
        found = _difference(values, cells, evidence, level)
        ranks = (
            found if self.outcome.is_share else _difference(self.outcome.ranks[evidence.second], cells, evidence, level)
        )
        side = 1.0 if found.low + found.high > 0 else -1.0
        least = min(side * found.low, side * found.high) / self.outcome.spread
        if not least >= LEAST_SIZE or not min(side * ranks.low, side * ranks.high) > 0:
            return None
        weight = (256 * float(np.prod([cell.mean() for cell in cells]))) ** 0.125
        value = _gap(values, cells[0], cells[1]) - _gap(values, cells[2], cells[3])
        return Measured(
            sentence=self._sentence(values, cells, value, found),
            measure="difference",
            value=value,
            low=found.low,
            high=found.high,
            n_rows=len(values),
            size=WEIGHT * least * weight,
        )

    def _cells(self) -> list[Mask]:
        outer, inner = self.outer.inside, self.inner.inside
        return [outer & inner, outer & ~inner, ~outer & inner, ~outer & ~inner]

    def _sentence(self, values: Array, cells: list[Mask], value: float, found: Bounds) -> str:
        told = Contrast(self.columns, self.outcome, cells[0], cells[1], "", "")
        figures = [told.spell(float(values[cell].mean())) for cell in cells]
        low, high = sorted((abs(found.low), abs(found.high)))
        inside, outside = abs(_gap(values, cells[0], cells[1])), abs(_gap(values, cells[2], cells[3]))
        turned = _gap(values, cells[0], cells[1]) * _gap(values, cells[2], cells[3]) < 0
        if turned:
            how = f"says the opposite where {self.outer.where}"
        else:
            how = f"says {'more' if inside > outside else 'less'} where {self.outer.where}"
        into = "in " if self.outcome.is_share else "is "
        interval = f"95 % interval {told.gap(low).removesuffix(' points')} to {told.gap(high)}"
        return (
            f"'{shortened(self.inner.name)}' {how}: there, {subject(self.outcome)} {into}{figures[0]} where "
            f"{self.inner.where} and {figures[1]} where not; elsewhere {figures[2]} and {figures[3]} (the gaps differ "
            f"by {told.gap(abs(value))}, {interval})."
        )


def _gap(values: Array, a: Mask, b: Mask) -> float:
    return float(values[a].mean() - values[b].mean())


def _difference(values: Array, cells: list[Mask], evidence: Evidence, level: float) -> Bounds:
    signs = (1.0, -1.0, -1.0, 1.0)
    pulls = [
        sign * cell * (values - values[cell].mean()) / cell.mean() for sign, cell in zip(signs, cells, strict=True)
    ]
    moved = np.asarray(sum(pulls[1:], pulls[0]))
    half = reach(cells, evidence.sampling, level) * evidence.sampling.error_of_mean(moved)
    middle = _gap(values, cells[0], cells[1]) - _gap(values, cells[2], cells[3])
    return Bounds(middle - half, middle + half)


def _customers(*, turned: bool) -> dict[str, list[str]]:
    rng = np.random.default_rng(12)
    n_rows = 1200
    age, discount = rng.choice(["young", "old"], n_rows), rng.choice(["discount", "none"], n_rows)
    helped = (discount == "discount") == (age == "young") if turned else discount == "discount"
    answers = np.where(rng.random(n_rows) < np.where(helped, 0.65, 0.35), "yes", "no")
    return {"age": age.tolist(), "offer": discount.tolist(), "y": answers.tolist()}
