"""Worth more than what is done today."""

from __future__ import annotations

from mlwright.judging.rules import Evidence, Rule
from mlwright.judging.words import outcome_of_gain
from mlwright.judging.worth.told import told_against, told_gain
from mlwright.records.decision import Outcome


class PaysOff(Rule):
    """Per 1,000 cases the model's answers are surely worth more than what is done today.

    Where ``today`` was not said, that is the best answer that looks at no case.
    """

    title = "Pays off"
    failing = "it does not pay off"

    def judge(self, evidence: Evidence) -> tuple[Outcome, str]:
        """Kept, unclear where the interval holds zero, broken where nothing is gained."""
        worth = evidence.worth
        sure = "" if worth.gain.low > 0 else " It may be chance."
        told = f"Compared with {told_against(worth)} ({worth.today_is}), {told_gain(worth)}."
        return outcome_of_gain(worth.gain), told + (sure if worth.gain.value > 0 else "")
