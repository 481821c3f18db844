"""The last words of a run: what was found, what was decided, and what to do next."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from mlwright.core.history import RunState
from mlwright.faces.render.numbers import duration
from mlwright.faces.render.terminal.findings import findings_table
from mlwright.faces.render.terminal.panel import decision_panel, shortest, typed_here
from mlwright.faces.render.terminal.tables import said, table
from mlwright.faces.render.terminal.text import Shown
from mlwright.project import Project
from mlwright.records.challenge import Challenge
from mlwright.records.decision import Decision
from mlwright.records.deployment import Deployment
from mlwright.records.findings import Findings


def closing(project: Project, state: RunState, report: Path | None) -> Shown:
    """What to print when a run has come to its end."""
    shown: Shown = []
    if state.has_done("check"):
        findings = project.record(Findings, state.run_id)
        shown += [findings_table(findings, least="warning"), Text()]
    if state.has_done("decide"):
        decision = project.record(Decision, state.run_id)
        shown.append(decision_panel(typed_here(decision, project.path)))
    if state.has_done("challenge"):
        rival = project.record(Challenge, state.run_id)
        shown += [said(rival.sentence), Text()] if rival.champion is not None else []
    return [
        *shown,
        table(f"Run {state.run_id} took {duration(state.seconds)}", ("", ""), _places(project, state, report)),
    ]


def _places(project: Project, state: RunState, report: Path | None) -> list[tuple[str, str]]:
    """Where things are, and the command to type next."""
    where = shortest(project.path)
    option = "" if where == "." else f" -p {where}"
    if report is None:
        return [("look", f"mlwright runs{option}"), ("next", f"mlwright run{option}")]
    places = [("report", f"{report}"), ("figures", f"{report.with_name('leaderboard.xlsx')}")]
    if state.has_done("pack"):
        places.append(("bundle", str(project.bundle_path(state.run_id))))
        if address := _answers_at(project, state):
            return [*places, ("answers", address), ("next", f"mlwright status{option}")]
        is_of_use = _is_of_use(project, state.run_id)
        places.append(("next", f"mlwright serve {where}" if is_of_use else f"mlwright improve{option}"))
    return places


def _answers_at(project: Project, state: RunState) -> str:
    """Where the run has put its bundle to use; empty where that is the project itself, or nowhere."""
    if not state.has_done("deploy"):
        return ""
    put = project.record(Deployment, state.run_id)
    return put.address if put.target != "project" else ""


def _is_of_use(project: Project, run_id: str) -> bool:
    """Whether the verdict lets anybody answer with the model."""
    return project.record(Decision, run_id).verdict in ("deploy", "pilot")
