"""Columns that go by another name in the new table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from mlwright.core.once import once
from mlwright.data.clauses.clause import numbers_of
from mlwright.data.two_tables import TwoTables
from mlwright.data.two_tables.arrived import shifts
from mlwright.data.two_tables.reference import NAMED, current_of
from mlwright.records.contract import Clause
from mlwright.scoring.spelling import missing_array

LIKE_NAMES = 0.6
LIKE_VALUES = 0.15
MOST_COMPARED = 40


@once
def renames(tables: TwoTables) -> dict[str, str]:
    """The new name of each column that is gone, where a new column has its name, or a like one and like values.

    Names that are equal but for case and signs are one; alike are names of which one holds the other, or of whose
    letters six of ten match. Values are alike if no test of drift finds 15 % of the rows elsewhere, and as good as all
    can be read as the old column's kind. Each new column is taken once, for the name that it is most like.
    """
    found: dict[str, str] = {}
    for clause, name, is_sure in _pairs(tables):
        is_free = clause.name not in found and name not in found.values()
        if is_free and (is_sure or _has_like_values(clause, name, tables)):
            found[clause.name] = name
    return found


def _pairs(tables: TwoTables) -> Iterator[tuple[Clause, str, bool]]:
    """Columns that are gone with new ones of a like name, the likest first; whether the names are equal but for case.

    Of very many only the first 40 of either sort are compared letter by letter.
    """
    new = {_folded(name): name for name in reversed(tables.new)}
    for clause in tables.lost:
        if (name := new.get(_folded(clause.name))) is not None:
            yield clause, name, True
    pairs = [
        (likeness, clause, name)
        for clause in tables.lost[:MOST_COMPARED]
        for name in tables.new[:MOST_COMPARED]
        if (likeness := _likeness(clause.name, name)) >= LIKE_NAMES
    ]
    for _, clause, name in sorted(pairs, key=lambda pair: -pair[0]):
        yield clause, name, False


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold()) or name


def _likeness(one: str, other: str) -> float:
    one, other = _folded(one), _folded(other)
    if min(len(one), len(other)) >= 3 and (one in other or other in one):
        return 0.9
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
