"""Numbers that are written as text."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from mlwright.data.cures import Cure, Specimen
from mlwright.data.cures._forms import number_form
from mlwright.data.cures._units import CURRENCIES, SCALES, base_unit, dimension, factor
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.kinds.names import says_area, says_code, words_of
from mlwright.data.words import counted, percent, quoted
from mlwright.records.cleaning import AnyStep, ReadNumber
from mlwright.scoring.quantities import (
    Decimal,
    Quantity,
    is_with_other_sign,
    parse_parts,
    parse_quantity,
    read_digits,
    read_quantity,
    written_like,
)

LEAST_READABLE = 0.9
LEAST_VALUES = 5
SIGNS: tuple[Decimal, ...] = (".", ",")
USUAL_SHARE = 0.5
THOUSAND = 1000.0
SURE_TIMES = 9
ALIKE = 5.0
"""Bare numbers count as written in the column's unit if their median is within this factor of the others'."""

_leading_zero = re.compile(r"0[0-9]+").fullmatch


@dataclass(frozen=True)
class _Written:
    """The readable values of a column: rows by unit, and the digits of each value."""

    quantities: Mapping[str, Quantity]
    parts: Mapping[str, list[tuple[str, str]]]
    counts: Mapping[str, int]

    @property
    def units(self) -> Counter[str]:
        """Rows by what stands around the digits; values of several parts count for each of them."""
        found: Counter[str] = Counter()
        for text, quantity in self.quantities.items():
            found[quantity.unit] += self.counts[text]
        for text, parts in self.parts.items():
            found.update(dict.fromkeys((unit for _, unit in parts), self.counts[text]))
        return found


class NumberWriting(Cure):
    """Numbers with units, currencies, percent signs, separators of thousands or a decimal comma become numbers.

    Nothing is done where it is in doubt what a number means: two currencies, units of different sorts, digits that
    name something (leading zeros, codes), bare numbers of another size than those with a unit, or a word that is no
    unit beside more bare numbers (``5more``). A few units of several sorts beside many bare numbers only say which
    quantity a row has, and go. Where numbers with a word such as ``billion`` are like the bare ones but for it, the
    bare ones are meant in billions, too, and the word goes. What the comma of ``1,234`` means cannot be told from one
    value; the others of the column decide. A column in which some values are no numbers stays text; its numbers are all
    written in the usual way then.

    A way of writing that most values share is not called wrong; the others are.
    """

    title = "Numbers written as text"
    about = "writing"
    turn = 32

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            if len(levels.names) < 2 or says_code(name) or says_area(name):
                continue
            written = _written(levels)
            n_readable = sum(written.counts[text] for text in (*written.quantities, *written.parts))
            if n_readable < LEAST_READABLE * levels.n_known or n_readable < LEAST_VALUES or _are_names(levels):
                continue
            if (decimal := _decimal(written)) and (units := _factors(written, decimal, name)) is not None:
                yield from self._step(name, levels, written, decimal, units)

    def _step(
        self, name: str, levels: Levels, written: _Written, decimal: Decimal, units: dict[str, float]
    ) -> Iterator[ReadNumber]:
        unread = [text for text in levels.names if math.isnan(read_quantity(text, decimal, units, either=True))]
        n_unread = int(sum(levels.counts[levels.place_of[text]] for text in unread))
        if n_unread > (1 - LEAST_READABLE) * levels.n_known:
            return
        ways = _ways(written, decimal, set(unread))
        usual = _usual(ways, _n_large(written, decimal))
        odd = [way for way in ways if way not in usual]
        if unread and not odd:
            return
        yield ReadNumber(
            column=name,
            cure=self.name,
            level="spelling" if odd else "type",
            reason=_reason(ways, usual, decimal, units, n_unread),
            decimal=decimal,
            units=units,
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


def _written(levels: Levels) -> _Written:
    quantities, parts = {}, {}
    for text in levels.names:
        if quantity := parse_quantity(text):
            quantities[text] = quantity
        elif several := parse_parts(text):
            parts[text] = several
    return _Written(quantities, parts, dict(zip(levels.names, levels.counts.tolist(), strict=True)))


def _are_names(levels: Levels) -> bool:
    """Whether digits name things: some have zeros in front that no number has."""
    return any(_leading_zero(text) for text in levels.names)


def _decimal(written: _Written) -> Decimal | None:
    """The decimal sign; None if values contradict each other."""
    counts: Counter[str] = Counter()
    for text, quantity in written.quantities.items():
        can = [sign for sign in SIGNS if not math.isnan(read_digits(quantity.digits, sign))]
        counts["".join(can)] += written.counts[text]
    if counts[","] > SURE_TIMES * counts["."]:
        return ","
    return "." if counts["."] >= SURE_TIMES * counts[","] else None


def _factors(written: _Written, decimal: Decimal, name: str) -> dict[str, float] | None:
    """What each unit is multiplied by, of those that can be read; None if that cannot be told."""
    units = written.units
    has_money = any(part in CURRENCIES for unit in units for part in unit.split())
    scaled = {unit: _scaled(unit, money=has_money) for unit in units}
    bases = {unit: base_unit(rest) for unit, (rest, _) in scaled.items()}
    rows: Counter[str] = Counter()
    for unit, n in units.items():
        rows[bases[unit]] += n
    plain = {base for base in rows if base and rows[base] < rows[""] and _says_nothing(base, name)}
    strange = {base for base in rows if base and base not in plain and _is_word(base) and rows[base] < rows[""]}
    named = [base for base in rows if base and base not in plain | strange]
    if len({base for base in plain | set(named) if base[:1] == "/" and base[1:].isdigit()}) > 1:
        return None
    if len(named) > 1 and (len({dimension(base) for base in named}) > 1 or dimension(named[0]) is None):
        if rows[""] < SURE_TIMES * sum(rows[base] for base in named):
            return None
        told = _one_a_dimension(named, rows)
        plain, strange, named = plain | told, strange | (set(named) - told), []
    read = {unit: base for unit, base in bases.items() if base not in strange}
    times = {unit: scaled[unit][1] for unit in read}
    into, bare = _common(written, decimal, {unit: base for unit, base in read.items() if base in named}, times, rows)
    if bare is None:
        return None
    scale = _scale_of_bare(written, decimal, times)
    times = {unit: one if one == 1.0 else one / scale for unit, one in times.items()}
    one = {base: factor(base, into) if dimension(base) else 1.0 for base in named} | dict.fromkeys(plain | {""}, bare)
    return {unit: one[base] * times[unit] for unit, base in read.items()}


def _one_a_dimension(named: Collection[str], rows: Counter[str]) -> set[str]:
    """The most frequent unit of each sort: beside many bare numbers it says in which unit all of them are."""
    found: dict[str, str] = {}
    for base in sorted(named, key=lambda base: (-rows[base], base)):
        if (sort := dimension(base)) is not None:
            found.setdefault(sort, base)
    return set(found.values())


def _says_nothing(base: str, name: str) -> bool:
    """Whether what stands behind a number only repeats the column's name, or is what it counts against (``/h``)."""
    words = {word.rstrip("s") for word in words_of(name)}
    return base.startswith("/") or all(word.rstrip("s") in words for word in words_of(base))


