"""Stands a moderate change of the data."""

from __future__ import annotations

from mlwright.core.family import NotApplicable
from mlwright.data.words import counted, percent
from mlwright.judging.rules import Evidence, Rule
from mlwright.records.decision import Outcome
from mlwright.records.robustness import ProbeResult

MODERATE = 0.3
MOST_LOST = 0.5


class HoldsUp(Rule):
    """No disturbance of the data, at a moderate strength, costs half of what the model is good for.

    Moderate is a strength of 0.3 (15 % of the values missing, 3 % of the numbers far out, ...). What a heavier blow
    does, as a column that stops coming, is told among the limits, and so is what other training rows would have done.
    """

    title = "Stands moderate changes of the data"
    failing = "moderate faults in the data undo most of it"

    def judge(self, evidence: Evidence) -> tuple[Outcome, str]:
        """Broken if a loss is surely above the limit, unclear if it may be."""
        moderate = [
            result for result in evidence.robustness.results if result.strength <= MODERATE and not result.quick_model
        ]
        if not moderate and evidence.robustness.n_unasked:
            raise NotApplicable("there was no time to disturb anything; a longer --budget gives it some")
        if not moderate:
            raise NotApplicable("there is nothing to disturb at a moderate strength")
        worst = max(moderate, key=lambda result: result.lost_share)
        if worst.lost_share <= MOST_LOST:
            told = f"{_tried(moderate)}, the worst ('{worst.title}') costs {_lost(worst)}{_in_money(worst, evidence)}."
            return "kept", told + _unasked(evidence.robustness.n_unasked)
        outcome: Outcome = "broken" if _surely_lost(worst) > MOST_LOST else "unclear"
        lost = f"{_lost(worst)}{_in_money(worst, evidence)}; up to {percent(MOST_LOST)} is good"
        told = f"The disturbance '{worst.title}' costs {lost}."
        return outcome, f"{told} {worst.sentence}"


def _tried(results: list[ProbeResult]) -> str:
    return f"Of {counted(len(results), 'moderate disturbance')}"


def _unasked(n: int) -> str:
    return f" {n:,} more could not be tried in time: a longer --budget tries them too." if n else ""


def _lost(result: ProbeResult) -> str:
    if result.lost_share >= 1:
        return "everything that the model is good for"
    return f"{percent(max(0.0, result.lost_share))} of what the model is good for"


def _in_money(result: ProbeResult, evidence: Evidence) -> str:
    """Of the gain by stated amounts; empty where a limit to how many are acted upon makes the two different things."""
    worth = evidence.worth
    if result.cost is None or worth.assumed or worth.capacity is not None or worth.gain.value <= 0:
        return ""
    return f" (by your amounts {percent(max(0.0, result.cost.value / worth.gain.value))} of its gain)"


def _surely_lost(result: ProbeResult) -> float:
    """The share that is lost at the lower end of the interval."""
    if result.loss.value <= 0:
        return 0.0
    return result.lost_share * result.loss.low / result.loss.value
