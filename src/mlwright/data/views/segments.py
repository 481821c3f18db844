"""Combinations of two columns in which the target stands out."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.insights._cuts import Cut, best_cuts
from mlwright.data.insights._evidence import MIN_ROWS, Evidence, Outcome
from mlwright.data.leaks.gaps import gap_leaks
from mlwright.data.leaks.values import value_leaks
from mlwright.data.style import ORANGE
from mlwright.data.views import Picture, View
from mlwright.data.views._ladder import ladder
from mlwright.data.views._measure import Group, Measure
from mlwright.records.profile import Profile

MAX_CELLS = 5
MIN_SHARE = 0.02


class Segments(View):
    """The cells of two cuts in which the target is furthest from that of all rows, above and below.

    Found on one half of the training rows, drawn with 95 % intervals as measured on the other half. Columns that give
    the target away are left out.
    """

    title = "Where the target stands out"
    order = 36

    def draw(self, table: SplitTable, profile: Profile) -> Picture:
        """One line for each cell, the largest figure on top; the dotted line is the figure of all rows."""
        rows = training_rows(table, profile)
        evidence = Evidence(rows, left_out={*value_leaks(rows), *gap_leaks(rows)} if profile.roles.asked else ())
        if not evidence.outcomes:
            raise NotApplicable("no target is named")
        outcome = evidence.outcomes[0]
        cells = _cells(evidence, outcome)
        if len(cells) < 2:
            raise NotApplicable("no two inputs divide the rows so that there is something to compare")
        half = evidence.second_rows
        groups = [Group(where, where, cell[evidence.second]) for where, cell in cells.items()]
        measure = Measure(half, groups, place=_place(profile, outcome))
        points = sorted(measure.points(), key=lambda point: -point.centre)
        if len(points) < 2:
            raise NotApplicable("too few rows are left to measure a combination")
        figure = ladder(measure, points)
        overall = float(outcome.values[evidence.second].mean())
        figure.add_vline(overall, line={"color": ORANGE, "dash": "dot", "width": 1.5})
        top = points[0]
        return Picture(
            f"The {measure.name} is {measure.spell(top.centre)} where {top.label} ({measure.spell(top.low)} to "
            f"{measure.spell(top.high)}), and {measure.spell(overall)} over all.",
            figure,
        )


def _cells(evidence: Evidence, outcome: Outcome) -> dict[str, np.ndarray]:
    """The cells furthest above and below the overall figure in the first half, at most one for each pair of columns."""
    y = outcome.ranks[evidence.first]
    found = []
    for a, b in combinations(best_cuts(evidence, outcome), 2):
        for where, cell in _sides(a, b):
            seen = cell[evidence.first]
            if seen.sum() >= max(MIN_ROWS, MIN_SHARE * len(y)):
                found.append((float(y[seen].mean() - y.mean()), where, cell, frozenset((a.name, b.name))))
    chosen: dict[str, np.ndarray] = {}
    for side in (1, -1):
        taken: set[frozenset[str]] = set()
        for out, where, cell, pair in sorted(found, key=lambda item: -side * item[0]):
            if side * out > 0 and pair not in taken and len(taken) < MAX_CELLS:
                taken.add(pair)
                chosen[where] = cell
    return chosen


def _sides(a: Cut, b: Cut) -> list[tuple[str, np.ndarray]]:
    sides_a, sides_b = [(a.where, a.inside), (a.elsewhere, ~a.inside)], [(b.where, b.inside), (b.elsewhere, ~b.inside)]
    return [(f"{x[0]} and {y[0]}", x[1] & y[1]) for x in sides_a for y in sides_b]


def _place(profile: Profile, outcome: Outcome) -> int | None:
    return profile.roles.classes.index(outcome.answer) if outcome.is_share else None
