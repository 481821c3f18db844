"""Two servers measured in turn, for what is compared swings from one moment to the next; used by `serve.py`."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from serve_load import Row


@dataclass
class Share:
    """One figure as a share of another, of each turn: the median, the quartiles, and the extremes."""

    median: float
    low: float
    high: float
    least: float
    most: float
    n_turns: int

    def __str__(self) -> str:
        middle = f"{self.median:.2f}, half of the turns {self.low:.2f} to {self.high:.2f}"
        return f"{middle}, all {self.least:.2f} to {self.most:.2f} ({self.n_turns} turns)"


def in_turns(measures: Sequence[Callable[[], Row]], n_turns: int) -> list[list[Row]]:
    """The rows of each of the servers, one after the other in every turn; who begins changes from turn to turn."""
    found: list[list[Row]] = [[] for _ in measures]
    places = list(range(len(measures)))
    for _ in range(n_turns):
        for place in places:
            found[place].append(measures[place]())
        places.reverse()
    return found


def share_of(values: Sequence[float], of: Sequence[float]) -> Share:
    """Shares of turns."""
    shares = [value / other for value, other in zip(values, of, strict=True)]
    low, _, high = statistics.quantiles(shares, n=4, method="inclusive") if len(shares) > 1 else shares * 3
    return Share(statistics.median(shares), low, high, min(shares), max(shares), len(shares))
