"""Intervals that know which outcomes there are, though none of a rare one was seen.

Among 400 test rows with nine positives the model may miss none. Rows alone then say that misses cost nothing, and no
sampling of them says otherwise; but how often a miss may happen that was not seen is known, and so is what it costs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.judging.worth.practice import Choosing
from mlwright.records.evaluation import Estimate
from mlwright.statistics.means import share_estimate
from mlwright.statistics.sampling import Draws, Sampling
from mlwright.statistics.shares import wilson

Array = NDArray[np.float64]


_TWO_WAYS = (("false_positive", "true_negative"), ("true_positive", "false_negative"))
"""Answered positive and not: cases that are not, and those that are."""


class Outcome(NamedTuple):
    """Rows of one outcome (found, missed, false alarm, left alone), and what one of them adds."""

    rows: NDArray[np.bool_]
    amount: float


def outcomes(model: Choosing, table: dict[str, float], other: Choosing | None = None) -> list[Outcome]:
    """The four outcomes of a model for two classes.

    Parameters
    ----------
    model : Choosing
    table : dict
        What each is worth.
    other : Choosing, optional
        A way to answer all cases alike that what each is worth is compared with.
    """
    share = float(other.positive.mean()) if other is not None else 0.0
    found = []
    for is_true, (yes, no) in enumerate(_TWO_WAYS):
        without = share * table[yes] + (1 - share) * table[no] if other is not None else 0.0
        chosen = model.positive >= 0.5
        found += [
            Outcome((model.target == is_true) & chosen, table[yes] - without),
            Outcome((model.target == is_true) & ~chosen, table[no] - without),
        ]
    return found


def by_class(
    estimate: Estimate, model: Choosing, table: dict[str, float], other: Choosing | None, sampling: Sampling
) -> Estimate:
    """The interval of a mean worth from three shares: of positives among all, and of those answered so in each class.

    All are independent, and each has a Wilson interval, that knows what was not seen. How many are positive rests on
    all rows that were collected, where a split dealt them out class by class. Of 300 simulated tests each, of 120 and
    of 300 rows with 2 to 30 % of positives, intervals of 95 % held the truth in 93 to 98 %; resampled rows, widened by
    `widened`, in 98 to 100 % at 1.3 to 2.5 times the width.

    Parameters
    ----------
    estimate : Estimate
        Of which value and level are kept.
    model : Choosing
        Answers of 0 and 1.
    table : dict
        What each outcome is worth.
    other : Choosing or None
        A way to answer all cases alike that what each is worth is compared with.
    sampling : Sampling
        Of rows that were drawn one by one.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27.
    """
    lot, positive = (float(other.positive.mean()) if other is not None else None), model.target == 1
    counts = np.array([np.sum(~positive), np.sum(positive)], dtype=np.float64)
    behind = counts if sampling.strata is None else sampling.strata.behind
    shares, moves, means = behind / behind.sum(), [], []
    for rows, share, (yes, no) in zip((~positive, positive), shares, _TWO_WAYS, strict=True):
        found = float(model.positive[rows].mean()) if rows.any() else 0.5
        moves.append(_moves(share * (table[yes] - table[no]), found, float(rows.sum()), estimate.level))
        instead = 0.0 if lot is None else lot * table[yes] + (1 - lot) * table[no]
        means.append(found * table[yes] + (1 - found) * table[no] - instead)
    moves.append(_moves(means[1] - means[0], float(shares[1]), float(behind.sum()), estimate.level))
    middle, (below, above) = float(shares @ means), np.linalg.norm(moves, axis=0)
    return estimate.model_copy(
        update={
            "low": min(estimate.value, middle - float(below)),
            "high": max(estimate.value, middle + float(above)),
            "method": "Wilson, class by class",
        }
    )


def _moves(amount: float, share: float, n: float, level: float) -> tuple[float, float]:
    """How far the ends of a share of `n` rows move a mean down and up, where the whole share moves it by `amount`."""
    low, high = wilson(share, n, level)
    down, up = abs(amount) * (share - low), abs(amount) * (high - share)
    return (down, up) if amount > 0 else (up, down)


def widened(estimate: Estimate, found: Sequence[Outcome], draws: Draws) -> Estimate:
    """The interval, or that of the Wilson intervals of all outcomes put together where it is wider.

    Shares of outcomes are put together by their own distances to the ends (MOVER), with the correlations of a
    multinomial.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27.
    """
    shares = [share_estimate(one.rows.astype(np.float64), draws, estimate.level) for one in found]
    values, lows, highs = (np.array([getattr(share, end) for share in shares]) for end in ("value", "low", "high"))
    amounts = np.array([one.amount for one in found])
    down, up = values - lows, highs - values
    below = _together(amounts * np.where(amounts > 0, down, up), values)
    above = _together(amounts * np.where(amounts > 0, up, down), values)
    return estimate.model_copy(
        update={"low": min(estimate.low, estimate.value - below), "high": max(estimate.high, estimate.value + above)}
    )


def _together(distances: Array, shares: Array) -> float:
    """The distance of a sum from those of its parts, which are shares of one whole."""
    inner = np.clip(shares, 1e-12, 1 - 1e-12)
    odds = np.sqrt(inner / (1 - inner))
    correlation = np.clip(-np.outer(odds, odds), -1.0, 1.0)
    np.fill_diagonal(correlation, 1.0)
    return math.sqrt(max(0.0, float(distances @ correlation @ distances)))
