"""In which unit the numbers of a column are, and what each of the units in it is multiplied by."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping

from mlwright.data.cures._units import CURRENCIES, SCALES, base_unit, dimension, factor, spellings
from mlwright.data.cures._written_numbers import SURE_TIMES, WrittenNumbers
from mlwright.data.kinds.names import words_of
from mlwright.scoring.quantities import BOUNDS, Decimal, is_bounded

ALIKE = 5.0
"""Bare numbers count as written in the column's unit if their median is within this factor of the others'."""


def factors_of(written: WrittenNumbers, decimal: Decimal, name: str) -> dict[str, float] | None:
    """What each unit is multiplied by, of those that can be read; None if that cannot be told.

    Where there are limits, those of the other side and in the other units are read, too, as any may come later; they
    are multiplied as their units are.
    """
    found = _factors(written, decimal, name)
    if found is None or not written.has_limits:
        return found
    return found | {f"{sign} {unit}".strip(): times for unit, times in found.items() for sign in BOUNDS.values()}


def with_others(units: Mapping[str, float]) -> dict[str, float]:
    """The same with all other units of what is measured, in every spelling: any of them may come later.

    Nothing is added where units measure nothing that is known, or different things, or do not convert as they do
    elsewhere: a word that only repeats what the column is of is no unit.

    >>> with_others({"min": 1.0, "h": 60.0})["seconds"] * 90, with_others({"$": 1.0})
    (1.5, {'$': 1.0})
    """
    bases = _minutes_beside_hours({unit: base_unit(unit) for unit in units if unit and not is_bounded(unit)})
    sorts = {dimension(base) for base in bases.values()}
    sort = sorts.pop() if len(sorts) == 1 else None
    if sort is None:
        return dict(units)
    known = spellings(sort) | ({"m": "min"} if sort == "time" else {})
    first, into = next(iter(bases.items()))
    others = {unit: units[first] * factor(base, into) for unit, base in (known | bases).items()}
    alike = all(math.isclose(others[unit], units[unit], rel_tol=1e-9) for unit in bases)
    return {**others, **units} if alike else dict(units)


def _factors(written: WrittenNumbers, decimal: Decimal, name: str) -> dict[str, float] | None:
    """Those of the units themselves."""
    units = written.units
    has_money = any(part in CURRENCIES for unit in units for part in unit.split())
    scaled = {unit: _scaled(unit, money=has_money) for unit in units}
    bases = _minutes_beside_hours({unit: base_unit(rest) for unit, (rest, _) in scaled.items()})
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


def _minutes_beside_hours(bases: dict[str, str]) -> dict[str, str]:
    """The units, with ``m`` for minutes where there are hours and no lengths: ``2h 20m``, ``45m``."""
    others = {dimension(base) for base in bases.values() if base != "m"}
    if "time" not in others or "length" in others:
        return bases
    return {unit: "min" if base == "m" else base for unit, base in bases.items()}


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


def _scale_of_bare(written: WrittenNumbers, decimal: Decimal, times: Mapping[str, float]) -> float:
    """What bare numbers stand for: billions where ``7.1 billion`` stands among numbers from 2 to 50."""
    bare = written.median(decimal, {unit: 1.0 for unit, one in times.items() if one == 1.0})
    other = written.median(decimal, {unit: one for unit, one in times.items() if one != 1.0})
    if math.isnan(bare) or math.isnan(other):
        return 1.0
    apart = {one: abs(math.log(max(other / one, 1e-12) / max(bare, 1e-12))) for one in (1.0, *SCALES.values())}
    nearest = min(apart, key=lambda one: (apart[one], one))
    return nearest if apart[nearest] <= math.log(ALIKE) < apart[1.0] else 1.0


def _common(
    written: WrittenNumbers, decimal: Decimal, bases: Mapping[str, str], times: Mapping[str, float], rows: Counter[str]
) -> tuple[str, float | None]:
    """The unit that numbers get, and what bare numbers are multiplied by; None for that if they are of another size.

    Beside bare numbers it is the unit in which the others are most like them, else the most frequent one.
    """
    named = sorted(set(bases.values()), key=lambda base: (-rows[base], base))
    if not named or not rows[""]:
        return (named[0] if named else ""), 1.0
    bare = written.median(decimal, {"": 1.0})
    apart = []
    for place, into in enumerate(named):
        units = {u: (factor(b, into) if dimension(b) else 1.0) * times[u] for u, b in bases.items()}
        other = written.median(decimal, units)
        apart.append((abs(math.log(max(other, 1e-12) / max(bare, 1e-12))), place, other))
    nearest, place, other = min(apart)
    if nearest <= math.log(ALIKE) or math.isnan(nearest):
        return named[place], 1.0
    if named[0] == "%" and 100 / ALIKE <= apart[0][2] / max(bare, 1e-12) <= 100 * ALIKE:
        return "%", 100.0
    return named[0], None
