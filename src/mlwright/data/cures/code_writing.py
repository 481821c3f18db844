"""Codes that are not set into the pattern of their column."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.kinds.names import says_area, says_moment
from mlwright.data.words import counted, percent
from mlwright.records.cleaning import AnyStep, Reformat
from mlwright.scoring.patterns import set_into
from mlwright.scoring.spelling import to_number

USUAL_SHARE = 0.7
FIXED_SHARE = 0.9
LEAST_SIGNS = 5
LEAST_VALUES = 20
LONG = 8
CAPITALS = 0.9


class CodeWriting(Cure):
    """Phone numbers, postal codes and the like whose digits and letters are right but not the signs between them.

    In a column of which at least `USUAL_SHARE` have one pattern (``###-###-####``), values with the same digits and
    letters in the same order are set into it. Zeros that a spreadsheet has cut off are put in front again in columns
    that are `FIXED_SHARE` of one length, if they hold postal codes, or some of `LONG` digits with a zero in front,
    unless more of the short ones are the beginning of another code of the column than are another code with a zero.
    Letters become capitals where they are so in `CAPITALS` of the cells of the pattern. In a text of digits alone, the
    prefix of a country, zeros behind a point and a quote in front go.
    """

    title = "Codes in several patterns"
    about = "writing"
    turn = 34

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            if levels.n_known < LEAST_VALUES or says_moment(name):
                continue
            patterns: Counter[str] = Counter()
            for level, n in zip(levels.names, levels.counts.tolist(), strict=True):
                patterns[pattern_of(level)] += n
            pattern, n_usual = patterns.most_common(1)[0]
            share = n_usual / levels.n_known
            if share < USUAL_SHARE or sum(c in "#@" for c in pattern) < LEAST_SIGNS or "#" not in pattern:
                continue
            pad = set(pattern) == {"#"} and share >= FIXED_SHARE and _lost_zeros(name, levels, pattern)
            upper = _in_capitals(levels, pattern)
            if changed := _changed(levels, pattern, pad=pad, upper=upper):
                n = int(sum(levels.counts[levels.place_of[level]] for level in changed))
                padded = " but for zeros in front" if pad else ""
                reason = (
                    f"{percent(share)} of the values have the pattern {pattern}; "
                    f"{counted(n, 'cell has', 'cells have')} the same digits and letters{padded}."
                )
                yield Reformat(
                    column=name, cure=self.name, level="spelling", reason=reason, pattern=pattern, pad=pad, upper=upper
                )

    @staticmethod
    def speaks() -> Specimen:
        """Phone numbers without signs, postal codes without a zero or with a fraction, plates in small letters."""
        phones = [f"205-555-{1000 + n}" for n in range(45)]
        return {
            "phone": [*phones, "(205) 555-1100", "2055551101", "205.555.1102", *phones[:2]],
            "zip": ["35233", "36201", "35801", "02139", "35660"] * 9 + ["2139"] * 2 + ["35233.0"] * 3,
            "plate": [f"B{chr(65 + n % 26)}-{100 + n}" for n in range(48)] + ["ba-100", "bb-101"],
        }

    @staticmethod
    def quiet() -> Specimen:
        """Extensions of another length, and prices."""
        phones = [f"205-555-{1000 + n}" for n in range(45)]
        return {
            "phone": [*phones, "1-205-555-1100", "555-1101", "none", *phones[:2]],
            "price": [f"{n}.{n + 10}" for n in range(10, 55)] + ["1234", "99.9", "7", "12.505", "0"],
        }


def _lost_zeros(name: str, levels: Levels, pattern: str) -> bool:
    """Whether short codes have lost zeros in front."""
    has_zeros = len(pattern) >= LONG and any(
        len(n) == len(pattern) and n[0] == "0" for n in levels.names if n.isdigit()
    )
    return (says_area(name) or has_zeros) and not _are_cut(levels, pattern)


def _in_capitals(levels: Levels, pattern: str) -> bool:
    """Whether the letters of nearly all cells of a pattern are capitals."""
    if "@" not in pattern:
        return False
    rows = dict.fromkeys(("upper", "other"), 0)
    for level, n in zip(levels.names, levels.counts.tolist(), strict=True):
        if pattern_of(level) == pattern:
            rows["upper" if level.isupper() else "other"] += n
    return rows["upper"] >= CAPITALS * sum(rows.values())


def _are_cut(levels: Levels, pattern: str) -> bool:
    """Whether short codes have rather lost their end than zeros in front."""
    short = [name for name in levels.names if name.isdigit() and len(name) < len(pattern)]
    whole = [name for name in levels.names if len(name) == len(pattern)]
    n_padded = sum(name.zfill(len(pattern)) in levels.place_of for name in short)
    n_cut = sum(any(other.startswith(name) for other in whole) for name in short)
    return n_cut > n_padded


class _Signs(dict[int, str]):
    """The sign of each character, worked out once: `str.translate` is twenty times as quick as a look at each."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = sign = "#" if char.isdigit() else "@" if char.isalpha() else char
        return sign


_SIGNS = _Signs()


def pattern_of(text: str) -> str:
    """A text with ``#`` for digits and ``@`` for letters.

    >>> pattern_of("205-555"), pattern_of("AB 12")
    ('###-###', '@@ ##')
    """
    return text.translate(_SIGNS)


def _changed(levels: Levels, pattern: str, *, pad: bool, upper: bool) -> list[str]:
    if set(pattern) - {"#", ".", ","} == set() and pattern.count(".") + pattern.count(",") > 0:
        numbers = [not math.isnan(to_number(name)) for name in levels.names]
        if sum(numbers) > USUAL_SHARE * len(numbers):
            return []
    found = {name: after for name in levels.names if (after := set_into(pattern, name, pad=pad))}
    return [name for name, after in found.items() if (after.upper() if upper else after) != name]
