"""Two tables beside each other."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from mlwright.data.words import percent
from mlwright.faces.render.drift import headline, not_compared, verdict
from mlwright.faces.render.terminal.tables import said, table
from mlwright.records.drift import ColumnDrift, Drift

LEAST_CHANCE = 1e-16


def drift_shown(found: Drift) -> list[RenderableType]:
    """What moved, and what did not."""
    shown: list[RenderableType] = []
    told = [*found.moved, *found.small]
    if told:
        heads = ("column", "moved", "chance", "in words")
        title = f"{found.n_now:,} rows of {found.now} beside {found.n_then:,} rows of {found.then}"
        shown += [table(title, heads, [_row(each, found) for each in told], right=(1, 2)), Text()]
    shown += [said(line) for line in not_compared(found)]
    shown.append(
        Text.assemble(
            said(verdict(found), "green" if verdict(found) == "ALIKE" else "yellow"),
            said(f": {headline(found)}"),
        )
    )
    return shown


def _row(column: ColumnDrift, found: Drift) -> tuple[str | Text, ...]:
    style = "yellow" if column.size >= found.least else "dim"
    return said(column.name, style), percent(column.size), _chance(column.corrected), column.sentence


def _chance(share: float) -> str:
    return f"{share:.2g}" if share >= LEAST_CHANCE else f"< {LEAST_CHANCE:g}"
