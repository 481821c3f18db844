"""Probabilities that can be believed."""

from __future__ import annotations

from mlwright.core.family import NotApplicable
from mlwright.judging.rules import Evidence, Rule
from mlwright.records.decision import Outcome

POINTS = 5.0
"""Percentage points by which what happens may differ from what was said, on average."""


class Calibrated(Rule):
    """Of the rows called 30 % likely about 30 of 100 come true: on average within 5 percentage points.

    Whoever multiplies a probability with an amount of money relies on it.
    """

    title = "Probabilities can be believed"
    failing = "its probabilities cannot be believed"

    def judge(self, evidence: Evidence) -> tuple[Outcome, str]:
        """Kept if the distance is small, and surely below twice the limit; broken if it is surely above the limit."""
        error = evidence.evaluation.calibration_error
        if error is None:
            raise NotApplicable("the model says numbers, not probabilities")
        value, low, high = (100 * part for part in (error.value, error.low, error.high))
        outcome: Outcome = "unclear"
        if value <= POINTS and high <= 2 * POINTS:
            outcome = "kept"
        elif low > POINTS:
            outcome = "broken"
        if error.value == 0:
            return outcome, (
                f"What happened differs from what was said by no more than chance explains (by {high:.1f} percentage "
                f"points on average at most; up to {POINTS:.0f} is good)."
            )
        return (
            outcome,
            f"What happened differs from what was said by {value:.1f} percentage points on average "
            f"(between {low:.1f} and {high:.1f}; up to {POINTS:.0f} is good).",
        )
