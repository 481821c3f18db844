"""Values that are not made like the others of their column."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from mlwright.data.cures import Cure, Specimen
from mlwright.data.cures.code_writing import pattern_of
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.kinds.missing import VAGUE_WORDS
from mlwright.data.words import counted, percent, quoted
from mlwright.records.cleaning import AnyStep, DoubtValues
from mlwright.scoring.spelling import to_number

LEAST_ROWS = 50
NUMBERS = 0.98
PATTERNS = 0.95
A_PATTERN = 0.02
RARE_PATTERN = 0.005
MAX_PATTERNS = 3
LEAST_SIGNS = 4


class OddValues(Cure):
    """Text in a column of which `NUMBERS` are numbers, and codes that are not of the column's patterns, are doubted.

    A column has patterns (``####-####``) if at most `MAX_PATTERNS` of them, each of `A_PATTERN` of the rows or more,
    cover `PATTERNS` of it. What is in none of them is doubted if its own pattern is that of fewer than `RARE_PATTERN`
    of the rows, and differs in more than how many digits or letters stand in a row, as numbered names do. Names and
    texts have so many patterns that none is usual, and are left in peace.
    """

    title = "Values made unlike the others"
    about = "meaning"
    turn = 60

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            if levels.n_known < LEAST_ROWS or len(levels.names) < 2:
                continue
            yield from self._texts(name, levels) or self._patterns(name, levels)

    def _texts(self, name: str, levels: Levels) -> list[DoubtValues]:
        odd = [level for level in levels.names if math.isnan(to_number(level))]
        share = 1 - _rows(levels, odd) / levels.n_known
        told = tuple(level for level in odd if level.casefold() not in VAGUE_WORDS)
        if not told or share < NUMBERS:
            return []
        reason = (
            f"{percent(share)} of the values are numbers, and "
            f"{counted(len(told), 'other value is', 'other values are')} not, such as {quoted(told[:2])}."
        )
        return [DoubtValues(column=name, cure=self.name, level="doubt", reason=reason, values=told)]

    def _patterns(self, name: str, levels: Levels) -> list[DoubtValues]:
        rows: Counter[str] = Counter()
        for level, n in zip(levels.names, levels.counts.tolist(), strict=True):
            rows[pattern_of(level)] += n
        usual = [pattern for pattern, n in rows.items() if n >= A_PATTERN * levels.n_known]
        share = sum(rows[pattern] for pattern in usual) / levels.n_known
        if not 1 <= len(usual) <= MAX_PATTERNS or share < PATTERNS or not all(map(_is_code, usual)):
            return []
        shapes = set(map(_shape, usual))
        odd = tuple(
            level
            for level in levels.names
            if rows[pattern_of(level)] < RARE_PATTERN * levels.n_known and _shape(pattern_of(level)) not in shapes
        )
        if not odd:
            return []
        reason = (
            f"{percent(share)} of the values have the pattern {' or '.join(usual)}; "
            f"{counted(len(odd), 'value has', 'values have')} another, such as {quoted(odd[:2])}."
        )
        return [DoubtValues(column=name, cure=self.name, level="doubt", reason=reason, values=odd)]

    @staticmethod
    def speaks() -> Specimen:
        """A word among counts, and a month among serial numbers."""
        return {
            "count": [*map(str, range(99)), "many"],
            "issn": [*(f"{1000 + n}-{2000 + n}" for n in range(99)), "Mar-78"],
        }

    @staticmethod
    def quiet() -> Specimen:
        """Counts of which some are not known, towns, and numbered names."""
        towns = ["Rome", "Oslo", "Bern", "Paris", "Lima", "Sofia", "Riga", "Wien", "Kyiv", "Frankfurt (Oder)"]
        return {
            "count": [*map(str, range(99)), "unknown"],
            "town": towns * 10,
            "street": [f"Street {n}" for n in range(100)],
        }


def _rows(levels: Levels, names: list[str]) -> int:
    return int(sum(levels.counts[levels.place_of[name]] for name in names))


def _shape(pattern: str) -> str:
    """A pattern in which digits or letters in a row are one."""
    return re.sub(r"([#@])\1+", r"\1", pattern)


def _is_code(pattern: str) -> bool:
    """Whether a pattern is that of codes: some digits, and long enough to be no accident."""
    return "#" in pattern and sum(c in "#@" for c in pattern) >= LEAST_SIGNS
