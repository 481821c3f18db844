"""What the columns that determine a column say of each of its cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.data.evidence.cells import Cells
from mlwright.data.evidence.dependencies import Groups, group, strength
from mlwright.data.evidence.suspects import Suspects
from mlwright.data.kinds.names import says_area, says_code, says_id
from mlwright.scoring.spelling import to_number

STRONG = 0.9
"""From this strength on, a column is taken to determine another one up to errors; see `dependencies.strength`."""

LEAST_GROUPS = 5
LEAST_ROWS = 30
MAX_LEVELS_SHARE = 0.7
MAX_COLUMNS = 60
MOSTLY_AGAIN = 0.35
CLEAR = 0.75
LEAST_ALIKE = 3
NUMERIC = 0.9

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Rule:
    """One column determines another, up to a few rows.

    Parameters
    ----------
    given, name : str
    groups : Groups
    strength : float
    is_trusted : bool
        Whether rows that break the rule look like errors. Errors are rarely made twice in one way; where more than
        `MOSTLY_AGAIN` of the deviating rows are one of several that deviate alike, and more than chance makes so, the
        rule has genuine exceptions (Portland in Oregon, and Portland in Maine). Then it may speak for a value but not
        against one.
    """

    given: str
    name: str
    groups: Groups
    strength: float
    is_trusted: bool


def rules(cells: Cells, suspects: Suspects) -> list[Rule]:
    """The columns of a table that determine others.

    Suspect values are left out of the measure, so that misspellings do not hide a rule. Measured amounts determine
    nothing; a column of whole numbers counts as naming things if its name says so, or if it and another column
    determine each other.
    """
    names = [name for name in cells.names if len(cells.levels(name).names) >= 2]
    givens = [name for name in names if _may_name(cells, name)][:MAX_COLUMNS]
    fine = {name: _fine(cells, suspects, name) for name in names}
    found = [
        rule
        for given in givens
        for name in names[:MAX_COLUMNS]
        if given != name and (rule := _rule(cells, given, name, fine[given] & fine[name]))
    ]
    pairs = {(rule.given, rule.name) for rule in found}
    kept = {
        given
        for given in givens
        if not is_numeric(cells, given)
        or _says_name(given)
        or any((given, name) in pairs and (name, given) in pairs for name in names)
    }
    return [rule for rule in found if rule.given in kept]


def _may_name(cells: Cells, name: str) -> bool:
    levels, values = cells.levels(name), cells.columns.by_name[name]
    if not isinstance(values, list) and pa.types.is_floating(values.type):
        return False
    return len(levels.names) <= MAX_LEVELS_SHARE * levels.n_known


def is_numeric(cells: Cells, name: str) -> bool:
    """Whether most values of a column are numbers."""
    levels = cells.levels(name)
    numbers = np.array([not np.isnan(to_number(level)) for level in levels.names])
    return float(levels.counts[numbers].sum()) >= NUMERIC * levels.n_known


def _says_name(name: str) -> bool:
    return says_id(name) or says_code(name) or says_area(name)


def _fine(cells: Cells, suspects: Suspects, name: str) -> NDArray[np.bool_]:
    """Which rows hold a value that is not suspect."""
    levels = cells.levels(name)
    flags = np.append(suspects.flags(name), True)
    return ~flags[levels.places]


def _rule(cells: Cells, given: str, name: str, among: NDArray[np.bool_]) -> Rule | None:
    a, b = cells.levels(given), cells.levels(name)
    groups = group(a.places, b.places, len(a.names), len(b.names), among)
    several = groups.of_group >= 2
    if several.sum() < LEAST_GROUPS or groups.of_group[several].sum() < LEAST_ROWS:
        return None
    mu = strength(groups)
    if not mu >= STRONG:
        return None
    return Rule(given, name, groups, mu, _are_errors(groups))


def _are_errors(groups: Groups) -> bool:
    """Whether the rows that break a rule do not do so alike more often than errors would by chance.

    An error falls into any group, and puts any other value there, as often as groups and values are large. The pairs of
    deviating rows that are alike are held against what that makes us expect, plus three standard deviations.
    """
    of_pair, values = groups.pair_keys // groups.n_values, groups.pair_keys % groups.n_values
    deviates = groups.top[of_pair] != values
    counts = groups.pair_counts[deviates]
    n, n_again = int(counts.sum()), int(counts[counts >= 2].sum())
    if n_again <= MOSTLY_AGAIN * n:
        return True
    sizes = groups.of_group / groups.n
    shares = np.bincount(values, groups.pair_counts, minlength=groups.n_values) / groups.n
    elsewhere = 1.0 - shares[np.maximum(groups.top, 0)]
    alike = float((sizes**2 * ((shares**2).sum() - shares[np.maximum(groups.top, 0)] ** 2)).sum())
    expected = n * (n - 1) / 2 * alike / max(float((sizes * elsewhere).sum()) ** 2, 1e-12)
    return bool((counts * (counts - 1) / 2).sum() <= expected + 3 * expected**0.5)


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
    rules : list of Rule
    """

    name: str
    n_against: Places
    n_clear: Places
    n_for: Places
    value: Places
    n_rows: Places
    rule: Places
    rules: list[Rule]


