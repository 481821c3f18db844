"""More and more rows: how large data is learned from when there is not the time to learn from all of it at once.

The best bet of every family learns from a sample first. Who did well learns again from up to four times as many rows,
and so on, until all rows are used, the time is up, or more rows gain nothing that could be told from chance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from mlwright.records.model import Candidate

LEAST_ROWS = 100_000
FEWEST_ROWS = 10_000
MOST_FIRST_ROWS = 40_000
FIRST_SHARE = 0.3
CLIMB_SHARE = 0.65
LEAST_STEP, MOST_STEP = 1.9, 4.0
HALF_OCTAVE = math.sqrt(2.0)
"""Rungs lie on a grid of this ratio, so that a run that is resumed meets the samples of the run before."""

MARK = "@"


def needs_ladder(n_rows: int, costs_s: Sequence[float], left_s: float) -> bool:
    """Whether to begin with a sample: the rows are many, and fits on all of them would take a third of the time."""
    return n_rows > LEAST_ROWS and sum(costs_s) > FIRST_SHARE * left_s


def first_rung(n_rows: int, costs_s: Sequence[float], left_s: float) -> int:
    """Rows of the first sample: so many that all candidates together take a third of the time, 40,000 at most.

    Parameters
    ----------
    n_rows : int
        All training rows.
    costs_s : sequence of float
        What a fit of each candidate on all of them would take.
    left_s : float

    >>> first_rung(1_000_000, [100.0, 300.0], 60.0), first_rung(1_000_000, [100.0, 300.0], 6000.0)
    (40000, 40000)
    >>> first_rung(1_000_000, [100.0, 900.0], 60.0)
    14142
    """
    affordable = n_rows * FIRST_SHARE * left_s / max(sum(costs_s), 1e-9)
    return on_grid(min(max(affordable, FEWEST_ROWS), MOST_FIRST_ROWS))


def next_rung(rows: int, n_rows: int, row_s: float, left_s: float) -> int | None:
    """Rows of the next sample, `n_rows` for all; None if there is no time for nearly twice as many.

    Parameters
    ----------
    rows : int
        Of the last sample.
    n_rows : int
        All training rows.
    row_s : float
        Seconds that the best candidate took for each row.
    left_s : float

    >>> next_rung(40_000, 450_000, 1e-4, 300.0), next_rung(160_000, 450_000, 1e-4, 300.0)
    (160000, 450000)
    >>> next_rung(40_000, 450_000, 1e-4, 15.0), next_rung(40_000, 450_000, 1e-4, 9.0)
    (80000, None)
    """
    affordable = CLIMB_SHARE * left_s / max(row_s, 1e-12)
    wanted = min(MOST_STEP * rows, affordable)
    if wanted >= n_rows / HALF_OCTAVE:
        return n_rows if affordable >= n_rows else on_grid(min(affordable, n_rows - 1))
    return on_grid(wanted) if wanted >= LEAST_STEP * rows else None


def on_grid(rows: float) -> int:
    """The largest rung that has no more rows.

    >>> on_grid(39_999), on_grid(40_000)
    (28284, 40000)
    """
    steps = math.floor(math.log(rows / FEWEST_ROWS) / math.log(HALF_OCTAVE) + 1e-9)
    return round(FEWEST_ROWS * HALF_OCTAVE**steps)


def sampled(candidate: Candidate, rows: int, n_rows: int) -> Candidate:
    """The candidate as it learns from so many of the rows; itself for all of them.

    >>> sampled(Candidate(name="linear", family="linear"), 40_000, 450_000).name
    'linear@40000'
    """
    if rows >= n_rows:
        return candidate
    return candidate.model_copy(update={"name": f"{candidate.name}{MARK}{rows}", "most_rows": rows})


def base_of(name: str) -> str:
    """The name of a candidate without that of its sample."""
    return name.partition(MARK)[0]
