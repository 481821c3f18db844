"""Rows that are equal in every input, and whether they are copies or mere coincidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.compute.engine import hashed, unsigned
from mlwright.data.compute.table import ROW, SplitTable, Table
from mlwright.data.kinds.names import says_id
from mlwright.records.findings import Severity
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.scoring.spelling import spelled

COMMON = 0.05
SURE = 0.5
RARE = 0.005
TIMES_CHANCE = 10.0
MANY_ANSWERS = 100
MIN_PAIRS = 5
SAME_ANSWER = 0.6
FREQUENT_ANSWER = 0.2


class Repeats(NamedTuple):
    """Rows that are equal to an earlier one.

    Parameters
    ----------
    n_later : int
        Rows that are equal to an earlier one.
    n_in_all : int
        These, and those that they are equal to.
    """

    n_later: int
    n_in_all: int


def row_keys(table: Table, names: Sequence[str]) -> NDArray[np.uint64]:
    """A number for each row of the snapshot: equal, but for one collision in 2^64, where all these columns are.

    Those of several columns are computed once for all who ask in turn.
    """
    if not (chosen := tuple(names)):
        raise NotApplicable("there is no input")
    kept = _KEYS.get(table)
    if kept is not None and kept[0] == chosen:
        return kept[1]
    keyed = table.expr.select(code=hashed(table.expr, *(table.expr[name] for name in chosen)), row=table.expr[ROW])
    keys = unsigned(keyed.order_by("row").drop("row").to_pyarrow()["code"])
    if len(chosen) > 1:
        _KEYS[table] = chosen, keys
    return keys


def repeats(keys: NDArray[np.uint64]) -> Repeats:
    """How many rows share their key."""
    ordered = np.sort(keys)
    is_later = np.concatenate([[False], ordered[1:] == ordered[:-1]])
    return Repeats(int(is_later.sum()), int((is_later | np.append(is_later[1:], False)).sum()))


class Twins(NamedTuple):
    """Training rows that are equal to another one in every input.

    Parameters
    ----------
    n_rows : int
    n_torn : int
        Those whose twins do not all have the same answer.
    n_lost : int
        Those that any model must miss, if it gives each set of twins their most frequent answer.
    worst : tuple of int
        Positions of the first rows of the sets that lose most.
    """

    n_rows: int = 0
    n_torn: int = 0
    n_lost: int = 0
    worst: tuple[int, ...] = ()


def twins(table: SplitTable, profile: Profile) -> Twins:
    """What the classes of equal rows have in common."""
    positions = table.train.positions
    keys = row_keys(table, profile.roles.inputs)[positions]
    ordered = np.sort(keys)
    several = np.flatnonzero(np.isin(keys, ordered[1:][ordered[1:] == ordered[:-1]]))
    if not len(several):
        return Twins()
    _, first, key_of, sizes = np.unique(keys[several], return_index=True, return_inverse=True, return_counts=True)
    answers = spelled(table.train.arrow([profile.roles.target], several)[0]).places
    pairs, counts = np.unique(np.stack([key_of, answers]), axis=1, return_counts=True)
    most = np.ones(len(sizes), np.int64)
    np.maximum.at(most, pairs[0], counts)
    lost = sizes - most
    worst = np.lexsort([first, -lost])[:5]
    worst = worst[lost[worst] > 0]
    return Twins(
        len(several), int(sizes[lost > 0].sum()), int(lost.sum()), tuple(positions[several[first[worst]]].tolist())
    )


def telling_columns(profile: Profile) -> list[str]:
    """The inputs, and the texts that name a row without being made for it, such as names and addresses.

    Two people are not one because the columns that a model may use do not tell them apart.
    """
    named = [c.name for c in profile.columns if c.kind == "id" and c.length_max and not says_id(c.name)]
    return [*profile.roles.inputs, *named]


def weight_of_repeats(table: Table, profile: Profile) -> Severity | None:
    """How much it matters that rows are equal in every input; None where that is mere want of detail.

    Coarse columns make equal rows by coincidence, and more of them where columns depend on each other. So the inputs
    are dealt into two halves that tell rows apart about equally well. Two rows that agree in one half by coincidence
    will mostly differ in the other; copies agree in it.

    A warning where the target is a number and most training rows that are equal in every input have the same
    one, or: of the pairs of rows that agree in one half, half agree in the other as well, though of all pairs fewer
    than one in twenty do. A note: pairs that agree in both are ten times as many as if the halves knew nothing of
    each other, and fewer than one pair in 200 agrees in the more detailed half.
    """
    halves = _halves(profile)
    if not all(halves):
        return None
    n_pairs = profile.n_rows * (profile.n_rows - 1) / 2
    both = _equal_pairs(table, [*halves[0], *halves[1]])
    one, other = (_equal_pairs(table, half) for half in halves)
    if not both:
        return None
    if _answer_the_same(table, profile) or any(
        both / given >= SURE and asked / n_pairs < COMMON for given, asked in ((one, other), (other, one))
    ):
        return "warning"
    is_detailed = min(one, other) / n_pairs < RARE
    return "note" if is_detailed and both >= TIMES_CHANCE * one * other / n_pairs else None


def _answer_the_same(table: Table, profile: Profile) -> bool:
    """Whether rows that are equal in every input have the same number to answer, which no coincidence makes."""
    is_number = profile.roles.asked is not None and profile.roles.task == "regression"
    if not is_number or not isinstance(table, SplitTable) or profile.target.n_distinct < MANY_ANSWERS:
        return False
    if profile.target.top and profile.target.top[0].count > FREQUENT_ANSWER * profile.n_rows:
        return False
    inputs, answer = list(profile.roles.inputs), profile.roles.target
    by_inputs, by_all = (_equal_pairs(table.train, names) for names in (inputs, [*inputs, answer]))
    return by_inputs >= MIN_PAIRS and by_all >= SAME_ANSWER * by_inputs


def _equal_pairs(table: Table, names: Sequence[str]) -> float:
    counts = np.unique(row_keys(table, names), return_counts=True)[1].astype(np.float64)
    return float((counts * (counts - 1) / 2).sum())


def _halves(profile: Profile) -> tuple[list[str], list[str]]:
    """The inputs in two halves that tell rows apart about equally well."""
    details = {column.name: _detail(column, profile.n_rows) for column in profile.inputs}
    halves: tuple[list[str], list[str]] = ([], [])
    weights = [0.0, 0.0]
    for name in sorted(details, key=lambda name: -details[name]):
        lighter = int(weights[1] < weights[0])
        halves[lighter].append(name)
        weights[lighter] += details[name]
    return halves


def _detail(column: ColumnProfile, n_rows: int) -> float:
    """How well a column tells rows apart: the negative logarithm of the chance that two rows agree in it.

    All values but the most frequent ones are taken as equally rare.
    """
    counts = [value.count for value in column.top]
    rest = max(0, n_rows - column.n_missing - sum(counts))
    n_rest = max(1, column.n_distinct - len(counts))
    agreeing = sum(count**2 for count in counts) + rest**2 / n_rest + column.n_missing**2
    return -math.log(min(1.0, max(agreeing / max(1, n_rows) ** 2, 1e-12)))


_KEYS: WeakKeyDictionary[Table, tuple[tuple[str, ...], NDArray[np.uint64]]] = WeakKeyDictionary()
