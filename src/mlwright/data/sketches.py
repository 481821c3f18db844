"""Every column in small: how its values spread, and how the target goes with them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from typing import NamedTuple

from mlwright.data.columns import TrainingRows
from mlwright.data.views._bars import frequent, heap
from mlwright.data.views._groups import groups
from mlwright.data.views._measure import Measure
from mlwright.data.words import moment_spelling, shortened
from mlwright.records.exploration import Bar, Point, Sketch
from mlwright.records.profile import ColumnProfile

MAX_SKETCHES = 300
N_BINS = 24
MAX_NAMES = 10
LONGEST_LABEL = 60
PLACES = 5
"""Digits that matter of what is kept for drawing."""


class Sketched(NamedTuple):
    """Columns in small, and whether there was no time for some of them."""

    sketches: tuple[Sketch, ...] = ()
    is_cut: bool = False


def sketches(rows: TrainingRows, time_up: Callable[[], bool] = lambda: False) -> Sketched:
    """The inputs and the target, in the order of the table; at most 300 of them, and none begun once time is up."""
    if not len(rows):
        return Sketched()
    wanted = _in_order(rows)[:MAX_SKETCHES]
    found = tuple(_sketch(rows, column.name) for column in takewhile(lambda _: not time_up(), wanted))
    return Sketched(found, len(found) < len(wanted))


def _in_order(rows: TrainingRows) -> list[ColumnProfile]:
    used = {column.name for column in rows.profile.used}
    return [column for column in rows.profile.columns if column.name in used]


def _sketch(rows: TrainingRows, name: str) -> Sketch:
    is_ordered = rows.is_ordered(name)
    bars = () if rows.missing(name).all() else _histogram(rows, name) if is_ordered else _names(rows, name)
    asked = rows.profile.roles.asked
    if asked is None or name == asked.target or rows.profile.column(name).kind == "text":
        return Sketch(name=name, bars=bars, is_ordered=is_ordered)
    measure = Measure(rows, groups(rows, name))
    sizes = {group.label: int(group.rows.sum()) for group in measure.groups}
    points = tuple(
        Point(
            label=shortened(point.label, LONGEST_LABEL),
            n_rows=sizes[point.label],
            low=_rounded(point.low),
            value=_rounded(point.centre),
            high=_rounded(point.high),
        )
        for point in measure.points()
    )
    return Sketch(name=name, bars=bars, is_ordered=is_ordered, target=points, measure=measure.name)


def _histogram(rows: TrainingRows, name: str) -> tuple[Bar, ...]:
    values = rows.numbers(name)
    x, shares, _, labels = heap(values, N_BINS)
    if rows.profile.column(name).kind == "date":
        spell = moment_spelling(x[0], x[-1])
        labels = [f"about {spell(moment)}" for moment in x]
    return tuple(Bar(label=label, share=_rounded(share)) for label, share in zip(labels, shares, strict=True))


def _names(rows: TrainingRows, name: str) -> tuple[Bar, ...]:
    levels = rows.levels(name)
    shown = frequent(levels.places, levels.names, MAX_NAMES)
    return tuple(Bar(label=shortened(label, LONGEST_LABEL), share=_rounded(inside.mean())) for label, inside in shown)


def _rounded(value: float) -> float:
    return float(f"{value:.{PLACES}g}")
