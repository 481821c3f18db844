"""Training rows in two halves: on the first one facts are looked for, on the second they are measured."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.data.columns import TrainingRows, mean_ranks
from mlwright.statistics.sampling import Sampling, block_length

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MAX_COLUMNS = 150
MAX_OUTCOMES = 8
N_STRETCHES = 20
MIN_ROWS = 20
"""Rows of a half that a group must hold to be compared."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What is compared between groups of rows: how often the target is of a class, or its mean.

    Parameters
    ----------
    target : str
    answer : str
        The class; empty for numbers.
    values : array, shape (n_rows,)
        1 where a row is of the class, else 0; or the number.
    ranks : array, shape (n_rows,)
        Mean ranks of the numbers: what decides whether there is anything, whatever their tails.
    spread : float
        Standard deviation over the first half: the unit of sizes.
    """

    target: str
    answer: str
    values: Array
    ranks: Array
    spread: float

    @property
    def is_share(self) -> bool:
        """Whether it is a share of rows."""
        return bool(self.answer)


class Evidence:
    """Training rows, in two halves that say nothing about each other.

    Whole groups fall into one half where rows belong together, whole stretches of time where rows came about in
    time.

    Parameters
    ----------
    rows : TrainingRows
    left_out : collection of str
        Columns that are not to be looked at.
    """

    def __init__(self, rows: TrainingRows, left_out: Collection[str] = ()) -> None:
        self.rows = rows
        roles = rows.profile.roles
        self.columns = [name for name in roles.inputs if name not in left_out][:MAX_COLUMNS]
        self.first = _halved(rows, np.random.default_rng(rows.seed))
        self.second = ~self.first

    def of_kind(self, *kinds: str) -> list[str]:
        """The columns of these kinds, in the order of the table."""
        return [name for name in self.columns if self.rows.profile.column(name).kind in kinds]

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What is compared; empty where nothing is to be predicted."""
        asked = self.rows.profile.roles.asked
        if asked is None:
            return ()
        if asked.task == "regression":
            values = self.rows.values
            return (self._outcome("", values, mean_ranks(values)),)
        sizes = np.bincount(self.rows.classes[self.first], minlength=len(asked.classes))
        shown = [1] if len(asked.classes) == 2 else np.argsort(-sizes, kind="stable")[:MAX_OUTCOMES].tolist()
        members = [(asked.classes[place], (self.rows.classes == place).astype(np.float64)) for place in shown]
        return tuple(self._outcome(answer, values, values) for answer, values in members)

    def _outcome(self, answer: str, values: Array, ranks: Array) -> Outcome:
        spread = float(values[self.first].std()) if self.first.any() else 0.0
        return Outcome(self.rows.profile.roles.target, answer, values, ranks, max(spread, 1e-12))

    @cached_property
    def first_rows(self) -> TrainingRows:
        """The first half as rows of their own."""
        return _taken(self.rows, self.first)

    @cached_property
    def second_rows(self) -> TrainingRows:
        """The second half as rows of their own."""
        return _taken(self.rows, self.second)

    @cached_property
    def sampling(self) -> Sampling:
        """How the rows of the second half were drawn."""
        roles, n_rows = self.rows.profile.roles, int(self.second.sum())
        if roles.group is not None:
            return Sampling(n_rows, groups=self.rows.levels(roles.group).places[self.second])
        if roles.time is None:
            return Sampling(n_rows)
        order = np.argsort(_moments(self.rows, roles.time)[self.second], kind="stable")
        series = [outcome.values for outcome in self.outcomes] or [
            self.rows.numbers(name) for name in self.of_kind("number")[:MAX_OUTCOMES]
        ]
        lengths = [block_length(_filled(values[self.second][order])) for values in series]
        return Sampling(n_rows, order=order, block=max(lengths, default=1))

    @property
    def independent(self) -> int:
        """How many rows of the second half say something new."""
        return self.sampling.n_draws


def _halved(rows: TrainingRows, rng: np.random.Generator) -> Mask:
    """Which rows make the first half."""
    roles = rows.profile.roles
    if roles.group is not None:
        units = rows.levels(roles.group).places + 1
    elif roles.time is not None:
        place = np.empty(len(rows), dtype=np.int64)
        place[np.argsort(_moments(rows, roles.time), kind="stable")] = np.arange(len(rows))
        units = place * N_STRETCHES // max(1, len(rows))
    else:
        units = np.arange(len(rows))
    n_units = int(units.max(initial=-1)) + 1
    chosen = np.zeros(n_units, dtype=bool)
    chosen[rng.permutation(n_units)[: n_units // 2]] = True
    return chosen[units] if n_units else np.zeros(len(rows), dtype=bool)


def _moments(rows: TrainingRows, name: str) -> Array:
    return _filled(rows.numbers(name))


def _filled(values: Array) -> Array:
    known = values[~np.isnan(values)]
    return np.where(np.isnan(values), known.mean() if len(known) else 0.0, values)


def _taken(rows: TrainingRows, mask: Mask) -> TrainingRows:
    return TrainingRows(rows.profile, rows.positions[mask], rows.arrow.filter(pa.array(mask)), rows.seed)
