"""The value of one column at the end of another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells
from mlwright.data.words import counted, percent
from mlwright.records.cleaning import AnyStep, SplitOff

LEAST_ROWS = 5
LEAST_SHARE = 0.8
TIMES = 5.0
MAX_VALUES = 1_000


class MovedWord(Cure):
    """A value that has run over into the column before it: ``Denver CO`` with nothing in the column of the state.

    It is moved back where a value ends in a word that is a known value of the other column. Evidence is that the other
    column is missing in at least `LEAST_SHARE` of such rows and `TIMES` as often as in all other rows, which
    coincidence cannot explain; at least `LEAST_ROWS` rows.
    """

    title = "Values that ran over into another column"
    about = "meaning"
    turn = 30

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step for each pair of columns."""
        for into in cells.texts:
            known = cells.levels(into)
            if not 2 <= len(known.names) <= MAX_VALUES or known.n_known == cells.n_rows:
                continue
            words = {name for name in known.names if " " not in name}
            for name in cells.texts:
                if name != into and (step := self._pair(cells, name, into, words)):
                    yield step

    def _pair(self, cells: Cells, name: str, into: str, words: set[str]) -> SplitOff | None:
        levels, missing = cells.levels(name), cells.levels(into).places < 0
        last = [level.rpartition(" ")[::2] for level in levels.names]
        ends = np.array([bool(rest) and word in words for rest, word in last] + [False])[levels.places]
        n = int((ends & missing).sum())
        if n < LEAST_ROWS or n < LEAST_SHARE * ends.sum():
            return None
        elsewhere = float(missing[~ends].mean()) if (~ends).any() else 1.0
        if n / ends.sum() < TIMES * elsewhere:
            return None
        reason = (
            f"{counted(n, 'value')} end in a value of {into!r} while {into!r} is missing there; elsewhere it is "
            f"missing in {percent(elsewhere)} of the rows."
        )
        moved = tuple(sorted({word for rest, word in last if rest and word in words}))
        return SplitOff(column=name, cure=self.name, level="repair", reason=reason, into=into, values=moved)

    @staticmethod
    def speaks() -> Specimen:
        """Six towns of sixty hold their state, and the state is missing there."""
        moved = ["Denver CO", "Austin TX", "Boston MA"] * 2
        return {
            "town": [*moved, *["Denver", "Austin", "Boston"] * 18],
            "state": [*[None] * len(moved), *["CO", "TX", "MA"] * 18],
        }

    @staticmethod
    def quiet() -> Specimen:
        """Names that end in such a word, with the state missing here and there."""
        return {
            "town": ["Denver CO", "Austin", "Boston"] * 20,
            "state": ["CO", "TX", "MA", "CO", None, "MA"] * 10,
        }
