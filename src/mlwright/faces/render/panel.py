"""A decision in a frame."""

from __future__ import annotations

from rich.panel import Panel

from mlwright.faces.render.tables import COLOURS, said
from mlwright.faces.render.visible import visible
from mlwright.records.decision import Decision


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
