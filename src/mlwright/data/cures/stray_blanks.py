"""White space around texts."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells
from mlwright.data.words import counted
from mlwright.records.cleaning import AnyStep, TrimText

USUAL_SHARE = 0.9


class StrayBlanks(Cure):
    """Spaces, tabs and line ends before or behind a text, which make two things of one.

    Where more than `USUAL_SHARE` of the cells have them, the file is written so, and nothing is wrong.
    """

    title = "White space around texts"
    about = "writing"
    turn = 10

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step for each column of text that has such cells."""
        for name in cells.texts:
            values = cells.columns.by_name[name]
            if not isinstance(values, pa.Array):
                continue
            n = int(pc.sum(pc.not_equal(pc.utf8_trim_whitespace(values), values)).as_py() or 0)
            if n:
                reason = f"White space stands before or behind the text in {counted(n, 'cell')}; it says nothing."
                is_usual = n > USUAL_SHARE * (len(values) - values.null_count)
                yield TrimText(column=name, cure=self.name, level="type" if is_usual else "spelling", reason=reason)

    @staticmethod
    def speaks() -> Specimen:
        """A space behind a town."""
        return {"town": ["Rome", "Rome ", "Oslo", "\tOslo"] * 10}

    @staticmethod
    def quiet() -> Specimen:
        """A space within a name."""
        return {"town": ["New  York", "San Remo", "Oslo", "Rome"] * 10}
