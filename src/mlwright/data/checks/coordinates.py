"""Places on the map that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.kinds.names import word_set, words_of
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile

LATITUDES = word_set("latitude lat latitud latitudine breitengrad")
LONGITUDES = word_set("longitude lon lng long longitud longitudine längengrad laengengrad")
MIN_ROWS = 30
MOST_SWAPPED = 0.2
NEARLY_ALL = 0.95
ENDS = (0.1, 0.9)
LEAST_REACH = 0.05
"""Degrees: five kilometres."""
_IN_ONE = re.compile(
    r"[(\[]?\s*(?:POINT *\()?-?[0-9]{1,3}\.[0-9]{2,}(?:\s*[,;]\s*|\s+)-?[0-9]{1,3}\.[0-9]{2,}\s*[)\]]?\)?"
)


class Pair(NamedTuple):
    """The two columns of a place: ``pickup_lat`` and ``pickup_lng``."""

    latitude: str
    longitude: str


class Coordinates(Check):
    """Pairs of latitude and longitude, known by their names, in which rows are exchanged, at 0/0, or beyond the map.

    A row is exchanged if both numbers lie apart from the middle eight tenths of their columns, by more than the width
    of these, and would lie there the other way round; columns are if most latitudes are beyond 90 degrees and the
    longitudes are not. Also whole columns in another unit than degrees, and both numbers in one column of text. Looks
    at 50,000 rows at most.
    """

    severity = "warning"
    title = "Places that are not on the map"
    action = (
        "Mend these rows where the data comes from, or empty both cells. mlwright takes latitude and longitude as two "
        "numbers, in degrees and as they are."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each pair, and one for each column that holds both."""
        pairs, texts = _pairs(profile, table), _texts(profile, table)
        if not pairs and not texts:
            raise NotApplicable("no columns are called latitude and longitude")
        rows = sampled_rows(table, profile)
        for pair in pairs:
            yield from self._of(pair, rows)
        for name in texts:
            if _are_in_one(rows, name):
                yield self.found(
                    f"'{name}' holds two coordinates in one text, which models take for names: give each a column.",
                    name,
                    severity="note",
                )

    def _of(self, pair: Pair, rows: Rows) -> Iterator[Finding]:
        latitude, longitude = (rows.numbers(name) for name in pair)
        known = np.isfinite(latitude) & np.isfinite(longitude)
        if known.sum() < MIN_ROWS:
            return
        north, east = latitude[known], longitude[known]
        told = f"'{pair.latitude}' and '{pair.longitude}'"
        if (np.abs(north) > 90).mean() > 1 - MOST_SWAPPED:
            other = (np.abs(east) <= 90).mean() >= NEARLY_ALL and (np.abs(north) <= 180).mean() >= NEARLY_ALL
            why = "each seems to hold the other" if other else "no degrees: another unit, or a point that got lost"
            yield self.found(f"Most values of {told} lie beyond the map: {why}.", *pair)
            return
        swapped, zero = _swapped(north, east), _at_zero(north, east)
        parts = [f"{counted(int(swapped.sum()), 'row')} seem to be exchanged"] if swapped.any() else []
        parts += [f"{counted(int(zero.sum()), 'row')} lie at 0/0, where nobody is"] if zero.any() else []
        if parts:
            places = np.flatnonzero(known)
            first = [*places[swapped][:3], *places[zero][:3]]
            yield self.found(
                f"In {told} {listing(parts)}.".replace("1 row seem", "1 row seems").replace("1 row lie", "1 row lies"),
                *pair,
                rows=rows.positions[first].tolist(),
            )

    @staticmethod
    def speaks() -> Specimen:
        """Three places were noted the wrong way round."""
        return Specimen(plain_columns() | _places(swapped=3))

    @staticmethod
    def quiet() -> Specimen:
        """Places in one country."""
        return Specimen(plain_columns() | _places(swapped=0))


def _pairs(profile: Profile, table: SplitTable) -> list[Pair]:
    """Columns of numbers whose names differ in nothing but the word for the one and the other."""
    numbers = [c.name for c in profile.columns if c.kind == "number" and c.name in table.columns]
    east = {_rest(name, LONGITUDES): name for name in numbers if LONGITUDES & set(words_of(name))}
    north = [(name, _rest(name, LATITUDES)) for name in numbers if LATITUDES & set(words_of(name))]
    return [Pair(name, east[rest]) for name, rest in north if rest in east]


def _rest(name: str, words: frozenset[str]) -> tuple[str, ...]:
    return tuple(word for word in words_of(name) if word not in words)


def _texts(profile: Profile, table: SplitTable) -> list[str]:
    """Columns of text whose most frequent values look like two coordinates."""

    def may_hold(column: ColumnProfile) -> bool:
        is_text = column.kind in ("category", "id", "text") and bool(column.length_max) and column.name in table.columns
        return is_text and bool(column.top) and all(_IN_ONE.fullmatch(each.value) for each in column.top)

    return [column.name for column in profile.columns if may_hold(column)]


def _are_in_one(rows: Rows, name: str) -> bool:
    values = [value for value in rows.levels(name).names if _IN_ONE.fullmatch(value)]
    return len(values) >= NEARLY_ALL * len(rows.levels(name).names)


def _swapped(north: NDArray[np.float64], east: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Rows that lie apart from the others, and among them the other way round; none where too many do."""
    is_far = ~_near(north, north) & ~_near(east, east)
    found = is_far & _near(east, north) & _near(north, east)
    return found if found.mean() <= MOST_SWAPPED else np.zeros(len(north), dtype=bool)


def _at_zero(north: NDArray[np.float64], east: NDArray[np.float64]) -> NDArray[np.bool_]:
    is_zero: NDArray[np.bool_] = (north == 0) & (east == 0)
    is_usual = bool(_near(np.zeros(1), north)[0] and _near(np.zeros(1), east)[0])
    return np.zeros(len(north), dtype=bool) if is_usual else is_zero


def _near(values: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether values lie in the middle of the usual ones, or beside it no further than it is wide."""
    low, high = np.quantile(usual, ENDS)
    reach = max(LEAST_REACH, high - low)
    near: NDArray[np.bool_] = (values >= low - reach) & (values <= high + reach)
    return near


def _places(swapped: int) -> dict[str, list[float]]:
    north = [52 + row * 7 % 100 / 100 for row in range(300)]
    east = [13 + row * 11 % 100 / 100 for row in range(300)]
    for row in range(swapped):
        north[row], east[row] = east[row], north[row]
    return {"lat": north, "lng": east}
