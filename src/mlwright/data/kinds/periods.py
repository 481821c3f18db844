"""Months, quarters and years in the names of columns: ``2022-01``, ``sales_2022_Q3``, ``Mär 2022``, ``pop 1990``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from mlwright.data.kinds.names import listed, words_of

FEWEST = 4
_MONTHS = (
    "jan januar january janv janvier ene enero gen gennaio janeiro sty styczeń",
    "feb februar february févr fév février febrero febbraio fev fevereiro lut luty",
    "mar mär märz mrz march mars marzo março marzec",
    "apr april avr avril abr abril aprile kwi kwiecień",
    "may mai mayo mag maggio maio maj",
    "jun juni june juin junio giu giugno junho cze czerwiec",
    "jul juli july juil juillet julio lug luglio julho lip lipiec",
    "aug august août aout ago agosto sie sierpień",
    "sep sept september septembre septiembre set settembre setembro wrz wrzesień",
    "oct okt oktober october octobre octubre ott ottobre out outubro paź październik",
    "nov november novembre noviembre novembro lis listopad",
    "dec dez dezember december déc décembre dic diciembre dicembre dezembro gru grudzień",
)
_MONTH_OF = {word: month for month, words in enumerate(_MONTHS) for word in listed(words)}
_year = re.compile(r"(?:19|20)[0-9]{2}").fullmatch
_year_and_month = re.compile(r"((?:19|20)[0-9]{2})(0[1-9]|1[0-2])").fullmatch


class Period(NamedTuple):
    """A stretch of time in a name: where it begins, in months since the year 0, and the words beside it."""

    begins: int
    rest: tuple[str, ...]


def period_of(name: str) -> Period | None:
    """The month, quarter or year in a name; None where there is none, or more.

    >>> period_of("sales 2022-03"), period_of("Dez 2023"), period_of("2022Q3"), period_of("age")
    (Period(begins=24266, rest=('sales',)), Period(begins=24287, rest=()), Period(begins=24270, rest=('q',)), None)
    """
    words = list(words_of(name))
    if len(whole := [found for word in words if (found := _year_and_month(word))]) == 1:
        return Period(12 * int(whole[0][1]) + int(whole[0][2]) - 1, tuple(w for w in words if w != whole[0][0]))
    years = [place for place, word in enumerate(words) if _year(word)]
    if len(years) != 1:
        return None
    begins = 12 * int(words.pop(years[0]))
    if months := [word for word in words if word in _MONTH_OF]:
        return Period(begins + _MONTH_OF[months[0]], tuple(word for word in words if word != months[0]))
    numbers = [word for word in words if word.isdigit()]
    if len(numbers) > 1:
        return None
    if not numbers:
        return Period(begins, tuple(words))
    rest, number = tuple(word for word in words if word != numbers[0]), int(numbers[0])
    if "q" in rest:
        return Period(begins + 3 * (number - 1), rest) if 1 <= number <= 4 else None
    return Period(begins + number - 1, rest) if 1 <= number <= 12 else None


def series_in(names: Sequence[str]) -> list[tuple[str, ...]]:
    """The names of columns that hold one quantity at `FEWEST` periods or more, equally far apart, in their order.

    Not where other names differ from them in the number alone: ``pixel 1900`` beside ``pixel 1899`` is no year.

    >>> series_in(["id", "2022-02", "2022-01", "2022-03", "2022-04", "built 1990"])
    [('2022-01', '2022-02', '2022-03', '2022-04')]
    """
    found: dict[tuple[str, ...], dict[int, str]] = defaultdict(dict)
    others = set()
    for name in names:
        if period := period_of(name):
            found[period.rest][period.begins] = name
        else:
            others.add(tuple(word for word in words_of(name) if not word.isdigit()))
    return [
        tuple(series[begins] for begins in sorted(series))
        for rest, series in found.items()
        if len(series) >= FEWEST and rest not in others and _are_even(sorted(series))
    ]


def _are_even(begins: Sequence[int]) -> bool:
    """Whether periods come at one step, of which some may be left out."""
    steps = [after - before for before, after in pairwise(begins)]
    return 2 * sum(step == min(steps) for step in steps) > len(steps)
