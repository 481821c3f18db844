"""Rows that are equal in every input, and whether they are copies or mere coincidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.data.compute.table import SplitTable, Table
from mlwright.data.equal_rows import equal_rows, n_equal_pairs
from mlwright.data.kinds.names import says_id
from mlwright.records.findings import Severity
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.scoring.answers import Answers

COMMON = 0.05
SURE = 0.5
RARE = 0.005
TIMES_CHANCE = 10.0
MANY_ANSWERS = 100
MIN_PAIRS = 5
SAME_ANSWER = 0.6
FREQUENT_ANSWER = 0.2


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
    equal = equal_rows(table, profile.roles.inputs)
    places = places_among(equal.positions, table.train.positions)
    several = np.flatnonzero(np.bincount(equal.sets[places >= 0], minlength=len(equal.sizes))[equal.sets] > 1)
    several = several[places[several] >= 0]
    if not len(several):
        return Twins()
    _, first, set_of, sizes = np.unique(equal.sets[several], return_index=True, return_inverse=True, return_counts=True)
    told = table.train.arrow([profile.roles.target], places[several])[0]
    answers = Answers(profile.roles.classes).of(told, profile.target.missing_codes)
    pairs, counts = np.unique(np.stack([set_of, answers]), axis=1, return_counts=True)
    most = np.ones(len(sizes), np.int64)
    np.maximum.at(most, pairs[0], counts)
    lost = sizes - most
    worst = np.lexsort([first, -lost])[:5]
    worst = worst[lost[worst] > 0]
    shown = equal.positions[several[first[worst]]].tolist()
    return Twins(len(several), int(sizes[lost > 0].sum()), int(lost.sum()), tuple(shown))


def places_among(positions: NDArray[np.int64], rising: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each position among others that rise; -1 where it is not one of them."""
    if not len(rising):
        return np.full(len(positions), -1, np.int64)
    places = np.minimum(np.searchsorted(rising, positions), len(rising) - 1)
    return np.where(rising[places] == positions, places, -1)


def telling_columns(profile: Profile) -> list[str]:
    """The inputs, and the texts that name a row without being made for it, such as names and addresses.

    Two people are not one because the columns that a model may use do not tell them apart.
    """
    named = [c.name for c in profile.columns if c.kind == "id" and c.length_max and not says_id(c.name)]
    return [*profile.roles.inputs, *named]


def weight_of_repeats(table: Table, profile: Profile, names: Sequence[str]) -> Severity | None:
    """How much it matters that rows are equal in these inputs; None where that is mere want of detail.

    Coarse columns make equal rows by coincidence, and more of them where columns depend on each other. So the inputs
    are dealt into two halves that tell rows apart about equally well. Two rows that agree in one half by coincidence
    will mostly differ in the other; copies agree in it.

    A warning where the target is a number and most training rows that are equal in every input have the same
    one, or: of the pairs of rows that agree in one half, half agree in the other as well, though of all pairs fewer
    than one in twenty do. A note: pairs that agree in both are ten times as many as if the halves knew nothing of
    each other, and fewer than one pair in 200 agrees in the more detailed half.
    """
    halves = _halves(profile, names)
    if not all(halves):
        return None
    n_pairs = profile.n_rows * (profile.n_rows - 1) / 2
    both = equal_rows(table, names).n_pairs
    one, other = (n_equal_pairs(table, half) for half in halves)
    if not both:
        return None
    if _answer_the_same(table, profile, names) or any(
        both / given >= SURE and asked / n_pairs < COMMON for given, asked in ((one, other), (other, one))
    ):
        return "warning"
    is_detailed = min(one, other) / n_pairs < RARE
    return "note" if is_detailed and both >= TIMES_CHANCE * one * other / n_pairs else None


def _answer_the_same(table: Table, profile: Profile, names: Sequence[str]) -> bool:
    """Whether rows that are equal in every input have the same number to answer, which no coincidence makes."""
    is_number = profile.roles.asked is not None and profile.roles.task == "regression"
    if not is_number or not isinstance(table, SplitTable) or profile.target.n_distinct < MANY_ANSWERS:
        return False
    if profile.target.top and profile.target.top[0].count > FREQUENT_ANSWER * profile.n_rows:
        return False
    inputs, answer = list(names), profile.roles.target
    by_inputs, by_all = (n_equal_pairs(table.train, names) for names in (inputs, [*inputs, answer]))
    return by_inputs >= MIN_PAIRS and by_all >= SAME_ANSWER * by_inputs


def _halves(profile: Profile, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The inputs in two halves that tell rows apart about equally well."""
    details = {column.name: _detail(column, profile.n_rows) for column in profile.inputs if column.name in names}
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
