"""What takes space."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from mlwright.data.words import counted
from mlwright.faces.render.terminal.tables import said, table
from mlwright.records.space import Space


def space_shown(space: Space) -> list[RenderableType]:
    """Run by run, and what may be let go."""
    rows = [
        (run.run_id, run.pipeline, _megabytes(run.size_bytes), _megabytes(run.alone_bytes), run.needed or "nothing")
        for run in space.runs
    ]
    shown: list[RenderableType] = [
        table("Space by run", ("run", "", "MB", "of it alone", "what keeps it"), rows, right=(2, 3)),
        Text(),
        said(
            f"{_megabytes(space.total_bytes)} MB in all: the store {_megabytes(space.store_bytes)}, bundles "
            f"{_megabytes(space.bundles_bytes)}, reports {_megabytes(space.reports_bytes)}."
        ),
    ]
    old = [run for run in space.runs if not run.needed]
    if space.gone:
        shown.append(
            said(f"{counted(len(space.gone), 'run')} let go: {_megabytes(space.freed_bytes)} MB are free now.")
        )
    elif old:
        shown.append(said(f"Nothing keeps {counted(len(old), 'run')}.\n  -> mlwright space --free"))
    return shown


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}"
