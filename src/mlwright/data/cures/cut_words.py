"""Categories that are cut short."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.words import counted, quoted
from mlwright.records.cleaning import AnyStep, MapValues

LEAST_ROWS = 50
LEAST_LETTERS = 3
TIMES = 10
LEAST_CUT = 2
MOST_FREQUENT = 50
DOTS = ("...", "…")


class CutWords(Cure):
    """``perm`` becomes ``permanent``, and ``Human Reso...`` the one value that begins so.

    Looked for in columns of categories. What is cut ends within a word of exactly one other value, which is `TIMES` as
    frequent, or in dots; without dots there must be `LEAST_CUT` such values, of `LEAST_LETTERS` letters, and at most
    `MOST_FREQUENT` frequent ones, because one alone may be a name of its own (``Port`` beside ``Portland``).
    """

    title = "Categories cut short"
    about = "meaning"
    turn = 40

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            if levels.n_known < LEAST_ROWS or levels.n_known < 2 * len(levels.names):
                continue
            values = _dotted(levels) | _cut(levels)
            if values:
                n = int(sum(levels.counts[levels.place_of[level]] for level in values))
                reason = (
                    f"{counted(n, 'cell holds', 'cells hold')} the beginning of just one other value, such "
                    f"as {quoted([*values][:2])}."
                )
                yield MapValues(column=name, cure=self.name, level="repair", reason=reason, values=values)

    @staticmethod
    def speaks() -> Specimen:
        """Kinds of contract in short, and a department that did not fit."""
        kinds = ["permanent", "fixed-term", "trainee"] * 20 + ["perm", "fixe", "trai"]
        return {"contract": kinds, "unit": ["Human Resources", "Estates", "Library"] * 20 + ["Human Reso..."] * 3}

    @staticmethod
    def quiet() -> Specimen:
        """Towns with short names, words that are whole, and beginnings of two values."""
        return {
            "town": ["Portland", "New York", "Denver"] * 20 + ["Port", "New York City", "York"],
            "mark": ["passed", "passed late", "failed"] * 20 + ["pass", "passed l", "x"],
            "rank": ["Aide II", "Clerk III", "Nurse III"] * 20 + ["Aide I", "Clerk II", "Nurse I"],
        }


def _dotted(levels: Levels) -> dict[str, str]:
    """Values that end in dots, and the one that begins like them."""
    found = {}
    for level in levels.names:
        if level.endswith(DOTS) and (start := level.rstrip(".…").rstrip()):
            whole = [other for other in levels.names if other.startswith(start) and not other.endswith(DOTS)]
            if len(whole) == 1 and whole[0] != start:
                found[level] = whole[0]
    return found


def _cut(levels: Levels) -> dict[str, str]:
    """Rare values that are the beginning of one frequent value, ending within a word of it."""
    rows = dict(zip(levels.names, levels.counts.tolist(), strict=True))
    frequent = [level for level, n in rows.items() if n >= TIMES]
    if len(frequent) > MOST_FREQUENT:
        return {}
    words = {word.casefold() for other in rows for word in other.split()[1:]}
    found = {}
    for level, n in rows.items():
        whole = [other for other in rows if other != level and other.casefold().startswith(level.casefold())]
        is_short = len(level) >= LEAST_LETTERS and level[-1:].isalpha() and level.split()[-1].casefold() not in words
        if (
            is_short
            and len(whole) == 1
            and len(whole[0]) > len(level) + 1
            and whole[0][len(level)].isalpha()
            and rows[whole[0]] >= TIMES * n
        ):
            found[level] = whole[0]
    return found if len(found) >= LEAST_CUT else {}
