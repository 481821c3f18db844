"""One explained case."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from mlwright.data.words import percent
from mlwright.faces.render.numbers import short
from mlwright.faces.render.terminal.tables import said, table
from mlwright.records.explained import Explained


def explained_shown(found: Explained) -> list[RenderableType]:
    """The answer, its reasons, and what would alter it."""
    spell = percent if found.of_what.startswith("the probability") else short
    what = found.of_what[0].upper() + found.of_what[1:]
    head = f"{what}: {spell(found.score)}; of typical cases {spell(found.typical)}."
    answer = f"The answer is '{found.prediction}'. " if spell is percent else ""
    rows = [(reason.sentence.rpartition(": ")[2], f"{reason.input} {reason.value}") for reason in found.reasons]
    shown: list[RenderableType] = [said(f"{answer}{head}", "bold")]
    if rows:
        shown += [Text(), table("What adds to it, and what takes away from it", ("", "because"), rows, right=(0,))]
    end = found.change.sentence if found.change else found.no_change
    return [*shown, Text(), said(end)] if end else shown
