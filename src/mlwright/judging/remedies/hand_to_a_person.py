"""Cases that could go either way."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.words import figure, percent
from mlwright.judging.examined import Examined, Gain
from mlwright.judging.remedies import Cure, Remedy, Suspected
from mlwright.judging.worth.practice import PER_CASES

SHARE = 0.1
FEWEST_ROWS = 50


class HandToAPerson(Remedy):
    """The tenth of the cases of which the model is least sure: nearest to the threshold, or with the widest intervals.

    They are chosen by what the model says alone, so that what a person who answers them right would bring is measured
    without bias. Whether a person can do so, and what a look costs, is for people to say.
    """

    title = "Cases of which the model is least sure"
    least_gain = True

    def suspects(self, examined: Examined) -> Iterator[Suspected]:
        """The least sure tenth."""
        if len(examined) < FEWEST_ROWS:
            raise NotApplicable(f"there are fewer than {FEWEST_ROWS} rows")
        doubt, where = _doubt(examined)
        order = np.argsort(-doubt, kind="stable")[: round(SHARE * len(doubt))]
        inside = np.zeros(len(doubt), dtype=bool)
        inside[order] = True
        yield Suspected(f"{where} (a tenth of all cases)", inside, None)

    def cure(self, suspected: Suspected, examined: Examined) -> Cure:
        """Let a person answer them."""
        metric, money = examined.gain_of_knowing(suspected.rows)
        advice = "Hand the tenth of cases of which it is least sure to a person."
        if money is not None and money.low > 0:
            looks = PER_CASES * float(suspected.rows.mean())
            price = figure(_three(money.value / looks))
            advice = f"{advice.rstrip('.')}: that pays if a look costs less than {price}."
        rests_on = f"The same rows, with the truth in place of the answer in {percent(float(suspected.rows.mean()))}."
        return Cure(advice, Gain(metric, money, "at most", rests_on))


def _three(value: float) -> float:
    return float(f"{value:.3g}")


def _doubt(examined: Examined) -> tuple[NDArray[np.float64], str]:
    """How unsure the model is of each row, and how that is said."""
    said = examined.rows.said
    if examined.rows.task == "binary":
        nearest = "its own threshold" if isinstance(said.threshold, np.ndarray) else figure(said.threshold)
        return -np.abs(said.prediction[:, 0] - said.threshold), f"the probability is nearest to {nearest}"
    if examined.rows.task == "multiclass":
        first_two = np.sort(said.prediction, axis=1)[:, -2:]
        return first_two[:, 0] - first_two[:, 1], "the two likeliest classes are nearest to each other"
    if examined.uncertain is None or examined.uncertain.spec.tree is None:
        raise NotApplicable("the intervals of all rows are equally wide")
    low, high = examined.uncertain.intervals(examined.blocks, said.prediction, 0.9).T
    return high - low, "the intervals are widest"
