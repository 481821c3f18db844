"""Columns of a table, and pairs of columns, that determine other columns up to a few errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlwright.data.evidence.cells import Cells
from mlwright.data.evidence.dependencies import Groups, group, strength
from mlwright.data.evidence.deviations import deviations
from mlwright.data.evidence.suspects import Suspects
from mlwright.data.kinds.names import says_area, says_code, says_id
from mlwright.scoring.spelling import to_number

STRONG = 0.9
"""From this strength on, a column is taken to determine another one up to errors; see `dependencies.strength`."""

STRONG_NAMES = 0.75
"""The same where the determining values are names: one row in eight may be wrong. Numbers agree by coincidence."""

STRONG_TOGETHER = 0.93
"""The same for two columns together, of which there are many."""

LEAST_GAIN = 0.1
HINT = 0.1
MOST_FIRST = 3
MOST_SECOND = 15
LEAST_A_KEY = 3.0
MAX_TOGETHER = 30
LEAST_GROUPS = 5
LEAST_ROWS = 30
MAX_LEVELS_SHARE = 0.7
MAX_COLUMNS = 60
NUMERIC = 0.9

Places = NDArray[np.int64]
Fine = dict[str, NDArray[np.bool_]]


@dataclass(frozen=True)
class Key:
    """One column that determines others, or two together.

    Parameters
    ----------
    names : tuple of str
    places : array of int64, shape (n_rows,)
        Which of the combinations each row holds; -1 where a value is missing.
    n : int
        How many combinations are possible.
    """

    names: tuple[str, ...]
    places: Places
    n: int

    @classmethod
    def of(cls, cells: Cells, *names: str) -> Key:
        """The key that some columns make."""
        first, *rest = (cells.levels(name) for name in names)
        places, n = first.places, len(first.names)
        for levels in rest:
            known = (places >= 0) & (levels.places >= 0)
            places = np.where(known, places * len(levels.names) + levels.places, -1)
            n *= len(levels.names)
        if rest:
            found, at = np.unique(places, return_inverse=True)
            has_missing = bool(len(found)) and found[0] < 0
            places, n = at.astype(np.int64) - has_missing, len(found) - has_missing
        return cls(names, places, n)

    @property
    def told(self) -> str:
        """The names as words of a sentence."""
        return " and ".join(repr(name) for name in self.names)


@dataclass(frozen=True)
class Rule:
    """One column, or two together, determine another, up to a few rows.

    Parameters
    ----------
    given : Key
    name : str
    groups : Groups
    strength : float
    is_trusted : bool
        Whether rows that break the rule look like errors. Errors are rarely made twice in one way; where more than
        `deviations.MOSTLY_AGAIN` of the deviating rows are one of several that deviate alike, and more than chance
        makes so, the rule has genuine exceptions (Portland in Oregon, and Portland in Maine). Then it may speak for a
        value but not against one.
    open : array of int64
        The places of values against which it does not speak even so.
    """

    given: Key
    name: str
    groups: Groups
    strength: float
    is_trusted: bool
    open: Places


def rules(cells: Cells, suspects: Suspects) -> list[Rule]:
    """The columns of a table that determine others, and the pairs of columns that do so where none does alone.

    Suspect values are left out of the measure, so that misspellings do not hide a rule. Measured amounts determine
    nothing; a column of whole numbers counts as naming things if its name says so, or if it and another column
    determine each other.
    """
    names = [name for name in cells.names if len(cells.levels(name).names) >= 2]
    givens = [name for name in names if _may_name(cells, name)][:MAX_COLUMNS]
    fine = {name: fine_rows(cells, suspects, name) for name in names}
    hints = {
        (given, name): mu
        for given in givens
        for name in names[:MAX_COLUMNS]
        if given != name and (mu := _strength(cells, Key.of(cells, given), name, fine)) >= HINT
    }
    both = {given for given, name in hints if _are_one(hints[given, name], hints.get((name, given), 0.0))}
    kept = [given for given in givens if not is_numeric(cells, given) or _says_name(given) or given in both]
    alone = [
        _rule(cells, Key.of(cells, given), name, fine)
        for (given, name), mu in hints.items()
        if given in kept and mu >= _bound(cells, given)
    ]
    return alone + [_rule(cells, key, name, fine) for key, name in _together(cells, givens, hints, fine)]


def _are_one(there: float, back: float) -> bool:
    """Whether two columns determine each other; one of them may hold the more errors."""
    return max(there, back) >= STRONG and min(there, back) >= STRONG_NAMES


def _bound(cells: Cells, given: str) -> float:
    return STRONG if is_numeric(cells, given) else STRONG_NAMES


def _may_name(cells: Cells, name: str) -> bool:
    levels, values = cells.levels(name), cells.columns.by_name[name]
    if not isinstance(values, list) and pa.types.is_floating(values.type) and has_fractions(values):
        return False
    return len(levels.names) <= MAX_LEVELS_SHARE * levels.n_known


def has_fractions(values: pa.Array | pa.ChunkedArray) -> bool:
    """Whether a number among them is no whole one."""
    return bool(pc.any(pc.not_equal(values, pc.floor(values))).as_py())


def is_numeric(cells: Cells, name: str) -> bool:
    """Whether most values of a column are numbers."""
    levels = cells.levels(name)
    numbers = np.array([not np.isnan(to_number(level)) for level in levels.names])
    return float(levels.counts[numbers].sum()) >= NUMERIC * levels.n_known


def _says_name(name: str) -> bool:
    return says_id(name) or says_code(name) or says_area(name)


def fine_rows(cells: Cells, suspects: Suspects, name: str) -> NDArray[np.bool_]:
    """Which rows hold a value that is not suspect."""
    levels = cells.levels(name)
    flags = np.append(suspects.flags(name), True)
    return ~flags[levels.places]


def _grouped(cells: Cells, key: Key, name: str, fine: Fine) -> Groups:
    levels, among = cells.levels(name), fine[name].copy()
    for given in key.names:
        among &= fine[given]
    return group(key.places, levels.places, key.n, len(levels.names), among)


def _strength(cells: Cells, key: Key, name: str, fine: Fine) -> float:
    """How far a key determines a column; 0 where too few rows tell."""
    groups = _grouped(cells, key, name, fine)
    several = groups.of_group >= 2
    if several.sum() < LEAST_GROUPS or groups.of_group[several].sum() < LEAST_ROWS:
        return 0.0
    return strength(groups)


def reversed_rule(cells: Cells, rule: Rule, fine: Fine) -> Rule | None:
    """The rule the other way round, whatever it is trusted for; None if there is none, or the key has two columns."""
    if len(rule.given.names) > 1:
        return None
    key, (name,) = Key.of(cells, rule.name), rule.given.names
    return _rule(cells, key, name, fine) if _strength(cells, key, name, fine) >= STRONG_NAMES else None


def _rule(cells: Cells, key: Key, name: str, fine: Fine) -> Rule:
    groups = _grouped(cells, key, name, fine)
    found = deviations(groups, cells.levels(name).names)
    return Rule(key, name, groups, strength(groups), found.are_errors, found.open)


def _together(
    cells: Cells, givens: list[str], hints: dict[tuple[str, str], float], fine: Fine
) -> Iterator[tuple[Key, str]]:
    """Pairs of columns that determine a column which neither of them determines.

    One of the two must tell something by itself; a combination must stand in `LEAST_A_KEY` rows on average. Per column
    at most `MOST_FIRST` times `MOST_SECOND` pairs are tried, so that chance is held down by `STRONG_TOGETHER`, which
    is corrected for how many combinations there are.
    """
    few = [name for name in givens if LEAST_A_KEY * len(cells.levels(name).names) <= cells.levels(name).n_known]
    if len(cells.names) > MAX_TOGETHER:
        return
    for name in cells.names:
        told = {given: hints.get((given, name), 0.0) for given in few if given != name}
        if name not in fine or any(mu >= STRONG_NAMES for mu in told.values()):
            continue
        first = sorted((g for g, mu in told.items() if mu >= HINT), key=lambda g: (-told[g], g))[:MOST_FIRST]
        tried = {tuple(sorted((one, other))) for one in first for other in list(told)[:MOST_SECOND] if other != one}
        best: tuple[float, Key] | None = None
        for pair in sorted(tried):
            key = Key.of(cells, *pair)
            if key.n * LEAST_A_KEY > cells.n_rows:
                continue
            mu = _strength(cells, key, name, fine)
            if mu >= STRONG_TOGETHER and mu >= max(told[g] for g in pair) + LEAST_GAIN and (not best or mu > best[0]):
                best = mu, key
        if best:
            yield best[1], name
