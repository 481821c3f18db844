"""Enough rows to tell."""

from __future__ import annotations

from mlwright.data.words import counted
from mlwright.judging.rules import Evidence, Rule
from mlwright.records.decision import Outcome

GOOD_ROWS, FEWEST_ROWS = 200, 50
GOOD_CLASS, FEWEST_CLASS = 30, 10


class EnoughRows(Rule):
    """There are 200 test rows or more, and 30 or more of every class.

    With fewer than 50 rows, or 10 of one of two classes, nothing is sure. A rare class among several is only less sure.
    """

    title = "Enough rows to tell"
    failing = "there are too few rows to tell"

    def judge(self, evidence: Evidence) -> tuple[Outcome, str]:
        """Kept, unclear or broken, by counts alone."""
        evaluation = evidence.evaluation
        n_rows, n_rarest, rarest = evaluation.n_rows, evaluation.n_rows, ""
        if evaluation.confusion is not None:
            by_class = zip(evaluation.confusion.classes, map(sum, evaluation.confusion.counts), strict=True)
            name, n_rarest = min(by_class, key=lambda pair: pair[1])
            rarest = f", {n_rarest:,} of them '{name}'"
        outcome: Outcome = "unclear"
        if n_rows >= GOOD_ROWS and (not rarest or n_rarest >= GOOD_CLASS):
            outcome = "kept"
        elif n_rows < FEWEST_ROWS or (n_rarest < FEWEST_CLASS and evidence.profile.roles.task == "binary"):
            outcome = "broken"
        asked = f"{GOOD_ROWS} rows" + (f" and {GOOD_CLASS} of every class" if rarest else "")
        return outcome, f"The model was tested on {counted(n_rows, 'row')}{rarest}; {asked} are enough to tell."
