"""What is drawn of the target in a group of rows: the share of a class, or the mean of a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mlwright.data.columns import TrainingRows
from mlwright.data.style import BLUE, GREY, labels
from mlwright.data.words import figure, percent
from mlwright.statistics.means import student_bounds
from mlwright.statistics.shares import wilson

MIN_ROWS = 5


class Group(NamedTuple):
    """Some rows, what they are called, and where they are drawn."""

    label: str
    x: float | str
    rows: NDArray[np.bool_]


class Point(NamedTuple):
    """The target in one group of rows, with a 95 % interval."""

    label: str
    x: float | str
    low: float
    centre: float
    high: float


def error_bars(points: Sequence[Point]) -> dict[str, Any]:
    """The intervals of points as Plotly draws them."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [point.high - point.centre for point in points],
        "arrayminus": [point.centre - point.low for point in points],
        "color": GREY,
        "thickness": 1.5,
    }


class Measure:
    """What is drawn of the target.

    For two classes the share of the last one; for more classes that of the one that differs most between the groups.

    Parameters
    ----------
    rows : TrainingRows
    groups : sequence of Group
        Groups of fewer than five rows are left out.
    place : int, optional
        The class to draw, as its place in ``roles.classes``; default: as above.
    """

    def __init__(self, rows: TrainingRows, groups: Sequence[Group], place: int | None = None) -> None:
        self.rows = rows
        self.groups = [group for group in groups if group.rows.sum() >= MIN_ROWS]
        self.is_number = rows.profile.roles.task == "regression"
        self.place = -1 if self.is_number else self._moving_class() if place is None else place
        self.answer = "" if self.is_number else rows.profile.roles.classes[self.place]

    @property
    def name(self) -> str:
        """What it is, as words."""
        return f"mean of '{self.rows.profile.roles.target}'" if self.is_number else f"share of '{self.answer}'"

    def spell(self, value: float) -> str:
        """A figure as words."""
        return figure(value) if self.is_number else percent(value)

    def points(self) -> list[Point]:
        """The target in each group."""
        return [Point(group.label, group.x, *self._interval(group.rows)) for group in self.groups]

    def trace(self, points: Sequence[Point], *, joined: bool) -> go.Scatter:
        """The points as Plotly draws them, with a line through them if `joined`."""
        return go.Scatter(
            x=[point.x for point in points],
            y=[point.centre for point in points],
            mode="lines+markers" if joined else "markers",
            line={"color": BLUE, "width": 1.5},
            marker={"color": BLUE, "size": 7},
            error_y=error_bars(points) | {"width": 3},
            customdata=labels(point.label for point in points),
            hovertemplate=f"%{{customdata}}: %{{y:{'.4g' if self.is_number else '.1%'}}}<extra></extra>",
            showlegend=False,
        )

    @property
    def axis(self) -> dict[str, str]:
        """How the axis is written."""
        return {} if self.is_number else {"tickformat": "~%", "rangemode": "tozero"}

    def _interval(self, inside: NDArray[np.bool_]) -> tuple[float, float, float]:
        if self.is_number:
            values = self.rows.values[inside]
            low, high = student_bounds(values)
            return low, float(values.mean()), high
        share = float((self.rows.classes[inside] == self.place).mean())
        low, high = wilson(share, float(inside.sum()))
        return low, share, high

    def _moving_class(self) -> int:
        n = len(self.rows.profile.roles.classes)
        if n <= 2 or not self.groups:
            return n - 1
        counts = np.array([np.bincount(self.rows.classes[group.rows], minlength=n) for group in self.groups])
        shares = counts / counts.sum(axis=1, keepdims=True)
        moved = counts.sum(axis=1) @ (shares - counts.sum(axis=0) / counts.sum()) ** 2
        return int(moved.argmax())
