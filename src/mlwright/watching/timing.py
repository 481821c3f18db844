"""When learning again pays for itself, and how often it may be done.

The longer a model is in use, the staler it is. If what it loses beyond a fresh one grows by `r` with every row, a model
that is trained again every `L` rows loses ``r * L / 2`` more on a row than one that is always fresh, and each training
costs `K`. The sum per row, ``r * L / 2 + K / L``, is least at ``L = sqrt(2 * K / r)``: the rule of the economic order
quantity. How fast the world moves is learned from what each training gained over the model that it found in use: the
slope of a line through the origin, of the logarithms of the ratios of the losses over the ages. In shares of a loss a
training that seems worse would count without a bound, and one that seems better for 1 at most.

However much it seems to pay, trainings are saved up for: each look that brings outcomes is a part of one.

References
----------
Harris, F. W. (1913). How many parts to make at once. Factory, The Magazine of Management 10.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import NamedTuple

SLOWEST, QUICKEST = 2.0, 0.5
"""By how much one training may lengthen or shorten the wait for the next one: a single gain is a noisy figure."""
MEMORY = 0.7
"""Weight of a gain after another one."""
MOST_GAIN = 0.9
MOST_SAVED = 2.0
"""Trainings that may be saved up for sudden need."""
PAID_BACK = 0.25
"""The part of a look with which the first training is paid back."""
FEWEST_ROWS, MOST_ROWS = 30, 200
"""New labelled rows that tell something: to a model of few rows few are much."""
TELLING_SHARE = 0.1


def rows_that_tell(wanted: int | None, n_learned: int, *, is_worse: bool = False) -> int:
    """New labelled rows from which a training may pay; what a person wants, or a tenth of those learned from.

    Where the model is worse than promised, what it has learned from holds no more, and the fewest that can be tested
    are enough.

    >>> rows_that_tell(None, 220), rows_that_tell(None, 900), rows_that_tell(None, 10_000), rows_that_tell(500, 220)
    (30, 90, 200, 500)
    >>> rows_that_tell(None, 900, is_worse=True), rows_that_tell(500, 900, is_worse=True)
    (30, 500)
    """
    return wanted or min(max(round(TELLING_SHARE * n_learned), FEWEST_ROWS), FEWEST_ROWS if is_worse else MOST_ROWS)


class Pace(NamedTuple):
    """How long to wait for the next training.

    What was learned of it holds for the world that it was learned in: after a training of a model that was worse than
    promised it begins anew, so that the next one may follow as soon as rows tell something.

    Parameters
    ----------
    rows : float
        Labelled rows between two trainings.
    gained, weight : float
        Faded sums over the trainings: logarithmic gains times ages, and squared ages.
    """

    rows: float
    gained: float = 0.0
    weight: float = 0.0

    @property
    def staleness(self) -> float | None:
        """By how much the logarithm of a model's loss grows with every row; None before the first gain was seen."""
        return self.gained / self.weight if self.weight else None


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
    669
    """
    age = max(age, 1.0)
    gained = MEMORY * pace.gained - math.log1p(-min(gain_share, MOST_GAIN)) * age
    found = Pace(pace.rows, gained, MEMORY * pace.weight + age**2)
    staleness = gained / found.weight
    best = math.sqrt(2 * cost / staleness) if staleness > 0 else math.inf
    rows = min(max(best, QUICKEST * pace.rows), SLOWEST * pace.rows)
    return found._replace(rows=max(rows, least))


def gain_left(share: float | None, mended: float) -> float | None:
    """What a new model gains over the one in use once that is touched up, as a share of what it loses then.

    Parameters
    ----------
    share : float or None
        What it gains over the model as it was trained.
    mended : float
        The share of its loss that touching up spares that.

    >>> gain_left(0.28, 0.2).__round__(3), gain_left(0.28, 0.0), gain_left(None, 0.2)
    (0.1, 0.28, None)
    """
    return None if share is None or mended >= 1.0 else 1.0 - (1.0 - share) / (1.0 - mended)


def has_saved_up(n_looks: int, trained: Collection[int], looks_per_training: float) -> bool:
    """Whether a training has been saved up for.

    Parameters
    ----------
    n_looks : int
        Looks so far that brought outcomes.
    trained : collection of int
        How many of them there were at each training.
    looks_per_training : float

    The first one is lent, so that a model that is no good from its first day on need not wait; it is paid back with a
    part of each look, so that all together are no more than one for so many looks.

    >>> has_saved_up(1, (), 3.0), has_saved_up(3, (1,), 3.0), has_saved_up(4, (1,), 3.0)
    (True, False, True)
    """
    saved = owed = looks_per_training
    for look in range(1, n_looks + 1):
        back = min(owed, PAID_BACK)
        owed -= back
        saved = min(saved + 1.0 - back, MOST_SAVED * looks_per_training)
        saved -= looks_per_training * sum(at == look for at in trained)
    return saved >= looks_per_training
