"""What runs have come to, side by side: the verdict, the score, the worth and the model of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mlwright.core.errors import NothingToShow
from mlwright.core.history import RunState
from mlwright.faces.render.brief import scale_of
from mlwright.faces.render.numbers import with_interval
from mlwright.faces.render.summary import composition
from mlwright.project import Project
from mlwright.records.decision import Decision
from mlwright.records.evaluation import Evaluation
from mlwright.records.trials import Training


class Outcome(NamedTuple):
    """What a run has come to.

    Parameters
    ----------
    verdict : str
    score : str
        The metric that was optimised, on rows that the model had not seen.
    gain : str
        What it is worth more than what is done without it, in the unit in which the report tells it.
    model : str
    """

    verdict: str
    score: str
    gain: str
    model: str


def outcomes_of(project: Project, states: Sequence[RunState]) -> dict[str, Outcome]:
    """By the id of the run; runs that have come to no decision, or whose records are gone, are left out."""
    found = {}
    for state in states:
        try:
            if state.has_done("decide"):
                found[state.run_id] = _outcome(project, state.run_id)
        except NothingToShow:
            continue
    return found


def _outcome(project: Project, run_id: str) -> Outcome:
    decision, first = project.record(Decision, run_id), project.record(Evaluation, run_id).metrics[0]
    scale = scale_of(decision.worth)
    gain = decision.worth.gain
    scaled = gain.model_copy(update={end: scale * getattr(gain, end) for end in ("value", "low", "high")})
    return Outcome(
        decision.verdict,
        f"{first.name.replace('_', ' ')} {with_interval(first.model)}",
        with_interval(scaled),
        composition(project.record(Training, run_id)),
    )
