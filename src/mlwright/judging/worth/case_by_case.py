"""Two classes whose amounts differ from case to case: each answered by its own amounts."""

from __future__ import annotations

import numpy as np

from mlwright.data.words import percent
from mlwright.judging.worth.outcomes import worth_estimate
from mlwright.judging.worth.practice import Choosing, Practice
from mlwright.judging.worth.surest import surest
from mlwright.learning.benefit import Benefit, threshold_of
from mlwright.learning.yardstick import Scored
from mlwright.records.decision import CaseByCase, Worth
from mlwright.statistics.sampling import Array, Draws


def case_by_case(
    target: Array, model: Scored, chosen: Practice, benefit: Benefit, share: float, draws: Draws
) -> CaseByCase:
    """What it adds to answer positive where that is worth more on average, in place of one threshold for all.

    Where not all can be answered positive, those come first of whom most is expected, not the surest ones. No truth is
    looked at to choose, so that the gain is measured without bias.

    Parameters
    ----------
    target : array, shape (n_rows,)
    model : Scored
    chosen : Practice
        What the model does.
    benefit : Benefit
    share : float
        The largest share that can be answered positive.
    draws : Draws
    """
    one = surest(target, model.prediction[:, 0], threshold_of(benefit.table), share)
    gain = worth_estimate(chosen, one, benefit, draws)
    positive = chosen.positive if isinstance(chosen, Choosing) else np.zeros(0)
    return CaseByCase(gain=gain, positive_share=float(positive.mean()), rule=RULE)


RULE = (
    "probability * (true_positive - false_negative) is at least (1 - probability) * (true_negative - false_positive), "
    "by the amounts of the case itself"
)


def told_case_by_case(worth: Worth) -> str:
    """What it brings that each case is answered by its own amounts, as a sentence; empty where it is not."""
    found = worth.case_by_case
    if found is None:
        return ""
    names = " and ".join(f"'{name}'" for name in dict.fromkeys(worth.from_columns.values()))
    gain = f"{found.gain.value:,.0f} more per 1,000 cases (between {found.gain.low:,.0f} and {found.gain.high:,.0f})"
    return (
        f"Each case is answered by its own amounts (from {names}), in the service as in a file: that is worth {gain} "
        f"than one threshold for all, and {percent(found.positive_share)} of the cases are answered positive."
    )
