"""The next steps."""

from __future__ import annotations

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mlwright.faces.render.numbers import with_interval
from mlwright.faces.render.terminal.tables import said
from mlwright.records.improvement import Improvement, Step


def improvement_shown(record: Improvement) -> list[RenderableType]:
    """What to do next, and what came of trying."""
    if not record.steps:
        return [said(f"After run {record.run_id} there is nothing that is likely to bring more.")]
    shown: list[RenderableType] = [said(f"Next steps after run {record.run_id}", "bold"), Text()]
    for place, step in enumerate(record.steps, start=1):
        shown += [_told(place, step, record.metric), Text()]
    shown += [said(f"Tried as run {one.run_id} ({one.step.replace('_', ' ')}): {one.sentence}") for one in record.tried]
    if not record.tried and any(step.changes for step in record.steps):
        shown.append(said(f"{_places(record)} can be tried without anybody: mlwright improve --try", "bold"))
    return shown


def _told(place: int, step: Step, metric: str) -> Table:
    """A step with what speaks for it, below each other, so that nothing is broken into narrow columns."""
    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(min_width=2, justify="right")
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    lines = (("brings", told_gain_of_step(step, metric)), ("why", step.evidence), ("takes", step.cost))
    head = Table.grid(padding=(0, 2, 0, 0))
    head.add_column(min_width=2, justify="right")
    head.add_column(overflow="fold")
    head.add_row(said(f"{place}."), said(step.title, "bold"))
    for name, text in lines:
        made.add_row("", name, said(text))
    whole = Table.grid()
    whole.add_row(head)
    whole.add_row(made)
    return whole


def told_gain_of_step(step: Step, metric: str) -> str:
    """What a step is likely to bring."""
    parts = [f"{with_interval(step.money)} per 1,000 cases"] if step.money is not None else []
    parts += [f"{with_interval(step.gain)} in {metric.replace('_', ' ')}"] if step.gain is not None else []
    return f"{step.gain_is} {', '.join(parts)}" if parts else "not known"


def _places(record: Improvement) -> str:
    places = [str(place) for place, step in enumerate(record.steps, start=1) if step.changes]
    return f"Step {places[0]}" if len(places) == 1 else f"Steps {', '.join(places[:-1])} and {places[-1]}"
