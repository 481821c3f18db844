"""Numbers that are written as text."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from mlwright.data.cures import Cure, Specimen
from mlwright.data.cures._forms import number_form
from mlwright.data.cures._unit_of_column import factors_of, with_others
from mlwright.data.cures._written_numbers import WrittenNumbers
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.kinds.names import says_area, says_code
from mlwright.data.words import counted, percent, quoted
from mlwright.records.cleaning import AnyStep, ReadNumber
from mlwright.scoring.quantities import BOUNDS, Decimal, is_bounded, is_with_other_sign, read_quantity

LEAST_READABLE = 0.9
LEAST_VALUES = 5
USUAL_SHARE = 0.5

_BOUND_SIGNS = "".join(BOUNDS) + "= "

_leading_zero = re.compile(r"0[0-9]+").fullmatch


class NumberWriting(Cure):
    """Numbers with units, currencies, percent signs, separators of thousands or a decimal comma become numbers.

    Nothing is done where it is in doubt what a number means: two currencies, units of different sorts, digits that
    name something (leading zeros, codes), bare numbers of another size than those with a unit, or a word that is no
    unit beside more bare numbers (``5more``). A few units of several sorts beside many bare numbers only say which
    quantity a row has, and go. Where numbers with a word such as ``billion`` are like the bare ones but for it, the
    bare ones are meant in billions, too, and the word goes. What the comma of ``1,234`` means cannot be told from one
    value; the others of the column decide. A column in which some values are no numbers stays text; its numbers are all
    written in the usual way then. Limits of what was measured (``<0.5``) are read as the number that they name.

    Where all values are numbers, later ones are read in any other unit of what is measured, too.

    A way of writing that most values share is not called wrong; the others are.
    """

    title = "Numbers written as text"
    about = "writing"
    turn = 32

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            if len(levels.names) < 2 or says_code(name):
                continue
            written = WrittenNumbers.of(levels)
            if says_area(name) and 2 * written.units[""] > written.n_rows:
                continue
            if written.n_rows < max(LEAST_READABLE * levels.n_known, LEAST_VALUES) or _are_names(levels):
                continue
            if (decimal := written.decimal()) and (units := factors_of(written, decimal, name)) is not None:
                yield from self._step(name, levels, written, decimal, units)

    def _step(
        self, name: str, levels: Levels, written: WrittenNumbers, decimal: Decimal, units: dict[str, float]
    ) -> Iterator[ReadNumber]:
        unread = [text for text in levels.names if math.isnan(read_quantity(text, decimal, units, either=True))]
        n_unread = int(sum(levels.counts[levels.place_of[text]] for text in unread))
        if n_unread > (1 - LEAST_READABLE) * levels.n_known:
            return
        ways = written.ways(decimal, set(unread))
        usual = _usual(ways, written.n_large(decimal))
        odd = [way for way in ways if way not in usual]
        if unread and not odd:
            return
        yield ReadNumber(
            column=name,
            cure=self.name,
            level="spelling" if odd else "type",
            reason=_reason(ways, usual, decimal, units, n_unread),
            decimal=decimal,
            units=units if unread else with_others(units),
            typed=not unread,
            usual=usual,
            either=any(is_with_other_sign(found.digits, decimal) for found in written.quantities.values()),
            form=number_form(written.counts, usual[0] if usual else "", decimal, units),
        )

    @staticmethod
    def speaks() -> Specimen:
        """Ounces in four spellings, prices in thousands, a decimal comma, minutes and hours."""
        return {
            "size": ["12.0 oz", "12.0 oz.", "16 OUNCE", "12.0 oz. can", "16"] * 10,
            "price": ["$12k", "$1,500", "$900", "$2.5k", "$700"] * 10,
            "weight": ["1.234,50 kg", "3,5 kg", "12,25 kg", "800 g", "7,0 kg"] * 10,
            "duration": ["114 min", "1 h 54 min", "90 min", "2h", "101 min"] * 10,
        }

    @staticmethod
    def quiet() -> Specimen:
        """Codes with zeros in front, two currencies, places in a race, versions, and counts of different things."""
        return {
            "code": ["0012", "0100", "1234", "0007", "4411"] * 10,
            "price": ["$12", "€15", "$9", "€20", "$7"] * 10,
            "place": ["1st", "2nd", "3rd", "4th", "5th"] * 10,
            "release": ["1.2.3", "1.2.4", "2.0.0", "2.1", "3"] * 10,
            "doors": ["2", "3", "4", "5more", "3"] * 10,
            "home": ["2 rooms", "1 bath", "3 rooms", "1 kitchen", "2 baths"] * 10,
        }


def _are_names(levels: Levels) -> bool:
    """Whether digits name things: some have zeros in front that no number has."""
    return any(_leading_zero(text) for text in levels.names)


def _usual(ways: Counter[str], n_large: int) -> tuple[str, ...]:
    """The way of most numbers; with and without thousands set apart, as far as most large numbers are so.

    Signs that say that a number is a limit or, in accounts, negative are no way of writing.
    """
    alike: Counter[str] = Counter()
    for way, n in ways.items():
        alike[way.replace("#,#", "#")] += n
    most, n_most = alike.most_common(1)[0]
    if n_most <= USUAL_SHARE * sum(ways.values()):
        return ()
    apart = [way for way in ways if "#,#" in way and way.replace("#,#", "#") == most]
    n_apart = sum(ways[way] for way in apart)
    usual = [most, *(apart if n_apart >= USUAL_SHARE * n_large else ())]
    return (*usual, *(way for way in ways if way not in usual and _without_signs(way) in usual))


def _without_signs(way: str) -> str:
    """A way of writing without the sign of a limit, or the brackets of a negative amount."""
    if way[0] in BOUNDS:
        return way.lstrip(_BOUND_SIGNS)
    return way[1:-1] if way.startswith("(") and way.endswith(")") else way


def _reason(
    ways: Counter[str], usual: tuple[str, ...], decimal: Decimal, units: Mapping[str, float], n_unread: int
) -> str:
    named = [way for way, _ in ways.most_common()]
    n_usual = sum(ways[way] for way in usual)
    if set(ways) == {"#"}:
        told = "The values are numbers that are written as text"
    elif usual and n_usual == sum(ways.values()):
        told = f"All numbers are written like {quoted(named)}"
    elif usual:
        others = [way for way in named if way not in usual]
        share = percent(n_usual / sum(ways.values()))
        told = f"{share} of the numbers are written like {quoted(usual)}, the others like {quoted(others)}"
    else:
        told = f"The numbers are written in {counted(len(ways), 'way')}, such as {quoted(named)}, none of them usual"
    if any(map(is_bounded, units)):
        told += "; limits (<, >) are read as the number that they name"
    if decimal == ",":
        told += "; the comma stands before the fraction"
    if converted := [unit for unit, times in units.items() if times != 1.0 and not is_bounded(unit)]:
        told += f"; {quoted(converted)} converted"
    if n_unread:
        told += f"; {counted(n_unread, 'cell')} cannot be read and stay"
    return f"{told}."
