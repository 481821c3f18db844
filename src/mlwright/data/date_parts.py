"""A date that stands in several columns: which they are, and the order in time that they make."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.data.columns import Rows
from mlwright.data.compute.table import Table
from mlwright.data.kinds.names import words_of
from mlwright.records.profile import ColumnProfile, Profile

FEWEST_MOMENTS = 12
LAST_OF_MONTH = 28
YEARS = {"year", "yr", "jahr", "annee", "année", "año", "anno"}
MONTHS = {"month", "mon", "monat", "mois", "mes", "mese"}
DAYS = {"day", "tag", "jour", "dia", "día", "giorno"}
HOURS = {"hour", "hr", "stunde", "heure", "hora", "ora"}
PARTS = ((YEARS, 1800, 2200), (MONTHS, 1, 12), (DAYS, 1, 31), (HOURS, 0, 24))


def date_parts(profile: Profile, *, bare: bool = False) -> tuple[str, ...]:
    """A year and a month, with the day and the hour where they are there, the coarsest first; else nothing.

    Each is a column of numbers that has a word for it in its name and no value that cannot be one; together they must
    tell 12 moments apart at least.

    Parameters
    ----------
    profile : Profile
    bare : bool
        Whether names must say nothing else: ``year``, but not ``year_built``, which is in the life of a house.
    """
    found: list[ColumnProfile] = []
    for words, least, most in PARTS:
        part = _part(profile, words, (least, most), bare=bare)
        if part is None:
            break
        found.append(part)
    if len(found) < 2 or math.prod(column.n_distinct for column in found) < FEWEST_MOMENTS:
        return ()
    return tuple(column.name for column in found)


def is_part(name: str) -> bool:
    """Whether a column is called a part of a date and nothing else: ``year``, ``month``."""
    own = words_of(name)
    return len(own) == 1 and any(own[0] in words for words, _, _ in PARTS)


def is_year(column: ColumnProfile) -> bool:
    """Whether a column holds years and is called so, and nothing else."""
    own = words_of(column.name)
    return len(own) == 1 and own[0] in YEARS and _is_within(column, *PARTS[0][1:])


def moment_parts(profile: Profile) -> tuple[str, ...]:
    """The columns that together say when rows came about, where no column says so alone; those that never change left
    out.
    """
    if profile.roles.time is not None:
        return ()
    return tuple(name for name in date_parts(profile, bare=True) if name in profile.roles.inputs)


def ranks(rows: Rows, parts: tuple[str, ...]) -> NDArray[np.int64]:
    """The rank of each row in time, equal for equal moments; a missing part counts as the earliest."""
    values = np.column_stack([rows.numbers(name) for name in parts])
    found: NDArray[np.int64] = np.unique(np.where(np.isnan(values), -np.inf, values), axis=0, return_inverse=True)[1]
    return found.reshape(-1).astype(np.int64)


def ranks_of(table: Table, profile: Profile, parts: tuple[str, ...]) -> NDArray[np.int64]:
    """`ranks` of all rows of a table."""
    positions = np.arange(table.n_rows)
    return ranks(Rows(profile, positions, table.arrow(parts, positions), seed=0), parts)


def running_year(table: Table, profile: Profile) -> tuple[str, ...]:
    """A year alone by which the rows are sorted, as many rows in each year but the first and the last; else nothing.

    There are twelve years at least, and none is left out.
    """
    names = [column.name for column in _named(profile, YEARS, bare=True) if _is_within(column, *PARTS[0][1:])]
    names = [name for name in names if name in profile.roles.inputs]
    if profile.roles.time is not None or len(names) != 1 or profile.column(names[0]).n_missing:
        return ()
    values = np.asarray(table.arrow(names)[names[0]].to_numpy(), dtype=np.float64)
    years, counts = np.unique(values, return_counts=True)
    is_run = len(years) >= FEWEST_MOMENTS and bool((np.diff(values) >= 0).all() and (np.diff(years) == 1).all())
    return tuple(names) if is_run and len(np.unique(counts[1:-1])) == 1 else ()


def _part(profile: Profile, words: set[str], within: tuple[int, int], *, bare: bool) -> ColumnProfile | None:
    """The one input that is this part of a date; None where there is none, or several."""
    found = [column for column in _named(profile, words, bare=bare) if _is_within(column, *within)]
    if len(found) != 1 or (words is DAYS and bare and (found[0].maximum or 0) < LAST_OF_MONTH):
        return None
    return found[0]


def _named(profile: Profile, words: set[str], *, bare: bool) -> Iterator[ColumnProfile]:
    asked = None if profile.roles.asked is None else profile.roles.target
    for column in profile.columns:
        own = words_of(column.name)
        if words & set(own) and column.name != asked and (len(own) == 1 or not bare):
            yield column


def _is_within(column: ColumnProfile, least: int, most: int) -> bool:
    low, high = column.minimum, column.maximum
    if column.kind not in ("number", "constant") or low is None or high is None:
        return False
    return least <= low <= high <= most
