"""Two tables beside each other, in a terminal and as a page."""

from __future__ import annotations

import re
import time
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from mlwright.core.errors import name_list
from mlwright.core.store.blobs import write_atomically
from mlwright.data.words import counted, percent
from mlwright.faces.render.page import environment
from mlwright.faces.render.tables import said, table
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
    shown += [said(line) for line in _lines(found)]
    shown.append(
        Text.assemble(
            said(verdict(found), "green" if verdict(found) == "ALIKE" else "yellow"),
            said(f": {headline(found)}"),
        )
    )
    return shown


def verdict(found: Drift) -> str:
    """The answer in a word."""
    if found.moved:
        return "MOVED"
    return "ALIKE" if any(not each.untested for each in found.columns) else "NOT COMPARED"


def headline(found: Drift) -> str:
    """The answer in one sentence."""
    tested = [each for each in found.columns if not each.untested and each.sort != "pair"]
    if verdict(found) == "NOT COMPARED":
        return "the tables hold too little to tell anything: give more rows."
    if not found.moved:
        what = "only little has moved" if found.small else "nothing has moved"
        return f"{what} beyond chance in {counted(len(tested), 'column')}."
    moved = found.moved
    first = ", ".join(each.name for each in moved[:3])
    rest = f" and {len(moved) - 3} more" if len(moved) > 3 else ""
    return f"{len(moved)} of {len(tested)} columns and pairs have moved: {first}{rest}."


def _row(column: ColumnDrift, found: Drift) -> tuple[str | Text, ...]:
    style = "yellow" if column.size >= found.least else "dim"
    return said(column.name, style), percent(column.size), _chance(column.corrected), column.sentence


def _chance(share: float) -> str:
    return f"{share:.2g}" if share >= LEAST_CHANCE else f"< {LEAST_CHANCE:g}"


def _lines(found: Drift) -> list[str]:
    untested = [each for each in found.columns if each.untested]
    lines = [f"Not compared: {each.name} ({each.untested})." for each in untested[:5]]
    if len(untested) > 5:
        lines.append(f"Not compared either: {name_list([each.name for each in untested[5:]])}.")
    if found.lost:
        lines.append(f"Gone: {name_list(found.lost)}.")
    if found.new:
        lines.append(f"New: {name_list(found.new)}.")
    return lines


def short_label(label: str, column: str) -> str:
    """What tells a cell from the others of its column.

    >>> short_label("age lies between 3 and 5", "age"), short_label("town is 'Rome'", "town")
    ('3 to 5', "'Rome'")
    """
    if column.startswith("'") and "' with '" in column:
        return _pair_label(label, column)
    own = label.removeprefix(f"{column} ").removeprefix("is ")
    return re.sub(r"^lies between (.+) and (.+)$", r"\1 to \2", own)


def _pair_label(label: str, pair: str) -> str:
    """Of a pair what holds, without the names that stand above already.

    >>> _pair_label("town is 'Rome' and age lies between 3 and 5", "'town' with 'age'")
    "'Rome', 3 to 5"
    """
    for name in pair[1:-1].split("' with '"):
        label = label.replace(f"{name} is ", "").replace(f"{name} lies ", "")
    return re.sub(r"between (\S+) and (\S+)", r"\1 to \2", label).replace(" and ", ", ")


def write_drift(found: Drift, path: Path) -> Path:
    """Write the page, and return where."""
    page = environment().get_template("drift.html").render(
        drift=found, verdict=verdict(found), headline=headline(found), lines=_lines(found),
        made_at=time.strftime("%d %B %Y, %H:%M"), label_of=short_label, accent="pilot" if found.moved else "deploy",
    )  # fmt: skip
    write_atomically(path, page.encode("utf-8", "replace"))
    return path
