"""What was promised is what was found."""

from __future__ import annotations

from mlwright.core.family import NotApplicable
from mlwright.data.words import figure, percent
from mlwright.judging.rules import Evidence, Rule
from mlwright.judging.words import between, inside
from mlwright.records.decision import Outcome

MUCH_OF_THE_GAIN = 0.25
OVERLAPS = frozenset({"train_test_overlap", "near_copies", "entity_overlap"})


class HonestEstimate(Rule):
    """The model is as good on unseen rows as it looked on the rows on which it was chosen.

    The search picks what looks best, which is a little lucky. And where test rows are copies of training rows, even
    the test is too kind.
    """

    title = "As good as it looked"
    failing = "it is worse on unseen rows than it looked"

    def judge(self, evidence: Evidence) -> tuple[Outcome, str]:
        """Broken if it is surely worse, by a quarter of its gain; unclear if surely worse, or rows were repeated."""
        copies = next((f for f in evidence.findings.findings if f.check in OVERLAPS and f.severity != "note"), None)
        if copies is not None:
            return "unclear", f"{copies.sentence} On rows that are really new the model may do worse."
        overfit = evidence.evaluation.overfit
        if overfit is None:
            raise NotApplicable("it is not known how good the model looked during the search")
        first = evidence.evaluation.metrics[0]
        if overfit.high < 0:
            return "kept", (
                f"On unseen rows {inside(first.title)} is {figure(-overfit.value)} better than the search had promised."
            )
        if overfit.low <= 0:
            return "kept", (
                f"On unseen rows {inside(first.title)} differs by {figure(abs(overfit.value))} from what the search "
                f"had promised, which is within chance ({between(overfit)})."
            )
        share = overfit.value / max(first.gain_over_baseline.value + overfit.value, 1e-12)
        outcome: Outcome = "broken" if share > MUCH_OF_THE_GAIN else "unclear"
        return outcome, (
            f"On unseen rows {inside(first.title)} is {figure(overfit.value)} worse than the search had promised "
            f"({between(overfit)}): {percent(min(share, 1.0))} of the promised gain was luck, or the rows differ."
        )
