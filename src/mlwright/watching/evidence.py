"""How strongly all looks so far speak for a change of one column, and since when."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from mlwright.data.cells.joining import parts_of
from mlwright.data.cells.rhythms import seasons_of
from mlwright.records.looks import ANSWERS, TARGET, Aspect, Column, Look, Looks
from mlwright.statistics.changes import changed, summed, worth_rows

Array = NDArray[np.float64]

FIRST_SHARE, LATER_SHARE = 0.4, 0.4
"""Shares of a year's budget for the first look, as things may have changed before watching began, and for a year of
looks; what is left is for tests that were lucky (`watching.promise`)."""
SHARES = {"inputs": 0.4, "answers": 0.2, "pairs": 0.1, "rows": 0.1, "target": 0.1, "loss": 0.2}
"""How the budget is shared out; what is not there leaves its share to the others."""
_DAY_S = 86_400.0


class Evidence(NamedTuple):
    """What speaks for a change of one column.

    Parameters
    ----------
    column : Column
    log_e : float
        Logarithm of the evidence; over all beginnings, weighted.
    since : int
        The look at which a change most likely began.
    aspect : str
        What it shows most in.
    now : array, shape (n_cells,)
        Rows in each cell since then, as they would be in a usual season.
    worth : float
        How many independent rows these are.
    """

    column: Column
    log_e: float
    since: int
    aspect: Aspect
    now: Array
    worth: float

    @property
    def then(self) -> Array:
        """Rows of training in each cell."""
        return np.array(self.column.counts, dtype=np.float64)

    @property
    def size(self) -> float:
        """Share of the rows that would have to change their cell to undo it."""
        return float(np.abs(self.now / max(1e-9, self.now.sum()) - self.then / max(1.0, self.then.sum())).sum() / 2)


def gather(columns: Sequence[Column], memory: Looks, weights: Array) -> list[Evidence]:
    """The evidence of each column that any look has seen; `weights` as of `weights_of`."""
    found = (_of_column(column, memory.looks, weights) for column in columns)
    return [each for each in found if each is not None]


def weights_of(memory: Looks, looks_a_year: int) -> Array:
    """The share of the budget of a year for changes that began with each look; nothing up to the last alarm."""
    weights = np.full(len(memory.looks), LATER_SHARE / looks_a_year)
    weights[:1] = FIRST_SHARE
    if memory.alarmed:
        weights[np.array(memory.places) <= max(memory.alarmed)] = 0.0
    return weights


def together(found: Sequence[Evidence], log_loss_e: float | None) -> float:
    """Logarithm of the evidence of everything together: the average by `SHARES`, whatever hangs together."""
    groups: dict[str, list[float]] = {}
    for each in found:
        groups.setdefault(_group(each.column), []).append(each.log_e)
    if log_loss_e is not None:
        groups["loss"] = [log_loss_e]
    total = sum(SHARES[name] for name in groups)
    parts = [math.log(SHARES[name] / total / len(own)) + value for name, own in groups.items() for value in own]
    return float(np.logaddexp.reduce(parts)) if parts else -math.inf


def _group(column: Column) -> str:
    if column.cells.sort in ("pair", "together"):
        return "pairs" if column.cells.sort == "pair" else "rows"
    return {ANSWERS: "answers", TARGET: "target"}.get(column.cells.name, "inputs")


def of_whole_rows(memory: Looks, weights: Array) -> Evidence | None:
    """What speaks for a change of whole rows; None where no look was asked.

    Every look that was asked is taken for a beginning that lasts one look, so that no two of them are multiplied: what
    one small model has found and another has not need not be the same.
    """
    if memory.apart is None:
        return None
    told = np.array([look.told_apart for look in memory.looks])
    return Evidence(
        column=memory.apart.column,
        log_e=float(logsumexp(np.log(np.maximum(told, 1e-300)), b=weights)) if weights.any() else -math.inf,
        since=-1,
        aspect="relation",
        now=np.array(memory.apart.now),
        worth=memory.apart.worth,
    )


def _of_column(column: Column, looks: Sequence[Look], weights: Array) -> Evidence | None:
    name, n_cells = column.cells.name, column.cells.n
    raw = np.array([look.counts.get(name, (0,) * n_cells) for look in looks], dtype=np.float64)
    if name == TARGET:
        column, raw = _of_outcomes(column, raw)
    if not raw.sum():
        return None
    usual, scaled = prepared(column, raw, [days_of(look) for look in looks])
    parts = [
        (aspect, part) for aspect, part in parts_of(column.cells, np.array(column.counts)) if len(np.unique(part)) > 1
    ]
    change = changed(reference_of(column), scaled, [part for _, part in parts], np.arange(len(looks)))
    since, at = change.likeliest(weights)
    return Evidence(
        column=column,
        log_e=float(summed(change, weights)),
        since=since,
        aspect=parts[at][0],
        now=usual[since:].sum(axis=0),
        worth=float(scaled[since:].sum()),
    )


def _of_outcomes(column: Column, raw: Array) -> tuple[Column, Array]:
    """The target without the rows whose outcome is not known: that it has not come yet is no change."""
    known = np.arange(column.cells.n) != column.cells.n - 2
    counts = np.array(column.counts) * known
    return column.model_copy(update={"counts": tuple(counts.tolist())}), raw * known


def days_of(look: Look) -> range:
    """The days that a look covers, counted since 1970."""
    first, last = (int(datetime.fromisoformat(text).timestamp() // _DAY_S) for text in (look.began, look.ended))
    return range(first, max(first, last) + 1)


def prepared(column: Column, raw: Array, days: Sequence[range]) -> tuple[Array, Array]:
    """Counts of looks as they would be in a usual season, and as many of them as they are worth.

    Parameters
    ----------
    column : Column
    raw : array, shape (n_looks, n_cells)
    days : sequence of range
        Of each look, counted since 1970.
    """
    usual = np.stack([_as_usual(column, counts, own) for counts, own in zip(raw, days, strict=True)])
    scale = np.array([_scale(column, counts, own) for counts, own in zip(raw, days, strict=True)])
    return usual, usual * scale[:, None]


def reference_of(column: Column) -> Array:
    """Rows that training is worth in each cell, with what each is given beforehand."""
    counts = np.array(column.counts, dtype=np.float64)
    days = max(1, column.n_days)
    total = max(1.0, float(counts.sum()))
    worth = days * float(worth_rows(total / days, column.alike if column.n_days else 0.0))
    worth = min(worth, column.worth or worth)
    return np.asarray(counts * (worth / total) + np.array(column.given), dtype=np.float64)


def _scale(column: Column, counts: Array, days: range) -> float:
    """What one row of a look is worth: days may be alike, and the season is not known exactly."""
    n = float(counts.sum())
    if not n:
        return 1.0
    worth = len(days) * float(worth_rows(max(1.0, n / len(days)), column.alike))
    if column.seasons:
        known = min(sum(own) for own in column.seasons.values())
        worth = 1.0 / (_spread(column, days) / worth + 1.0 / max(1.0, known))
    return min(1.0, worth / n)


def _spread(column: Column, days: range) -> float:
    """How much more cells vary in a season than on average, at least 1: by Rao and Scott's first correction."""
    usual, expected = _usual(column), _expected(column, days)
    held = usual > 0
    own = expected[held] * (1.0 - expected[held]) / usual[held]
    return max(1.0, float(own.sum()) / max(1, int(held.sum()) - 1))


