"""Enough rows to tell."""

from __future__ import annotations

from mlwright.data.words import counted, shortened
from mlwright.judging.rules import Evidence, Rule
from mlwright.learning.footing import ENOUGH_PIECES, is_thin, is_too_thin, told_pieces
from mlwright.records.decision import Outcome
from mlwright.records.evaluation import Confusion

GOOD_ROWS, FEWEST_ROWS = 200, 50
GOOD_CLASS, FEWEST_CLASS = 30, 10


class EnoughRows(Rule):
    """There are 200 test rows or more, and 30 or more of every class.

    With fewer than 50 rows, 10 of one of two classes, or rows of one class alone, nothing is sure; nor where rows hang
    together in fewer than 8 groups. A rare class among several is only less sure; so are fewer than 30 groups or
    stretches of time.
    """

    title = "Enough rows to tell"
    failing = "there are too few rows to tell"

    def judge(self, evidence: Evidence) -> tuple[Outcome, str]:
        """Kept, unclear or broken, by counts alone."""
        evaluation = evidence.evaluation
        n_rows, n_rarest, rarest = evaluation.n_rows, evaluation.n_rows, ""
        if evaluation.confusion is not None:
            by_class = tested_by_class(evaluation.confusion)
            name = min(by_class, key=lambda name: by_class[name])
            n_rarest = by_class[name]
            rarest = f", {f'{n_rarest:,}' if n_rarest else 'none'} of them '{shortened(name)}'"
        is_two = evidence.profile.roles.task == "binary"
        outcome: Outcome = "unclear"
        if n_rows >= GOOD_ROWS and (not rarest or n_rarest >= GOOD_CLASS):
            outcome = "unclear" if is_thin(evaluation.footing) else "kept"
        elif n_rows < FEWEST_ROWS or (is_two and n_rarest < FEWEST_CLASS) or only_tested(evaluation.confusion):
            outcome = "broken"
        if is_too_thin(evaluation.footing):
            outcome = "broken"
        asked = f"{GOOD_ROWS} rows" + (f" and {GOOD_CLASS} of every class" if rarest else "")
        if is_thin(evaluation.footing):
            asked += f" in {ENOUGH_PIECES} pieces"
        told = f"The model was tested on {counted(n_rows, 'row')}{rarest}; {asked} are enough to tell."
        return outcome, f"{told} {told_pieces(evaluation.footing)}".rstrip()


def tested_by_class(confusion: Confusion) -> dict[str, int]:
    """How many test rows each class has."""
    return dict(zip(confusion.classes, map(sum, confusion.counts), strict=True))


def only_tested(confusion: Confusion | None) -> str:
    """The class that all test rows are of; empty where they are of several, or have numbers."""
    tested = [] if confusion is None else [name for name, n in tested_by_class(confusion).items() if n]
    return tested[0] if len(tested) == 1 else ""
