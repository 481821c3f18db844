"""Letters that stand for digits in codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mlwright.data.cures import Cure, Specimen
from mlwright.data.cures.code_writing import pattern_of
from mlwright.data.evidence.cells import Cells
from mlwright.data.words import counted, percent, quoted
from mlwright.records.cleaning import AnyStep, MapValues

LEAST_VALUES = 30
USUAL_SHARE = 0.9
LEAST_DIGITS = 2
DIGITS = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1"})


class LettersForDigits(Cure):
    """``D3O`` becomes ``D30`` where `USUAL_SHARE` of the cells have the pattern ``@##``.

    Only O for 0, and I or a small L for 1, where the pattern has a digit and all other places fit.
    """

    title = "Letters for digits"
    about = "writing"
    turn = 30

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            if levels.n_known < LEAST_VALUES:
                continue
            rows: Counter[str] = Counter()
            for level, n in zip(levels.names, levels.counts.tolist(), strict=True):
                rows[pattern_of(level)] += n
            pattern, n_usual = rows.most_common(1)[0]
            if n_usual < USUAL_SHARE * levels.n_known or pattern.count("#") < LEAST_DIGITS:
                continue
            values = {level: after for level in levels.names if (after := _in_digits(level, pattern))}
            if values:
                n = int(sum(levels.counts[levels.place_of[level]] for level in values))
                reason = (
                    f"{percent(n_usual / levels.n_known)} of the values have the pattern {pattern}; "
                    f"{counted(n, 'cell has', 'cells have')} it but for a letter that looks like a digit, "
                    f"such as {quoted([*values][:2])}."
                )
                yield MapValues(column=name, cure=self.name, level="repair", reason=reason, values=values)

    @staticmethod
    def speaks() -> Specimen:
        """The letter O in a room and in a number."""
        return {
            "room": [*(f"D{10 + n % 30}" for n in range(60)), "D3O", "DI2"],
            "number": [*(f"{1000 + n}" for n in range(60)), "1O20", "10l1"],
        }

    @staticmethod
    def quiet() -> Specimen:
        """Plates that have letters there, and words."""
        return {
            "plate": [f"{'ABCDEFGHIO'[n % 10]}{n % 10}{'OI23456789'[n % 10]}" for n in range(60)],
            "word": ["Oslo", "Io", "Lima", "Rome"] * 15,
        }


def _in_digits(level: str, pattern: str) -> str | None:
    """A text of the pattern with digits for letters that look like them; None if it has the pattern, or cannot."""
    if len(level) != len(pattern) or pattern_of(level) == pattern:
        return None
    after = "".join(c.translate(DIGITS) if kind == "#" else c for c, kind in zip(level, pattern, strict=True))
    return after if pattern_of(after) == pattern else None
