"""Better than the model that is in use."""

from __future__ import annotations

from mlwright.core.family import NotApplicable
from mlwright.judging.rules import Evidence, Rule
from mlwright.judging.words import outcome_of_gain
from mlwright.records.decision import Outcome


class BeatsChampion(Rule):
    """On rows that neither has learned from the model is surely better than the bundle that is in use.

    The gain is paired on the same rows. Without a bundle in use the rule says nothing; where the two cannot be
    compared, it is unclear.
    """

    title = "Better than the model in use"
    failing = "it is no better than the model in use"

    def judge(self, evidence: Evidence) -> tuple[Outcome, str]:
        """Kept, unclear where the interval holds zero or nothing could be compared, broken where there is no gain."""
        rival = evidence.challenge
        if rival is None or rival.champion is None:
            raise NotApplicable("no bundle is in use yet")
        return "unclear" if rival.gain is None else outcome_of_gain(rival.gain), rival.sentence