def _as_usual(column: Column, counts: Array, days: range) -> Array:
    """The counts of a look as they would be if its season were the average of all.

    What the season brings is taken off and not divided by: a cell that holds nothing on some weekdays (a column of
    weekdays) would stay empty or stay full otherwise, and each day look like a change.
    """
    n = counts.sum()
    if not column.seasons or not n:
        return counts
    found = np.maximum(0.0, counts + n * (_usual(column) - _expected(column, days)))
    return np.asarray(found * (n / found.sum()), dtype=np.float64)


def _usual(column: Column) -> Array:
    counts = np.array(column.counts, dtype=np.float64)
    return np.asarray(counts / max(1.0, counts.sum()))


def _expected(column: Column, days: range) -> Array:
    """The shares of cells that the season of some days makes one expect."""
    usual = _usual(column)
    return np.asarray(np.mean([_seasonal(column, usual, day) for day in days], axis=0))


def _seasonal(column: Column, usual: Array, day: int) -> Array:
    """The shares of a day; a cell that training hardly saw has no season."""
    found = usual.copy()
    for season in seasons_of(day):
        if season in column.seasons:
            own = np.array(column.seasons[season], dtype=np.float64)
            found = found * (own + 1.0) / (usual * own.sum() + 1.0)
    return np.asarray(found / max(1e-12, found.sum()))