def _is_word(base: str) -> bool:
    """Whether what stands behind a number is no unit and no currency, nor a scale that it is on (``8/10``)."""
    return dimension(base) is None and base not in CURRENCIES and not base.startswith("/")


def _scaled(unit: str, *, money: bool) -> tuple[str, float]:
    """A unit without the word for thousands or millions, and that number."""
    words = unit.split()
    if words and words[-1] in SCALES and ((words[-1] != "m" and words[-1] != "b") or money):
        return " ".join(words[:-1]), SCALES[words[-1]]
    return unit, 1.0


def _scale_of_bare(written: _Written, decimal: Decimal, times: Mapping[str, float]) -> float:
    """What bare numbers stand for: billions where ``7.1 billion`` stands among numbers from 2 to 50."""
    bare = _median(written, decimal, {unit: 1.0 for unit, one in times.items() if one == 1.0})
    other = _median(written, decimal, {unit: one for unit, one in times.items() if one != 1.0})
    if math.isnan(bare) or math.isnan(other):
        return 1.0
    apart = {one: abs(math.log(max(other / one, 1e-12) / max(bare, 1e-12))) for one in (1.0, *SCALES.values())}
    nearest = min(apart, key=lambda one: (apart[one], one))
    return nearest if apart[nearest] <= math.log(ALIKE) < apart[1.0] else 1.0


