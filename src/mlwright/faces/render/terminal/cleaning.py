"""What was cleaned, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from mlwright.data.words import counted, shortened
from mlwright.faces.render.cleaning import LEVELS, headline, told_steps
from mlwright.faces.render.terminal.tables import table
from mlwright.records.cleaning import Change, Cleaning

STEPS_SHOWN = 15


def steps_table(done: Cleaning) -> Table:
    """The steps, the most important of them."""
    steps = told_steps(done)
    rows = [
        (step.column, LEVELS[step.level], f"{step.n_cells:,}", _example(step.examples), step.reason)
        for _, step in steps[:STEPS_SHOWN]
    ]
    if len(steps) > STEPS_SHOWN:
        n_cells = sum(step.n_cells for _, step in steps[STEPS_SHOWN:])
        more = f"and {counted(len(steps) - STEPS_SHOWN, 'more step')}"
        rows.append((more, "", f"{n_cells:,}", "", "Add --diff changes.html to read them all."))
    return table(headline(done), ("column", "what", "cells", "for example", "why"), rows, right=(2,))


def _example(examples: Sequence[Change]) -> str:
    if not examples:
        return ""
    before, after = (_value(value) for value in (examples[0].before, examples[0].after))
    return before if before == after else f"{before} -> {after}"


def _value(value: str | None) -> str:
    return "missing" if value is None else repr(shortened(value, 30))
