"""The last words of a run: what was found, what was decided, and what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.panel import Panel
from rich.text import Text

from mlwright.core.history import RunState
from mlwright.faces.render.numbers import duration
from mlwright.faces.render.text import COLOURS, findings_table
from mlwright.project import Project
from mlwright.records.decision import Decision
from mlwright.records.findings import Findings


def closing(project: Project, state: RunState, report: Path | None) -> list[Any]:
    """What to print when a run has come to its end."""
    shown: list[Any] = []
    if state.stage("check"):
        findings = project.show("findings", state.run_id)
        assert isinstance(findings, Findings)
        shown.append(findings_table(findings, least="warning"))
    if state.stage("decide"):
        decision = project.show("decision", state.run_id)
        assert isinstance(decision, Decision)
        shown.append(decision_panel(decision))
    shown.append(Text(f"Run {state.run_id} took {duration(state.seconds)}."))
    if report is not None:
        shown.append(Text(f"report   {report}"))
    if state.stage("pack"):
        shown.append(Text(f"bundle   {project.bundle_path(state.run_id)}"))
        shown.append(Text(f"next     mlwright serve {_typed(project.path)}"))
    return shown


def decision_panel(decision: Decision) -> Panel:
    """The verdict and its reasons in a frame."""
    body = Text(decision.headline + "\n\n", style="bold")
    for reason in decision.reasons:
        body.append(f"- {reason}\n", style="not bold")
    for step in decision.next_steps:
        body.append(f"-> {step}\n", style="not bold")
    body.rstrip()
    colour = COLOURS[decision.verdict]
    return Panel(body, title=decision.verdict.replace("_", " ").upper(), border_style=colour, title_align="left")


def _typed(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
