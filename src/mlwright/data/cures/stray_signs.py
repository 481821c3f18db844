"""Signs and remarks around values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.words import counted, quoted
from mlwright.records.cleaning import AnyStep, MapValues

LEAST_ROWS = 20
YEARS_SHARE = 0.7
TIMES = 3
LEAST_ROWS_A_NAME = 2.0
SHORTEST = 3

_year = re.compile(r"[12][0-9]{3}").fullmatch
_around_a_year = re.compile(r"\W*([12][0-9]{3})\W*(?:\([A-Za-z ]{1,12}\))?\W*").fullmatch
_around_a_name = re.compile(r"[\s*?!~^_.,;:'\"`|\\/-]*(.*?)[\s*?!~^_.,;:'\"`|\\/-]*", re.DOTALL).fullmatch
_LEGAL = re.compile(r"(?:,? (?:Inc|LLC|Ltd|Corp|GmbH|PLC)\.?|\s?[®™©])+$", re.IGNORECASE)
"""What stands behind the name of a firm, and says nothing of which firm it is."""


class StraySigns(Cure):
    """What stands around a value that is there without it, too: ``Boston*`` among ``Boston``, ``(1990)`` among years.

    So does the legal form behind the name of a firm (``Acme, Inc.``).

    Signs go from names of `SHORTEST` letters and more if the name without them is `TIMES` as frequent, in columns where
    a name stands in `LEAST_ROWS_A_NAME` rows on average. In a column of
    which `YEARS_SHARE` are bare years, brackets, signs and a remark in brackets go from the others. Signs that carry a
    meaning (``+``, ``#``, ``%``, ``<``) and brackets around or behind names stay.
    """

    title = "Signs around values"
    about = "writing"
    turn = 31

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            if levels.n_known < LEAST_ROWS:
                continue
            rows = dict(zip(levels.names, levels.counts.tolist(), strict=True))
            comes_again = levels.n_known >= LEAST_ROWS_A_NAME * len(rows)
            if values := _years(levels, rows) or (_names(rows) if comes_again else {}):
                n = sum(rows[before] for before in values)
                reason = (
                    f"{quoted(list(values))} {'hold' if len(values) > 1 else 'holds'} signs or remarks around "
                    f"{quoted(list(values.values()))}, in {counted(n, 'cell')}; most cells have none."
                )
                yield MapValues(column=name, cure=self.name, level="spelling", reason=reason, values=values)

    @staticmethod
    def speaks() -> Specimen:
        """Towns with stars, years in brackets."""
        return {
            "town": ["Boston", "Denver", "Austin"] * 20 + ["Boston*", "Denver -?"],
            "firm": ["Acme", "Bolt"] * 30 + ["Acme, Inc.", "Bolt®"],
            "year": [str(1960 + n) for n in range(60)] + ["(1990)", "1971 (TV)"],
        }

    @staticmethod
    def quiet() -> Specimen:
        """Languages and grades, and a place behind a name."""
        return {
            "language": ["C", "C++", "C#", "Go"] * 15,
            "grade": ["good", "good+", "good-ish", "bad"] * 15,
            "town": ["Springfield", "Springfield (MO)", "Denver", "Austin"] * 15,
        }


def _years(levels: Levels, rows: Mapping[str, int]) -> dict[str, str]:
    bare = sum(n for name, n in rows.items() if _year(name))
    if bare < YEARS_SHARE * levels.n_known:
        return {}
    return {name: match[1] for name in rows if not _year(name) and (match := _around_a_year(name))}


def _names(rows: Mapping[str, int]) -> dict[str, str]:
    found = {}
    for name, n in rows.items():
        match = _around_a_name(name)
        core = _LEGAL.sub("", match[1] if match else name)
        is_word = sum(c.isalpha() for c in core) >= SHORTEST
        if core != name and is_word and rows.get(core, 0) >= TIMES * n:
            found[name] = core
    return found
