"""When learning again pays for itself.

The longer a model is in use, the staler it is. If what it loses beyond a fresh one grows by `r` with every row, a model
that is trained again every `L` rows loses ``r * L / 2`` more on a row than one that is always fresh, and each training
costs `K`. The sum per row, ``r * L / 2 + K / L``, is least at ``L = sqrt(2 * K / r)``: the rule of the economic order
quantity. How fast the world moves is learned from what each training gained over the model that it found in use.

References
----------
Harris, F. W. (1913). How many parts to make at once. Factory, The Magazine of Management 10.
"""

from __future__ import annotations

import math
from typing import NamedTuple

SLOWEST, QUICKEST = 2.0, 0.5
"""By how much one training may lengthen or shorten the wait for the next one: a single gain is a noisy figure."""
MEMORY = 0.5
"""Weight of what was known before the latest gain."""


class Pace(NamedTuple):
    """How long to wait for the next training.

    Parameters
    ----------
    rows : float
        Labelled rows between two trainings.
    staleness : float or None
        Share of its loss by which a model falls behind with every row; None before the first gain was seen.
    """

    rows: float
    staleness: float | None = None


def next_pace(pace: Pace, age: float, gain_share: float, cost: float, least: float) -> Pace:
    """How long to wait, after a training has shown what it gained.

    Parameters
    ----------
    pace : Pace
        Until now.
    age : float
        Labelled rows that the new model had learned from, and the other one not, when they were compared.
    gain_share : float
        What the new model gained on new rows over the one in use, as a share of the latter's loss.
    cost : float
        Of a training: the loss of so many rows.
    least : float
        Rows below which nothing can be told.

    >>> next_pace(Pace(1000.0), age=1000.0, gain_share=0.02, cost=50.0, least=100.0).rows
    2000.0
    >>> round(next_pace(Pace(1000.0), age=1000.0, gain_share=0.2, cost=50.0, least=100.0).rows)
    707
    """
    seen = gain_share / max(age, 1.0)
    staleness = seen if pace.staleness is None else MEMORY * pace.staleness + (1 - MEMORY) * seen
    best = math.sqrt(2 * cost / staleness) if staleness > 0 else math.inf
    rows = min(max(best, QUICKEST * pace.rows), SLOWEST * pace.rows)
    return Pace(max(rows, least), staleness)
