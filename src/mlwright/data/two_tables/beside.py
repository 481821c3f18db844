"""Columns of new data beside what they were, in groups that can be drawn over each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.clauses.clause import NAMED, numbers_of
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import figure, moment_spelling
from mlwright.records.contract import Clause
from mlwright.records.delivery import Beside
from mlwright.records.profile import QUANTILE_LEVELS
from mlwright.scoring.spelling import spelled

MOST_COLUMNS = 300
MOST_ROWS = 20_000
MOST_NAMES = 8
N_BINS = 24
OTHERS, UNKNOWN = "other names", "never seen before"

Array = NDArray[np.float64]
Groups = tuple[Sequence[str], Sequence[float], Sequence[float]]


def beside(tables: TwoTables) -> tuple[Beside, ...]:
    """The columns that both tables have, in the order of the contract.

    Numbers and dates in 24 equal steps between their outermost hundredths, by up to 20,000 rows of either table; where
    only figures of the rows before are known, between the quantiles of these. Names by the eight most frequent.
    """
    clauses = tables.common[:MOST_COLUMNS]
    strongest = max(tables.promise.importance.values(), default=0.0)
    before, after = _samples(tables, [clause.name for clause in clauses])
    found = []
    for clause in clauses:
        column, move = tables.column(clause), tables.moves.get(clause.name)
        labels, then, now = _groups(tables, clause, before, after[clause.name])
        importance = tables.promise.importance.get(clause.name, 0.0) if clause.part == "input" else 0.0
        found.append(
            Beside(
                name=clause.name,
                kind=clause.kind,
                part=clause.part,
                weight=importance / strongest if strongest > 0 else None,
                missing_then=clause.n_missing / max(1, tables.n_then),
                missing_now=column.n_missing / max(1, tables.n_now),
                is_ordered=clause.kind in ("number", "date"),
                labels=tuple(labels),
                then=tuple(then),
                now=tuple(now),
                size=move.size if move else None,
                chance=move.chance if move else None,
            )
        )
    return tuple(found)


def _samples(tables: TwoTables, names: list[str]) -> tuple[pa.Table | None, pa.Table]:
    try:
        before = tables.then.sample(names, MOST_ROWS, tables.seed)
    except NotApplicable:
        before = None
    return before, tables.now.sample(names, MOST_ROWS, tables.seed)


def _groups(tables: TwoTables, clause: Clause, before: pa.Table | None, after: pa.ChunkedArray) -> Groups:
    if clause.kind in NAMED:
        return _by_name(clause, tables.n_then, after)
    if clause.kind not in ("number", "date"):
        return (), (), ()
    now = _finite(numbers_of(after, clause))
    if before is not None:
        return _by_steps(clause, _finite(numbers_of(before[clause.name], clause)), now)
    reference = tables.reference(clause)
    return _by_quantiles(np.array(reference.profile.quantiles), now) if reference else ((), (), ())


def _finite(numbers: Array) -> Array:
    return numbers[np.isfinite(numbers)]


def _by_name(clause: Clause, n_then: int, after: pa.ChunkedArray) -> Groups:
    names, places = spelled(after)
    counts = dict(zip(names, np.bincount(places[places >= 0], minlength=len(names)).tolist(), strict=True))
    for code in clause.missing_codes:
        counts.pop(code, None)
    shown, known = clause.levels[:MOST_NAMES], set(clause.levels)
    now = [counts.get(name, 0) for name in shown]
    rest = sum(n for name, n in counts.items() if name in known) - sum(now)
    then = [*clause.counts[: len(shown)], max(0, n_then - clause.n_missing - sum(clause.counts[: len(shown)])), 0]
    now += [rest, sum(counts.values()) - sum(now) - rest]
    kept = [place for place in range(len(then)) if place < len(shown) or then[place] or now[place]]
    labels = [*shown, OTHERS, UNKNOWN]
    return [labels[place] for place in kept], _shares([then[p] for p in kept]), _shares([now[p] for p in kept])


def _shares(counts: Sequence[float]) -> list[float]:
    total = sum(counts)
    return [count / total if total else 0.0 for count in counts]


def _by_steps(clause: Clause, then: Array, now: Array) -> Groups:
    """Equal steps; what lies beyond the ends falls into the outermost ones."""
    if not len(then) or not len(now):
        return (), (), ()
    ends = np.array([np.quantile(values, [0.01, 0.99]) for values in (then, now)])
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    edges = np.linspace(low, high, N_BINS + 1) if high > low else np.array([low - 0.5, low + 0.5])
    spelling: Callable[[float], str] = moment_spelling(low, high) if clause.kind == "date" else figure
    labels = [f"{spelling(float(a))} to {spelling(float(b))}" for a, b in pairwise(edges)]
    shares = [np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0] / len(values) for values in (then, now)]
    return labels, shares[0].tolist(), shares[1].tolist()


def _by_quantiles(cuts: Array, now: Array) -> Groups:
    """The groups between the quantiles that are known; equal quantiles hold no group between them."""
    if not len(cuts) or not len(now):
        return (), (), ()
    kept = np.flatnonzero(np.diff(cuts, append=np.inf) > 0)
    cuts, levels = cuts[kept], np.array(QUANTILE_LEVELS)[kept]
    below = np.searchsorted(np.sort(now), cuts, side="right") / len(now)
    shares = [np.diff(each, prepend=0.0, append=1.0).tolist() for each in (levels, below)]
    told = [figure(float(cut)) for cut in cuts]
    middle = [f"{a} to {b}" for a, b in pairwise(told)]
    return [f"up to {told[0]}", *middle, f"above {told[-1]}"], shares[0], shares[1]
