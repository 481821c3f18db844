"""Yes and no in several words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells
from mlwright.data.words import counted, quoted
from mlwright.records.cleaning import AnyStep, MapValues

PAIRS = (("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("1", "0"), ("on", "off"))


class TruthWords(Cure):
    """A column that says yes and no in several words (``Yes``, ``Y``, ``true``, ``1``) says it in one pair of words.

    The pair that most rows use stays. Nothing is done where one pair alone is used, or any other word occurs.
    """

    title = "Yes and no in several words"
    about = "writing"
    turn = 36

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        meaning = {word: (pair, side) for pair in PAIRS for side, word in enumerate(pair)}
        for name in cells.texts:
            levels = cells.levels(name)
            means = {level: meaning.get(level.casefold()) for level in levels.names}
            known = {level: found for level, found in means.items() if found}
            if len(known) < len(levels.names) or len({pair for pair, _ in known.values()}) < 2:
                continue
            rows: Counter[tuple[str, str]] = Counter()
            for level, (pair, _) in known.items():
                rows[pair] += int(levels.counts[levels.place_of[level]])
            best = rows.most_common(1)[0][0]
            kept = {known[level][1]: level for level in known if known[level][0] == best}
            if len(kept) < 2:
                continue
            values = {level: kept[side] for level, (pair, side) in known.items() if pair != best}
            n = sum(rows.values()) - rows[best]
            reason = (
                f"Yes and no are said in {len(rows)} pairs of words; {counted(n, 'cell')} that "
                f"{'does' if n == 1 else 'do'} not say {quoted(list(kept.values()))} are written so."
            )
            yield MapValues(column=name, cure=self.name, level="spelling", reason=reason, values=values)

    @staticmethod
    def speaks() -> Specimen:
        """Yes is also Y and 1."""
        return {"smoker": ["Yes", "No", "Y", "N", "Yes", "No", "1", "0"] * 10}

    @staticmethod
    def quiet() -> Specimen:
        """One pair of words; and a column in which N means something else."""
        return {"smoker": ["Yes", "No"] * 40, "wind": ["N", "Y", "E", "no"] * 20}
