"""Two classes whose amounts differ from case to case: each answered by its own amounts."""

from __future__ import annotations

from mlwright.data.words import percent
from mlwright.judging.practice import Practice
from mlwright.judging.surest import surest
from mlwright.learning.benefit import Benefit, expected_gain
from mlwright.learning.yardstick import Scored
from mlwright.records.decision import CaseByCase, Worth
from mlwright.statistics.means import difference_estimate
from mlwright.statistics.sampling import Array, Draws

PER_CASES = 1000.0


def case_by_case(
    model: Scored, chosen: Practice, by_one_threshold: Array, benefit: Benefit, share: float, draws: Draws
) -> CaseByCase | None:
    """What it adds to answer positive where that is worth more on average; None where amounts are the same for all.

    Where not all can be answered positive, those come first of whom most is expected, not the surest ones. No truth is
    looked at to choose, so that the gain is measured without bias.

    Parameters
    ----------
    model : Scored
    chosen : Practice
        The model with one threshold.
    by_one_threshold : array, shape (n_rows,)
        What each of its answers adds to the worth of 1,000.
    benefit : Benefit
    share : float
        The largest share that can be answered positive.
    draws : Draws
    """
    if not benefit.by_row:
        return None
    expected = expected_gain(model.prediction[:, 0], benefit.amounts)
    own = surest(chosen.target, expected, 0.0, share)
    gain = difference_estimate(PER_CASES * own.worth(benefit.amounts) - by_one_threshold, draws)
    return CaseByCase(gain=gain, positive_share=float(own.practice.positive.mean()), rule=RULE)


RULE = (
    "probability * (true_positive - false_negative) is at least (1 - probability) * (true_negative - false_positive), "
    "by the amounts of the case itself"
)


def told_case_by_case(worth: Worth) -> str:
    """What one threshold for all leaves on the table, as a sentence; empty where that is nothing sure."""
    found = worth.case_by_case
    if found is None or found.gain.low <= 0:
        return ""
    gain = f"{found.gain.value:,.0f} (between {found.gain.low:,.0f} and {found.gain.high:,.0f})"
    return (
        f"One threshold for all leaves {gain} per 1,000 cases on the table: answer positive where {found.rule}, which "
        f"are {percent(found.positive_share)} of the cases. The service answers by one threshold; its probability is "
        "what the rule takes."
    )
