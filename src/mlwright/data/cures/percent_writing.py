"""Shares that are written without the sign of percent, or as parts of one, in a column of percents."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells
from mlwright.data.words import counted, percent, quoted
from mlwright.records.cleaning import AnyStep, MapValues
from mlwright.scoring.spelling import to_number

LEAST_VALUES = 20
USUAL_SHARE = 0.7
MOST_PERCENT = 100.0
MOST_DIGITS = 10

_percent = re.compile(r"([0-9]+(?:\.[0-9]+)?)%").fullmatch
_plain = re.compile(r"[0-9]*\.?[0-9]+").fullmatch


class PercentWriting(Cure):
    """``0.75`` and ``75`` become ``75%`` where `USUAL_SHARE` of the cells are percents above 1 with their sign.

    A number up to 1 is a part of one there, one above it has lost its sign. Where percents of 1 and less are among the
    usual ones, nothing is done: a number up to 1 may be either.
    """

    title = "Percents without their sign"
    about = "writing"
    turn = 31

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            usual = [float(found[1]) for level in levels.names if (found := _percent(level))]
            n_usual = int(sum(levels.counts[levels.place_of[level]] for level in levels.names if _percent(level)))
            if levels.n_known < LEAST_VALUES or n_usual < USUAL_SHARE * levels.n_known:
                continue
            if any(0 < share <= 1 for share in usual) or max(usual) > MOST_PERCENT:
                continue
            digits = max(len(level.partition(".")[2].rstrip("%")) for level in levels.names if _percent(level))
            values = {level: after for level in levels.names if (after := _as_percent(level, digits))}
            if values:
                n = int(sum(levels.counts[levels.place_of[level]] for level in values))
                reason = (
                    f"{percent(n_usual / levels.n_known)} of the values are percents with their sign; "
                    f"{counted(n, 'cell is', 'cells are')} not, such as {quoted([*values][:2])}."
                )
                yield MapValues(column=name, cure=self.name, level="spelling", reason=reason, values=values)

    @staticmethod
    def speaks() -> Specimen:
        """Hours of work as percent, as a part of one, and without the sign."""
        return {"hours": ["100%", "80%", "50%"] * 15 + ["0.8", "1.0", "75"]}

    @staticmethod
    def quiet() -> Specimen:
        """Rates of interest, of which some are below 1 %, and numbers alone."""
        return {"rate": ["0.5%", "1.25%", "4%", "0.8"] * 12, "share": ["0.5", "0.25", "75", "0.8"] * 12}


def _as_percent(level: str, digits: int) -> str | None:
    """A number as percent; None if it is none, or none that can be one."""
    number = to_number(level) if _plain(level) else math.nan
    if math.isnan(number) or not 0 < number <= MOST_PERCENT:
        return None
    whole = round(number * 100 if number <= 1 else number, MOST_DIGITS)
    kept = max(digits if number <= 1 else len(level.partition(".")[2]), 0)
    return f"{whole:.{kept}f}%"
