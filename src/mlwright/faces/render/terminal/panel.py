"""A decision in a frame."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from rich.panel import Panel

from mlwright.faces.render.terminal.tables import COLOURS, said
from mlwright.faces.render.visible import visible
from mlwright.records.decision import Decision

COMMAND = re.compile(r"\bmlwright (run|serve|improve|approve|compare|show [a-z]+)\b")


def decision_panel(decision: Decision) -> Panel:
    """The verdict, its reasons, and what to do next."""
    body = said(decision.headline + "\n\n", "bold")
    for reason in decision.reasons:
        body.append(f"- {visible(reason)}\n", style="not bold")
    for step in decision.next_steps:
        body.append(f"-> {visible(step)}\n", style="not bold")
    body.rstrip()
    title = decision.verdict.replace("_", " ").upper()
    return Panel(body, title=title, border_style=COLOURS[decision.verdict], title_align="left")


def typed_here(decision: Decision, project: Path) -> Decision:
    """The same decision with commands that name the project, where they are not typed in its folder."""
    where = shortest(project)
    return decision.model_copy(update={"next_steps": tuple(typed_from(where, step) for step in decision.next_steps)})


def typed_from(where: str, step: str) -> str:
    """A step whose command names the project, if that is not here.

    >>> typed_from("churn", "Add rows, then: mlwright run"), typed_from("churn", "mlwright serve   (over HTTP)")
    ('Add rows, then: mlwright run -p churn', 'mlwright serve churn   (over HTTP)')
    """
    if where == ".":
        return step
    folder = shlex.quote(where)
    return COMMAND.sub(lambda found: f"{found[0]} {'' if found[1] == 'serve' else '-p '}{folder}", step)


def shortest(path: Path) -> str:
    """The shortest way to write a path here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
