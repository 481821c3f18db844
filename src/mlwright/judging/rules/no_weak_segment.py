"""No part of the rows is served much worse than the others."""

from __future__ import annotations

from mlwright.data.words import counted, figure
from mlwright.judging.rules import Evidence, Rule
from mlwright.records.decision import Outcome
from mlwright.records.evaluation import Segment

MUCH_WORSE = 2.0
MUCH_OF_THE_GAIN = 0.5


class NoWeakSegment(Rule):
    """There is no part of the rows where numbers are much further off, or probabilities much surer than they should be.

    Rests on segments that were found on one half of the test rows and confirmed on the other.
    """

    title = "No part of the rows is served badly"
    failing = "it serves some of the rows badly"

    def judge(self, evidence: Evidence) -> tuple[Outcome, str]:
        """Kept without a weak segment, unclear with one; broken where it is very weak.

        Very weak: numbers are twice as far off as elsewhere; or half of the gain in log loss is lost.
        """
        segments = evidence.evaluation.segments
        if not segments:
            return "kept", "No part of the rows was found where the model does surely worse than elsewhere."
        worst = max(segments, key=lambda segment: segment.loss.value - segment.loss_elsewhere)
        outcome: Outcome = "broken" if _is_very_weak(worst, evidence) else "unclear"
        return outcome, told_segment(worst, evidence)


def told_segment(segment: Segment, evidence: Evidence) -> str:
    """A weak segment as a sentence."""
    where = f"Where {segment.description} ({counted(segment.n_rows, 'test row')})"
    here, elsewhere = figure(float(f"{segment.loss.value:.3g}")), figure(float(f"{segment.loss_elsewhere:.3g}"))
    if evidence.profile.roles.task == "regression":
        return f"{where} it is {here} off the truth on average, against {elsewhere} elsewhere."
    return f"{where} it is surer than it should be: its loss is {here} above what it promises, elsewhere {elsewhere}."


def _is_very_weak(segment: Segment, evidence: Evidence) -> bool:
    if evidence.profile.roles.task == "regression":
        return segment.loss.value >= MUCH_WORSE * segment.loss_elsewhere
    gain = next((m.gain_over_baseline.value for m in evidence.evaluation.metrics if m.name == "log_loss"), 0.0)
    return segment.loss.value - segment.loss_elsewhere >= MUCH_OF_THE_GAIN * gain
