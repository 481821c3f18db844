"""Pinball loss."""

from __future__ import annotations

from mlwright.learning.aim import Aim
from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import NUMBERS, Array
from mlwright.scoring.deciding import Decisive


class Pinball(Metric):
    """Distance where one side costs more than the other; the quantile of that level makes it smallest.

    A truth above the answer costs `level` of the distance, one below it the rest: whoever is to be right in nine of ten
    cases with "it will be no more than this" is judged at 0.9. In the target's unit; ``pinball:0.5`` is half the mean
    absolute error.

    Parameters
    ----------
    level : float, default=0.9
        The share of truths that should lie below the answer, between 0 and 1.

    References
    ----------
    Koenker, R. and Bassett, G. (1978). Regression quantiles. Econometrica 46.
    """

    title = "Pinball loss"
    greater_is_better = False
    tasks = NUMBERS
    only_if_asked = True

    def __init__(self, level: float = 0.9) -> None:
        self.level = level

    @property
    def aim(self) -> Aim:
        """The quantile of the level."""
        return Aim(quantile=self.level)

    def row_values(self, target: Array, prediction: Array, *, threshold: Decisive = 0.5) -> Array:
        """Cost of each row."""
        return 0.5 * self.aim.rows(target, prediction[:, 0])
