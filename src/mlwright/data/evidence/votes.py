"""What the columns that determine a column say of each of its cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mlwright.data.evidence.cells import Cells
from mlwright.data.evidence.deviations import LEAST_ALIKE, MOST_ALIKE
from mlwright.data.evidence.rules import MAX_LEVELS_SHARE, Fine, Rule, fine_rows, reversed_rule, rules
from mlwright.data.evidence.suspects import Suspects

CLEAR = 0.75

Places = NDArray[np.int64]
Strange = dict[tuple[str, ...], NDArray[np.bool_]]
"""By key: the rows about which its group says nothing."""


@dataclass(frozen=True)
class Votes:
    """What is said of every cell of one column, by row.

    Parameters
    ----------
    name : str
    n_against : array of int
        Trusted rules whose group clearly holds another value.
    n_clear : array of int
        Those of them whose own value in that row is less in question than this one.
    n_for : array of int
        Rules whose group, without this row, holds this value in half of its rows or more.
    value : array of int
        The place of the value that the groups hold; -1 where there is none, or where they do not agree.
    n_rows : array of int
        Rows of the strongest group that hold it.
    rule : array of int
        The place of the rule with the strongest group, a clear one if there is any.
    says : list of array of int
        By rule: the place of the value that it says against the one that is there; -1 where it says nothing.
    rules : list of Rule
    """

    name: str
    n_against: Places
    n_clear: Places
    n_for: Places
    value: Places
    n_rows: Places
    rule: Places
    says: list[Places]
    rules: list[Rule]


def votes(cells: Cells, suspects: Suspects) -> Iterator[Votes]:
    """Ask all rules about all cells; one answer for each column that is determined by another."""
    found = rules(cells, suspects)
    fine = {name: fine_rows(cells, suspects, name) for name in cells.names}
    poll = _Poll(cells, found, fine, _strangers(cells, found, fine))
    names = list(dict.fromkeys(rule.name for rule in found))
    first = {name: poll.ask(name) for name in names}
    for name in names:
        yield poll.ask(name, first)


def _in_question(said: Votes) -> Places:
    """How many rules speak against a cell for which none speaks."""
    return np.where(said.n_for == 0, said.n_against, 0)


def _strangers(cells: Cells, found: list[Rule], fine: Fine) -> Strange:
    """For each key, the rows that differ from their group in half of what it determines, and twice.

    There the key itself is wrong, or two things have one name: its group says nothing about such a row.
    """
    strange = {}
    for given in dict.fromkeys(rule.given.names for rule in found):
        about = [rule for rule in found if rule.given.names == given]
        n_differs = np.zeros(cells.n_rows, np.int64)
        for rule in about:
            n_differs += _one(cells, rule, fine)[0] >= 0
        strange[given] = (n_differs >= 2) & (2 * n_differs >= len(about))
    return strange


@dataclass(frozen=True)
class _Poll:
    """All that is needed to ask the rules about one column after the other."""

    cells: Cells
    found: list[Rule]
    fine: Fine
    strange: Strange

    def ask(self, name: str, before: Mapping[str, Votes] = MappingProxyType({})) -> Votes:
        """What is said of one column; `before` is what was said of all columns without knowing of each other."""
        zeros = np.zeros(self.cells.n_rows, np.int64)
        n_against, n_clear, n_for, n_rows = zeros.copy(), zeros.copy(), zeros.copy(), zeros.copy()
        value, best, clash = zeros - 1, zeros - 1, np.zeros(self.cells.n_rows, dtype=bool)
        about = [rule for rule in self.found if rule.name == name]
        said = [zeros - 1 for _ in about]
        for place, rule in enumerate(about):
            says, k, supports = _one(self.cells, rule, self.fine)
            n_for += supports
            if not rule.is_trusted:
                continue
            speaks = (says >= 0) & ~self.strange[rule.given.names] & ~_exceptions(self.cells, rule, says >= 0)
            given = self._given_in_question(rule, before)
            clear = speaks & ((given == 0) | (given < _in_question(before[name]))) if before else speaks
            n_against, n_clear = n_against + speaks, n_clear + clear
            clash |= speaks & (value >= 0) & (value != says)
            value[speaks & (value < 0)] = says[speaks & (value < 0)]
            said[place] = np.where(speaks, says, -1)
            stronger = (speaks & (best < 0)) | (clear & (k > n_rows))
            n_rows[stronger], best[stronger] = k[stronger], place
        value[clash] = -1
        return Votes(name, n_against, n_clear, n_for, value, n_rows, best, said, about)

    def _given_in_question(self, rule: Rule, before: Mapping[str, Votes]) -> Places:
        """How many rules speak against the key of each row, and none for it.

        One does where the value that is determined says another key as clearly, even where that rule is not trusted:
        either of the two may be the wrong one.
        """
        found = np.zeros(self.cells.n_rows, np.int64)
        if not before:
            return found
        for name in rule.given.names:
            found = np.maximum(found, _in_question(before[name])) if name in before else found
        back = reversed_rule(self.cells, rule, self.fine)
        if back is not None:
            turned = _one(self.cells, back, self.fine)[0] >= 0
            found = np.maximum(found, turned & (before[back.name].n_for == 0) if back.name in before else turned)
        return found


def _exceptions(cells: Cells, rule: Rule, differs: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows that differ as most rows do with which they have something in common: they are no errors.

    That is a value of a third column, in `LEAST_ALIKE` rows at least, of which half differ from this rule.
    """
    found = np.zeros(cells.n_rows, dtype=bool)
    if differs.sum() < LEAST_ALIKE:
        return found
    for name in cells.names:
        levels = cells.levels(name)
        if name in (*rule.given.names, rule.name) or len(levels.names) > MAX_LEVELS_SHARE * levels.n_known:
            continue
        places = levels.places
        n_differs = np.bincount(places[differs & (places >= 0)], minlength=len(levels.names))
        often = np.append((n_differs >= LEAST_ALIKE) & (2 * n_differs >= levels.counts), False)
        found |= differs & often[places]
    return found


def _one(cells: Cells, rule: Rule, fine: Fine) -> tuple[Places, Places, NDArray[np.bool_]]:
    """What one rule says of each row: another value (-1 for none), in how many rows, and whether it is for this one."""
    given, values, groups = rule.given.places, cells.levels(rule.name).places, rule.groups
    counted = fine[rule.name].copy()
    for name in rule.given.names:
        counted &= fine[name]
    known = given >= 0
    a = np.where(known, given, 0)
    others = np.where(known, groups.of_group[a] - counted, 0)
    own = np.where(known & (values >= 0), groups.count(a, np.maximum(values, 0)) - counted, 0)
    top, k = groups.top[a], groups.top_count[a]
    is_open = np.isin(values, rule.open) | ((own >= LEAST_ALIKE - 1) & (own + 1 > MOST_ALIKE * (others + 1)))
    is_clear = known & ~is_open & (top >= 0) & (top != values) & (k >= 2) & (k + 0.5 >= CLEAR * (others + 1))
    supports = known & (own >= 1) & (own + 0.5 >= 0.5 * (others + 1))
    return np.where(is_clear, top, -1), np.where(is_clear, k, 0), supports