def _common(
    written: _Written, decimal: Decimal, bases: Mapping[str, str], times: Mapping[str, float], rows: Counter[str]
) -> tuple[str, float | None]:
    """The unit that numbers get, and what bare numbers are multiplied by; None for that if they are of another size.

    Beside bare numbers it is the unit in which the others are most like them, else the most frequent one.
    """
    named = sorted(set(bases.values()), key=lambda base: (-rows[base], base))
    if not named or not rows[""]:
        return (named[0] if named else ""), 1.0
    bare = _median(written, decimal, {"": 1.0})
    apart = []
    for place, into in enumerate(named):
        units = {u: (factor(b, into) if dimension(b) else 1.0) * times[u] for u, b in bases.items()}
        other = _median(written, decimal, units)
        apart.append((abs(math.log(max(other, 1e-12) / max(bare, 1e-12))), place, other))
    nearest, place, other = min(apart)
    if nearest <= math.log(ALIKE) or math.isnan(nearest):
        return named[place], 1.0
    if named[0] == "%" and 100 / ALIKE <= apart[0][2] / max(bare, 1e-12) <= 100 * ALIKE:
        return "%", 100.0
    return named[0], None


def _median(written: _Written, decimal: Decimal, units: Mapping[str, float]) -> float:
    """The median size of the numbers in some units; a value counts at most 100 times."""
    sizes: list[float] = []
    for text in (*written.quantities, *written.parts):
        if not math.isnan(number := read_quantity(text, decimal, units, either=True)):
            sizes += [abs(number)] * min(written.counts[text], 100)
    return float(np.median(sizes)) if sizes else math.nan


def _ways(written: _Written, decimal: Decimal, unread: Collection[str]) -> Counter[str]:
    """Rows by the way in which the number is written."""
    ways: Counter[str] = Counter()
    for text in (*written.quantities, *written.parts):
        if text not in unread:
            ways[written_like(text, decimal)] += written.counts[text]
    return ways


def _n_large(written: _Written, decimal: Decimal) -> int:
    """Rows with a number that is large enough to have thousands."""
    large = (text for text, found in written.quantities.items() if read_digits(found.digits, decimal) >= THOUSAND)
    return sum(written.counts[text] for text in large)


def _usual(ways: Counter[str], n_large: int) -> tuple[str, ...]:
    """The way of most numbers; with and without thousands set apart, as far as most large numbers are so."""
    alike: Counter[str] = Counter()
    for way, n in ways.items():
        alike[way.replace("#,#", "#")] += n
    most, n_most = alike.most_common(1)[0]
    if n_most <= USUAL_SHARE * sum(ways.values()):
        return ()
    apart = [way for way in ways if "#,#" in way and way.replace("#,#", "#") == most]
    n_apart = sum(ways[way] for way in apart)
    return (most, *(apart if n_apart >= USUAL_SHARE * n_large else ()))


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
    if decimal == ",":
        told += "; the comma stands before the fraction"
    if converted := [unit for unit, times in units.items() if times != 1.0]:
        told += f"; {quoted(converted)} converted"
    if n_unread:
        told += f"; {counted(n_unread, 'cell')} cannot be read and stay"
    return f"{told}."
