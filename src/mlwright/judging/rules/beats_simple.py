"""Worth its complexity."""

from __future__ import annotations

from mlwright.core.family import NotApplicable
from mlwright.judging.rules import Evidence, Rule
from mlwright.judging.words import compared, outcome_of_gain
from mlwright.records.decision import Outcome


class BeatsSimple(Rule):
    """On unseen rows the model is surely better than a linear one, which is easier to explain and to run."""

    title = "Better than a simple model"
    failing = "a simple model is as good"

    def judge(self, evidence: Evidence) -> tuple[Outcome, str]:
        """Kept, unclear where the interval holds zero, broken where there is no gain."""
        if evidence.training.model.members == evidence.training.simple.members:
            raise NotApplicable("the chosen model is the simple one")
        first = evidence.evaluation.metrics[0]
        gain = first.gain_over_simple
        return outcome_of_gain(gain), compared(first, first.simple, gain, "a simple linear model")
