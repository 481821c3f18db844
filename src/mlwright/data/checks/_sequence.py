"""Rows as they follow each other, in time or in the table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.core.once import once
from mlwright.data.columns import MAX_CELLS, MAX_ROWS, Rows, TrainingRows
from mlwright.data.compute.table import SplitTable
from mlwright.data.strength import Judge, Strength, strengths
from mlwright.records.profile import Profile


@once
def in_order(table: SplitTable, profile: Profile) -> Rows:
    """The newest rows, oldest first, without the target: at most 50,000, each next to the one before it.

    In the order of the time column where there is one and the rows are few enough to be read at once, else in that of
    the table. Read once for all who ask.
    """
    roles = profile.roles
    names = list(dict.fromkeys([*roles.inputs, *_keys(profile)]))
    if not names:
        raise NotApplicable("there is no input")
    n = min(table.n_rows, MAX_ROWS, max(1_000, MAX_CELLS // len(names)))
    positions = np.arange(table.n_rows - n, table.n_rows)
    newest = Rows(profile, positions, table.arrow(names, positions), table.seed)
    if roles.time is None or not newest.is_ordered(roles.time):
        return newest
    order = np.argsort(newest.numbers(roles.time), kind="stable")
    return Rows(profile, positions[order], newest.arrow.take(order), table.seed)


EXPLAINED_SKILL = 0.1
LEAD = 0.1


class Past(NamedTuple):
    """Rows in their order, and the answers of those that are for training.

    Parameters
    ----------
    rows : Rows
    answers : dict of str to array of float64, shape (n_rows,)
        The target, or whether a row is of a class; NaN for rows that are set aside.
    """

    rows: Rows
    answers: dict[str, NDArray[np.float64]]


def past(table: SplitTable, profile: Profile) -> Past:
    """The oldest rows one after the other, at most 50,000, with the answers of the training rows among them."""
    n = min(table.n_rows, MAX_ROWS, max(1_000, MAX_CELLS // len(profile.roles.inputs)))
    positions = np.arange(n)
    names = list(dict.fromkeys([*profile.roles.inputs, *_keys(profile)]))
    rows = Rows(profile, positions, table.arrow(names, positions), table.seed)
    of_training = table.train.rows
    assert of_training is not None
    places = np.flatnonzero(of_training < n)
    target = profile.roles.target
    known = TrainingRows(profile, of_training[places], table.train.arrow([target], places), table.seed)
    answers = {}
    for name, values in known.memberships.items():
        answers[name] = np.full(n, np.nan)
        answers[name][known.positions] = np.where(known.has_answer, values, np.nan)
    return Past(rows, answers)


def _keys(profile: Profile) -> list[str]:
    return [name for name in (profile.roles.time, profile.roles.group) if name is not None]


def is_explained(rows: TrainingRows, parts: NDArray[np.int64], strength: Strength) -> bool:
    """Whether an input tells the target nearly as well as the place does, and tells the place too."""
    by_place = Judge(rows, parts.astype(np.float64))
    rivals = [name for name, rival in strengths(rows).items() if rival.order >= strength.order - LEAD]
    return any(by_place.column(name).skill >= EXPLAINED_SKILL for name in rivals)
