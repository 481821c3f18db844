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

from mlwright.judging.practice import Choosing
from mlwright.records.evaluation import Estimate
from mlwright.statistics.means import share_estimate
from mlwright.statistics.sampling import Draws

Array = NDArray[np.float64]


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
    for is_true, yes, no in ((1, "true_positive", "false_negative"), (0, "false_positive", "true_negative")):
        without = share * table[yes] + (1 - share) * table[no] if other is not None else 0.0
        chosen = model.positive >= 0.5
        found += [
            Outcome((model.target == is_true) & chosen, table[yes] - without),
            Outcome((model.target == is_true) & ~chosen, table[no] - without),
        ]
    return found


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
