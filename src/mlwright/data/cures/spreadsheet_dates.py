"""Codes that a spreadsheet took for dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.words import counted, percent, quoted
from mlwright.records.cleaning import AnyStep, DoubtValues, MapValues

LEAST_ROWS = 50
CODES_SHARE = 0.7
TIMES = 3

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_spoiled = re.compile(rf"[0-9]{{1,2}}-{_MONTH}|{_MONTH}-[0-9]{{2}}").fullmatch
_code = re.compile(r"[0-9A-Za-z]*[0-9]+[-/.][0-9]+[0-9A-Za-z./-]*").fullmatch


class SpreadsheetDates(Cure):
    """``12-Oct`` among pages ``123-9``, ``Mar-78`` among numbers ``0392-1785``: a spreadsheet read a date into it.

    In a column of which `CODES_SHARE` are digits with a sign between them and none is a month's name. What stood there
    cannot be told from the date alone; where another column tells, it is repaired by that before. ``8-Jun`` was
    ``6-8`` or ``8-6``, and is repaired where the column holds just one of them, `TIMES` as often.
    """

    title = "Codes turned into dates"
    about = "meaning"
    turn = 58

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            if levels.n_known < LEAST_ROWS:
                continue
            spoiled = tuple(level for level in levels.names if _spoiled(level))
            codes = np.array([_code(level) is not None for level in levels.names])
            share = float(levels.counts[codes].sum()) / levels.n_known
            if not spoiled:
                continue
            codes_of = {level: may[0] for level in spoiled if len(may := _may_have_been(level, levels)) == 1}
            if codes_of:
                told = f"{_told(levels, [*codes_of], share)}; of what it may have been, the column holds one."
                yield MapValues(column=name, cure=self.name, level="repair", reason=told, values=codes_of)
            open_ = tuple(level for level in spoiled if level not in codes_of)
            if open_ and share >= CODES_SHARE:
                told = f"{_told(levels, open_, share)}."
                yield DoubtValues(column=name, cure=self.name, level="doubt", reason=told, values=open_)

    @staticmethod
    def speaks() -> Specimen:
        """Pages of which two became days."""
        return {"pages": [*(f"{100 + n}-{110 + n}" for n in range(70)), "12-Oct", "Mar-78"]}

    @staticmethod
    def quiet() -> Specimen:
        """Months of years, and pages."""
        return {
            "month": [f"{['Jan', 'Feb', 'Mar'][n % 3]}-{10 + n % 20}" for n in range(72)],
            "pages": [f"{100 + n}-{110 + n}" for n in range(72)],
        }


def _told(levels: Levels, spoiled: Sequence[str], share: float) -> str:
    n = int(sum(levels.counts[levels.place_of[level]] for level in spoiled))
    return (
        f"{percent(share)} of the values are digits with a sign between them; "
        f"{counted(n, 'cell is', 'cells are')} a day or a month, such as {quoted(spoiled[:2])}, as a "
        "spreadsheet makes them of such codes"
    )


def _may_have_been(level: str, levels: Levels) -> list[str]:
    """The codes of the column that a spreadsheet would have turned into this date."""
    one, two = (f"{_MONTHS.index(part) + 1}" if part in _MONTHS else part for part in level.split("-"))
    may = {f"{a}{sign}{b}" for sign in "-/." for a, b in ((one, two), (two, one))}
    padded = {f"{a.zfill(2)}{sign}{b.zfill(2)}" for sign in "-/." for a, b in ((one, two), (two, one))}
    n = int(levels.counts[levels.place_of[level]])
    return sorted(c for c in may | padded if c in levels.place_of and levels.counts[levels.place_of[c]] >= TIMES * n)
