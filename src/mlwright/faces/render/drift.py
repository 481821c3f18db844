"""Two tables beside each other: in words, and as a page."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterable
from pathlib import Path

from mlwright.core.errors import name_list
from mlwright.core.store.blobs import write_atomically
from mlwright.data.words import counted, percent
from mlwright.faces.render.page import environment
from mlwright.records.drift import Drift
from mlwright.statistics.shares import quantile_of

MOST_NAMED = 3
POWER = 0.84
"""Standard normal quantile of four times in five."""
TOLD_UNSEEN, ALL_BUT_ALL = 0.1, 0.8


def verdict(found: Drift) -> str:
    """The answer in a word."""
    if found.moved:
        return "MOVED"
    if found.has_other_columns:
        return "CHANGED"
    return "ALIKE" if found.is_alike else "NOT COMPARED"


def headline(found: Drift) -> str:
    """The answer in one sentence, or two."""
    columns = columns_in_words(found)
    values = values_in_words(found)
    return f"{columns}. {values[0].upper()}{values[1:]}" if columns else values


def columns_in_words(found: Drift) -> str:
    """Which columns came, went, or hold values of another sort; empty where none does."""
    renamed = dict(found.renamed)
    lost = [name for name in found.lost if name not in renamed]
    new = [name for name in found.new if name not in renamed.values()]
    parts = [
        f"{name_list(names)} {'is' if len(names) == 1 else 'are'} {how}"
        for names, how in ((lost, "gone"), (new, "new"))
        if names
    ]
    parts += listed(f"{old} seems to be called {name} now" for old, name in found.renamed)
    parts += listed(f"{each.name} holds {each.now} and held {each.then}" for each in found.retyped)
    return "; ".join(parts)


def listed(parts: Iterable[str]) -> list[str]:
    """The first parts of a sentence, and how many more there are."""
    every = list(parts)
    return every if len(every) <= MOST_NAMED else [*every[:MOST_NAMED], f"so do {len(every) - MOST_NAMED} more"]


def values_in_words(found: Drift) -> str:
    """Whether the values of the columns that both tables have are alike, and what so few rows could not show."""
    tested = [each for each in found.columns if not each.untested and each.sort != "pair"]
    if not tested:
        return "the tables hold too little to tell whether values have moved: give more rows."
    if not found.moved:
        what = "only little has moved" if found.small else "nothing has moved"
        return f"{what} beyond chance in {counted(len(tested), 'column')}.{_unseen(found, len(tested))}"
    moved = found.moved
    first = ", ".join(each.name for each in moved[:3])
    rest = f" and {len(moved) - 3} more" if len(moved) > 3 else ""
    have = "has" if len(moved) == 1 else "have"
    return f"{len(moved)} of {len(tested)} columns and pairs {have} moved: {first}{rest}."


def _unseen(found: Drift, n_tested: int) -> str:
    """What share of the rows would have to move in one column to be seen in four of five such pairs of tables."""
    apart = quantile_of(1.0 - found.alarms / n_tested) + POWER
    least = apart * math.sqrt(0.25 * (1.0 / found.n_then + 1.0 / found.n_now))
    if least < TOLD_UNSEEN:
        return ""
    if least > ALL_BUT_ALL:
        return " With so few rows hardly any move would be seen."
    return f" Of so few rows a move of less than about {percent(least)} of them would hardly be seen."


def not_compared(found: Drift) -> list[str]:
    """What was not compared, and what else there is to say."""
    untested = [each for each in found.columns if each.untested]
    lines = [f"Not compared: {each.name} ({each.untested})." for each in untested[:5]]
    if len(untested) > 5:
        lines.append(f"Not compared either: {name_list([each.name for each in untested[5:]])}.")
    return [*lines, *found.notes]


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
        drift=found, verdict=verdict(found), headline=headline(found), lines=not_compared(found),
        made_at=time.strftime("%d %B %Y, %H:%M"), label_of=short_label, accent="deploy" if found.is_alike else "pilot",
    )  # fmt: skip
    write_atomically(path, page.encode("utf-8", "replace"))
    return path
