"""The next steps, as a table for a terminal."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from mlwright.faces.render.numbers import with_interval
from mlwright.faces.render.tables import said, table
from mlwright.records.improvement import Improvement, Step


def improvement_shown(record: Improvement) -> list[RenderableType]:
    """What to do next, and what came of trying."""
    if not record.steps:
        return [said(f"After run {record.run_id} there is nothing that is likely to bring more.")]
    rows = [
        (f"{place}.", step.title, told_gain_of_step(step, record.metric), step.evidence, step.cost)
        for place, step in enumerate(record.steps, start=1)
    ]
    heads = ("", "what to do", "likely gain", "why", "what it takes")
    shown: list[RenderableType] = [table(f"Next steps after run {record.run_id}", heads, rows), Text()]
    shown += [said(f"Tried as run {one.run_id} ({one.step.replace('_', ' ')}): {one.sentence}") for one in record.tried]
    if not record.tried and any(step.changes for step in record.steps):
        shown.append(said(f"{_places(record)} can be tried without anybody: mlwright improve --try", "bold"))
    return shown


def told_gain_of_step(step: Step, metric: str) -> str:
    """What a step is likely to bring."""
    parts = [f"{with_interval(step.money)} per 1,000 cases"] if step.money is not None else []
    parts += [f"{with_interval(step.gain)} in {metric.replace('_', ' ')}"] if step.gain is not None else []
    return f"{step.gain_is} {', '.join(parts)}" if parts else "not known"


def _places(record: Improvement) -> str:
    places = [str(place) for place, step in enumerate(record.steps, start=1) if step.changes]
    return f"Step {places[0]}" if len(places) == 1 else f"Steps {', '.join(places[:-1])} and {places[-1]}"
