"""Better than knowing nothing."""

from __future__ import annotations

from mlwright.judging.rules import Evidence, Rule
from mlwright.judging.words import compared, outcome_of_gain
from mlwright.records.decision import Outcome


class BeatsBaseline(Rule):
    """On unseen rows the model is surely better than the dummy, which says the same of every row.

    Judged by the metric that was optimised: the lower end of the paired gain's interval is above zero.
    """

    title = "Better than knowing nothing"
    failing = "it is no better than knowing nothing"

    def judge(self, evidence: Evidence) -> tuple[Outcome, str]:
        """Kept, unclear where the interval holds zero, broken where there is no gain."""
        first = evidence.evaluation.metrics[0]
        gain = first.gain_over_baseline
        return outcome_of_gain(gain), compared(first, first.baseline, gain, "somebody who says the same of every row")
