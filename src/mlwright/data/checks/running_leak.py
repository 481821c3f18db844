"""Inputs that are running figures of the target, the row's own among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._groups import grouping_columns
from mlwright.data.checks._plain import plain_columns
from mlwright.data.checks._sequence import Past, past
from mlwright.data.columns import Rows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.leaks.values import value_leaks
from mlwright.data.words import percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 100
MAX_FIT_ROWS = 5_000
MAX_COLUMNS = 60
MAX_KEYS = 4
LEAST_FIT = 0.99
MOST_WITHOUT = 0.8
LAGS = (1, 2)


class RunningLeak(Check):
    """Inputs that add up or average the target over the rows so far, and count the row itself.

    A running total less the one of the row before is the row's own answer; so is a moving or smoothed mean, once the
    answers of the rows before are taken out. For each numeric input, the target is fitted (least squares, on every
    other row) by the input, its value in the row before and the last two answers, also with both taken times the count
    of rows so far (for means over all of them); rows in the order of the table and of time, as a whole and within the
    values of up to three key columns. It speaks if 99 % of the target's spread is accounted for on the rows not fitted,
    and 80 % or less without the row's own value. Noise does not reach 99 % on 50 rows with five
    weights.
    """

    dear = True
    group = "leaks"
    severity = "critical"
    title = "A running figure that holds the row's own"
    action = (
        "Compute it from earlier rows only (shift it by one row), or leave the column out (mlwright run --ignore): it "
        "cannot know the answer of a new row."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each column."""
        rows = training_rows(table, profile)
        told = value_leaks(rows)
        numbers = [column.name for column in profile.inputs if column.kind == "number" and column.name not in told]
        if len(rows) < MIN_ROWS or not numbers:
            raise NotApplicable("there are too few rows, or no column of numbers")
        run = past(table, profile)
        orders = list(_orders(run.rows))
        for name in numbers[:MAX_COLUMNS]:
            seen = next((found for order in orders if (found := _fit(run, name, order)) is not None), None)
            if seen is not None:
                yield self.found(
                    f"'{name}', its value in the row before {seen.order}, and the last answers make up "
                    f"{percent(min(seen.fit, 0.99999))} of '{profile.roles.target}'; without the row's own value it is "
                    f"{percent(max(seen.without, 0.0))}: it is a running figure that counts the row itself.",
                    name,
                )

    @staticmethod
    def speaks() -> Specimen:
        """How often a customer of this place in the list has said yes so far, this time included."""
        columns = plain_columns()
        return Specimen(columns | {"so_far": np.cumsum(np.asarray(columns["y"]) == "yes").tolist()})

    @staticmethod
    def quiet() -> Specimen:
        """The same without this time."""
        yes = np.asarray(plain_columns()["y"]) == "yes"
        return Specimen(plain_columns() | {"so_far": (np.cumsum(yes) - yes).tolist()})


class Order(NamedTuple):
    """Rows as they follow each other.

    Parameters
    ----------
    words : str
        Which row is the one before, for a sentence.
    rows : array of int64
        The rows, those of one key one after the other.
    place : array of int64
        How many rows of the same key came before.
    """

    words: str
    rows: NDArray[np.int64]
    place: NDArray[np.int64]


class _Seen(NamedTuple):
    order: str
    fit: float
    without: float


def _orders(rows: Rows) -> Iterator[Order]:
    time = rows.profile.roles.time
    moments = rows.numbers(time) if time is not None and rows.is_ordered(time) else None
    by_time = f"by '{time}'" if moments is not None else ""
    arrays = {"of the table": np.zeros(len(rows))} | ({by_time: moments} if moments is not None else {})
    keys = list(grouping_columns(rows).items())[:MAX_KEYS]
    for words, moment in arrays.items():
        yield _ordered(words, moment, np.zeros(len(rows), dtype=np.int64))
    for name, places in keys:
        last = list(arrays.values())[-1]
        yield _ordered(f"of the same '{name}'", last, places)


def _ordered(words: str, moment: NDArray[np.float64], key: NDArray[np.int64]) -> Order:
    order = np.lexsort([np.arange(len(key)), moment, key])
    order = order[key[order] >= 0]
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    start = np.repeat(first, np.diff(np.append(first, len(order))))
    return Order(words, order, np.arange(len(order)) - start)


def _fit(run: Past, name: str, order: Order) -> _Seen | None:
    """What of the target a column makes up with its past, if that is nearly all."""
    values = run.rows.numbers(name)[order.rows]
    before = np.where(order.place > 0, np.roll(values, 1), 0.0)
    count = order.place + 1.0
    for answers in run.answers.values():
        y = answers[order.rows]
        last = [np.where(order.place >= len(LAGS), np.roll(y, lag), np.nan) for lag in LAGS]
        for own, past_parts in (
            ([values], [before]),
            ([values * count], [before * (count - 1)]),
            ([values], [before, *last]),
        ):
            fit = _explained([*own, *past_parts], y)
            if fit >= LEAST_FIT and (without := _explained(past_parts, y)) <= MOST_WITHOUT:
                return _Seen(order.words, fit, without)
    return None


def _explained(parts: list[NDArray[np.float64]], y: NDArray[np.float64]) -> float:
    """The share of the spread of `y` that a linear fit on every other row accounts for on the rest."""
    X = np.column_stack([*parts, np.ones(len(y))])
    usable = np.flatnonzero(np.isfinite(X).all(axis=1) & np.isfinite(y))
    if len(usable) < MIN_ROWS:
        return 0.0
    usable = usable[: 2 * MAX_FIT_ROWS]
    X, y = X[usable], y[usable]
    centred = X - X.mean(axis=0)
    scale = np.maximum(np.abs(centred).max(axis=0), 1e-12)
    Z = np.column_stack([centred[:, :-1] / scale[:-1], np.ones(len(y))])
    weights = np.linalg.lstsq(Z[::2], y[::2], rcond=1e-12)[0]
    left = y[1::2] - Z[1::2] @ weights
    spread = float(y[1::2].var())
    return 1 - float((left**2).mean()) / spread if spread > 0 else 0.0