def votes(cells: Cells, suspects: Suspects) -> Iterator[Votes]:
    """Ask all rules about all cells; one answer for each column that is determined by another."""
    found = rules(cells, suspects)
    fine = {name: _fine(cells, suspects, name) for name in cells.names}
    poll = _Poll(cells, found, fine, _strangers(cells, found, fine))
    names = list(dict.fromkeys(rule.name for rule in found))
    against = {name: _in_question(poll.ask(name, {})) for name in names}
    for name in names:
        yield poll.ask(name, against)


def _in_question(said: Votes) -> Places:
    """How many rules speak against a cell for which none speaks."""
    return np.where(said.n_for == 0, said.n_against, 0)


def _strangers(cells: Cells, found: list[Rule], fine: dict[str, NDArray[np.bool_]]) -> dict[str, NDArray[np.bool_]]:
    """For each determining column, the rows that differ from their group in half of what it determines, and twice.

    There the determining value itself is wrong, or two things have one name: its group says nothing about such a row.
    """
    strange = {}
    for given in dict.fromkeys(rule.given for rule in found):
        about = [rule for rule in found if rule.given == given]
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
    fine: dict[str, NDArray[np.bool_]]
    strange: dict[str, NDArray[np.bool_]]

    def ask(self, name: str, against: dict[str, Places]) -> Votes:
        """What is said of one column; `against` is what was said against the cells of all columns before."""
        zeros = np.zeros(self.cells.n_rows, np.int64)
        n_against, n_clear, n_for, n_rows = zeros.copy(), zeros.copy(), zeros.copy(), zeros.copy()
        value, best, clash = zeros - 1, zeros - 1, np.zeros(self.cells.n_rows, dtype=bool)
        about = [rule for rule in self.found if rule.name == name]
        for place, rule in enumerate(about):
            says, k, supports = _one(self.cells, rule, self.fine)
            n_for += supports
            if not rule.is_trusted:
                continue
            speaks = (says >= 0) & ~self.strange[rule.given] & ~_exceptions(self.cells, rule, says >= 0)
            given, own = against.get(rule.given, zeros), against.get(name, zeros)
            clear = speaks & ((given == 0) | (given < own))
            n_against, n_clear = n_against + speaks, n_clear + clear
            clash |= speaks & (value >= 0) & (value != says)
            value[speaks & (value < 0)] = says[speaks & (value < 0)]
            stronger = (speaks & (best < 0)) | (clear & (k > n_rows))
            n_rows[stronger], best[stronger] = k[stronger], place
        value[clash] = -1
        return Votes(name, n_against, n_clear, n_for, value, n_rows, best, about)


def _exceptions(cells: Cells, rule: Rule, differs: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows that differ as most rows do with which they have something in common: they are no errors.

    That is a value of a third column, in `LEAST_ALIKE` rows at least, of which half differ from this rule.
    """
    found = np.zeros(cells.n_rows, dtype=bool)
    if differs.sum() < LEAST_ALIKE:
        return found
    for name in cells.names:
        levels = cells.levels(name)
        if name in (rule.given, rule.name) or len(levels.names) > MAX_LEVELS_SHARE * levels.n_known:
            continue
        places = levels.places
        n_differs = np.bincount(places[differs & (places >= 0)], minlength=len(levels.names))
        often = np.append((n_differs >= LEAST_ALIKE) & (2 * n_differs >= levels.counts), False)
        found |= differs & often[places]
    return found


def _one(cells: Cells, rule: Rule, fine: dict[str, NDArray[np.bool_]]) -> tuple[Places, Places, NDArray[np.bool_]]:
    """What one rule says of each row: another value (-1 for none), in how many rows, and whether it is for this one."""
    given, values, groups = cells.levels(rule.given).places, cells.levels(rule.name).places, rule.groups
    counted = fine[rule.given] & fine[rule.name]
    known = given >= 0
    a = np.where(known, given, 0)
    others = np.where(known, groups.of_group[a] - counted, 0)
    own = np.where(known & (values >= 0), groups.count(a, np.maximum(values, 0)) - counted, 0)
    top, k = groups.top[a], groups.top_count[a]
    is_clear = known & (top >= 0) & (top != values) & (k >= 2) & (k + 0.5 >= CLEAR * (others + 1))
    supports = known & (own >= 1) & (own + 0.5 >= 0.5 * (others + 1))
    return np.where(is_clear, top, -1), np.where(is_clear, k, 0), supports
