"""Nothing gives the answer away."""

from __future__ import annotations

from mlwright.data.vouching import told_vouched
from mlwright.data.words import percent, quoted
from mlwright.judging.leaks import dominant, leaks_in, suspects
from mlwright.judging.rules import Evidence, Rule
from mlwright.records.decision import Outcome


class NoLeak(Rule):
    """No input gives away what is only known after the prediction: with such an input all figures are worthless.

    Rests on what checks suspect of columns. One column on which nearly all of the gain rests is a question to people:
    is it known in time? A column that ``check.known_in_time`` vouches for is neither.
    """

    title = "Nothing gives the answer away"
    failing = "something may give the answer away"

    def judge(self, evidence: Evidence) -> tuple[Outcome, str]:
        """Broken by a critical finding; unclear with a lesser one, or where one column does it all."""
        leaks = leaks_in(evidence)
        critical = [finding for finding in leaks if finding.severity == "critical"]
        if critical:
            return "broken", f"{critical[0].sentence} The figures of this model mean nothing."
        if leaks:
            others = [name for name in suspects(evidence) if name not in leaks[0].columns]
            return "unclear", f"{leaks[0].sentence} Suspected, too: {quoted(others)}." if others else leaks[0].sentence
        if (found := dominant(evidence)) is not None:
            name, share = found
            return "unclear", (
                f"Without '{name}' the model loses {percent(min(share, 1.0))} of its gain, so that all rests on one "
                "column. Make sure that it is known at the moment of prediction."
            )
        if evidence.findings.vouched:
            return "kept", f"Nothing else gives the answer away: {told_vouched(evidence.findings.vouched)}"
        return "kept", "No check has found an input that gives the answer away, and no single column does it all."
