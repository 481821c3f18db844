"""Columns that go by another name in the new table."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TypeVar
from weakref import WeakKeyDictionary

from mlwright.data.arrived import shifts
from mlwright.data.clauses.clause import numbers_of
from mlwright.data.reference import NAMED, current_of
from mlwright.data.two_tables import TwoTables
from mlwright.records.contract import Clause
from mlwright.scoring.spelling import missing_array

LIKE_NAMES = 0.6
LIKE_VALUES = 0.15
MOST_COMPARED = 40
T = TypeVar("T")
_FOUND: WeakKeyDictionary[TwoTables, dict[str, str]] = WeakKeyDictionary()


def renames(tables: TwoTables) -> dict[str, str]:
    """The new name of each column that is gone, where a new column has a like name and like values.

    Names are alike if they are equal but for case and signs, if one holds the other, or if six of ten letters match.
    Values are alike if no test of drift finds 15 % of the rows elsewhere, and as good as all can be read as the old
    column's kind. Each new column is taken once, for the name that it is most like.
    """
    if tables not in _FOUND:
        pairs = sorted(
            (
                (_likeness(clause.name, name), clause, name)
                for clause in _some(tables.lost)
                for name in _some(tables.new)
            ),
            key=lambda pair: -pair[0],
        )
        found: dict[str, str] = {}
        for likeness, clause, name in pairs:
            is_free = clause.name not in found and name not in found.values()
            if likeness >= LIKE_NAMES and is_free and _has_like_values(clause, name, tables):
                found[clause.name] = name
        _FOUND[tables] = found
    return _FOUND[tables]


def _some(things: tuple[T, ...]) -> tuple[T, ...]:
    return things[:MOST_COMPARED]


def _likeness(one: str, other: str) -> float:
    one, other = (re.sub(r"[\W_]+", "", name.casefold()) for name in (one, other))
    if min(len(one), len(other)) >= 3 and (one in other or other in one):
        return 1.0 if one == other else 0.9
    return SequenceMatcher(None, one, other).ratio()


def _has_like_values(clause: Clause, name: str, tables: TwoTables) -> bool:
    values, reference = tables.now.arrow([name])[0], tables.reference(clause)
    if clause.kind in ("number", "date"):
        missing = missing_array(values, clause.missing_codes)
        numbers = numbers_of(values, clause)[~missing]
        if not len(numbers) or (numbers == numbers).mean() < 1 - LIKE_VALUES:
            return False
    if reference is None or clause.kind not in ("number", *NAMED):
        return True
    found = shifts(reference, current_of(values, reference))
    return all(shift.size < LIKE_VALUES for test, shift in found.items() if test != "missing_share")
