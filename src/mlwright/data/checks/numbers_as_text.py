"""Numbers that are stored as text with units, currencies or foreign separators."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.kinds.names import says_code
from mlwright.data.words import counted, listing, percent, quoted
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile
from mlwright.scoring.quantities import CURRENCY

LEAST_SHARE = 0.9
LEAST_NUMBERS = 5
MAX_UNITS = 8
UNIT_SHARE = 0.005
_NUMBER = r"[+-]?(?P<digits>[0-9]{1,3}(?:[ .,'’\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)?)"
_BEFORE = re.compile(rf"(?P<unit>{CURRENCY}|[A-Z]{{2,3}}(?= [0-9])|[^\W\d_]{{0,2}}[$€£¥₹.]{{1,2}}) ?{_NUMBER}")
_BEHIND = re.compile(
    _NUMBER + r"(?P<unit> ?[^\W\d_%°$€£¥₹][^\W\d_./²³°]{0,11}[./]?[^\W\d_]{0,5}[²³]?\.?| ?[%°$€£¥₹][^\W\d_]?)?"
)
_IN_BRACKETS = re.compile(rf"(?P<unit>\()(?:{CURRENCY})? ?{_NUMBER}\)")
ZEROS_SHARE = 0.01
_UNIT_LETTERS = frozenset("cfghjklmnstvwµ")
_CODES = {"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "₹": "inr"}
_ORDINALS = frozenset({"st", "nd", "rd", "th"})


class NumbersAsText(Check):
    """Columns of text in which nine values of ten are numbers with a unit, a currency or foreign separators.

    "12.0 oz", "EUR 1.234,50", "3,5", "(12.50)". Five different numbers at least, and eight units that are frequent at
    most, one of which stands at half of the values, so that codes like "12A" and "AB-6014" are left alone; ordinals
    ("3rd") too, digits with leading zeros, and numbers of which a few have a letter that is no unit ("101", "101B").
    What mlwright reads as numbers by itself ("$1,200", "15%") is not told. Looks at 50,000 rows at most.
    """

    severity = "warning"
    title = "Numbers stored as text"
    action = (
        "Models read them as numbers where it is certain what they mean ([clean] apply in mlwright.toml), and else as "
        "names. Turn them into numbers, one unit to a column, where the data comes from, or take the copy that "
        "mlwright clean makes."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        texts = [column for column in profile.columns if column.length_max and column.name in table.columns]
        named = [c.name for c in texts if c.kind in ("category", "text", "id") and not says_code(c.name)]
        if not named:
            raise NotApplicable("there is no column of names")
        rows = sampled_rows(table, profile)
        found = {name: written for name in named if (written := how_written(rows, name))}
        if found:
            told = listing((f"{name} ({each.told()})" for name, each in found.items()), 4)
            yield self.found(
                f"{counted(len(found), 'column of names holds', 'columns of names hold')} numbers: {told}.",
                *found,
                examples=[example for each in found.values() for example in each.examples][:6],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Contents are given in ounces, in words."""
        return Specimen(plain_columns() | {"content": [f"{8 + row % 9}.0 oz" for row in range(300)]})

    @staticmethod
    def quiet() -> Specimen:
        """Seats are numbered by row and letter."""
        return Specimen(plain_columns() | {"seat": [f"{1 + row % 30}{'ABCDEF'[row % 6]}" for row in range(300)]})


class Written(NamedTuple):
    """How the numbers of a column are written: their share, the units with the most frequent first, a few values."""

    share: float
    units: tuple[str, ...]
    has_comma: bool
    examples: tuple[str, ...]

    def told(self) -> str:
        """What it means."""
        how = f"with {quoted(self.units, 3)}" if self.units else "with foreign separators"
        comma = ", decimal commas" if self.has_comma else ""
        monies = {_CODES.get(unit, unit) for unit in self.units if re.fullmatch(CURRENCY, unit)}
        money = "; in several currencies, which nothing converts" if len(monies) > 1 else ""
        return f"{percent(self.share)} {how}{comma}, such as {quoted(self.examples, 2)}{money}"


def how_written(rows: Rows, name: str) -> Written | None:
    """How the numbers of a column of text are written; None if they are not, or are plain."""
    names, places = rows.levels(name)
    counts = np.bincount(places[places >= 0], minlength=len(names))
    tried = [_BEFORE.fullmatch(v) or _BEHIND.fullmatch(v) or _IN_BRACKETS.fullmatch(v) for v in names]
    read = [(match, int(n)) for match, n in zip(tried, counts, strict=True) if match and n]
    n_read = sum(n for _, n in read)
    if n_read < LEAST_SHARE * counts.sum() or len({match["digits"] for match, _ in read}) < LEAST_NUMBERS:
        return None
    units: Counter[str] = Counter()
    for match, n in read:
        units[(match["unit"] or "").strip(" .").casefold()] += n
    if not _are_units(units) or _are_codes(units, [match["digits"] for match, _ in read]):
        return None
    has_comma = _are_decimal_commas([match["digits"] for match, _ in read])
    known = tuple(unit for unit, _ in units.most_common() if unit)
    examples = tuple(match.string for match, _ in read[:3])
    return Written(n_read / int(counts.sum()), known, has_comma, examples) if known or has_comma else None


def _are_units(units: Counter[str]) -> bool:
    """Whether one of few units stands at half of the values; ordinals are none."""
    often = [unit for unit, n in units.items() if n >= UNIT_SHARE * units.total()]
    return units.most_common(1)[0][1] >= units.total() / 2 and len(often) <= MAX_UNITS and not set(units) & _ORDINALS


def _are_codes(units: Counter[str], digits: Sequence[str]) -> bool:
    """Whether digits name things: with zeros in front, or bare but for letters that are no unit."""
    if sum(text.startswith("0") and text[1:2].isdigit() for text in digits) > ZEROS_SHARE * len(digits):
        return True
    behind = {unit for unit in units if unit}
    return units.most_common(1)[0][0] == "" and bool(behind) and all(_is_letter(unit) for unit in behind)


def _is_letter(unit: str) -> bool:
    return len(unit) == 1 and unit.isalpha() and unit not in _UNIT_LETTERS


def _are_decimal_commas(digits: Sequence[str]) -> bool:
    """Whether commas stand where English writes a point: never before groups of three only."""
    with_comma = [text for text in digits if "," in text]
    return len(with_comma) >= len(digits) / 2 and any(not re.fullmatch(r".*,[0-9]{3}", text) for text in with_comma)
