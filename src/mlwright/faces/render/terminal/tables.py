"""Tables and coloured words for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from rich.table import Table
from rich.text import Text

from mlwright.faces.render.visible import visible

COLOURS = {
    "critical": "red",
    "warning": "yellow",
    "note": "cyan",
    "deploy": "green",
    "pilot": "yellow",
    "collect_more": "yellow",
    "stop": "red",
    "kept": "green",
    "broken": "red",
    "unclear": "yellow",
    "not_applicable": "dim",
    "accept": "green",
    "look": "yellow",
    "refuse": "red",
    "nothing": "green",
    "ask_for_labels": "yellow",
    "retrain": "red",
    "finished": "green",
    "running": "cyan",
    "failed": "red",
    "cancelled": "yellow",
    "interrupted": "yellow",
}


def said(text: str, style: str = "") -> Text:
    """Text as it stands, whatever names it holds: no markup, no control characters."""
    return Text(visible(text), style=style)


def table(
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    right: Sequence[int] = (),
    whole: Sequence[int] = (),
) -> Table:
    """A table with a title; columns in `right` are aligned to the right, cells of those in `whole` are never broken."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    made.show_header = any(heads)
    made.min_width = len(title)
    for place, head in enumerate(heads):
        justify: Literal["left", "right"] = "right" if place in right else "left"
        made.add_column(head, justify=justify, overflow="fold", no_wrap=place in whole, header_style="dim")
    for row in rows:
        made.add_row(*[cell if isinstance(cell, Text) else said(cell) for cell in row])
    return made


def coloured(word: str) -> Text:
    """A severity, a verdict, an outcome or a status in its colour."""
    return said(word.replace("_", " "), COLOURS.get(word, ""))
