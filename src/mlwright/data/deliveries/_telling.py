"""A classifier that tells the rows of two tables apart, and by which columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from mlwright.data.clauses.clause import numbers_of
from mlwright.data.two_tables import TwoTables
from mlwright.records.contract import Clause
from mlwright.scoring.spelling import spelled

LEAST_ROWS = 100
MOST_ROWS = 4_000
MOST_COLUMNS = 200
MOST_NAMES = 100
LEAST_NAMED = 20
"""Rows that a name must have in both tables together: one of a rarer name would give its table away by itself."""

SHOWN = 3

Array = NDArray[np.float64]


class Told(NamedTuple):
    """How well the rows can be told apart.

    Parameters
    ----------
    auc : float
        Share of pairs of a new row and one before that are ranked rightly.
    chance : float
        Of an area as large, or larger, if both tables are of one source.
    columns : tuple of str
        Those whose shuffling costs most.
    """

    auc: float
    chance: float
    columns: tuple[str, ...]


def tell_apart(tables: TwoTables, clauses: Sequence[Clause]) -> Told:
    """Learn on one half of the rows, test on the other."""
    from lightgbm import LGBMClassifier

    rng = np.random.default_rng(tables.seed)
    clauses = list(clauses)[:MOST_COLUMNS]
    names = [clause.name for clause in clauses]
    n = min(MOST_ROWS, tables.n_then, tables.n_now)
    parts = [table.sample(names, n, tables.seed) for table in (tables.then, tables.now)]
    X = np.column_stack([_coded([part[clause.name] for part in parts], clause) for clause in clauses])
    y = np.repeat([0, 1], [len(part) for part in parts])
    order = rng.permutation(len(y))
    learn, test = order[::2], order[1::2]
    model = LGBMClassifier(
        n_estimators=60, num_leaves=15, min_child_samples=20, learning_rate=0.1, n_jobs=1, verbose=-1,
        random_state=tables.seed % 2**31, deterministic=True,
    )  # fmt: skip
    model.fit(X[learn], y[learn])

    def area(rows: Array) -> tuple[float, float]:
        score = model.predict_proba(rows)[:, 1]
        found = mannwhitneyu(score[y[test] == 1], score[y[test] == 0], alternative="greater", method="asymptotic")
        pairs = int((y[test] == 1).sum()) * int((y[test] == 0).sum())
        return float(found.statistic) / pairs, float(found.pvalue)

    auc, chance = area(X[test])
    lost = {}
    for place, name in enumerate(names):
        shuffled = X[test].copy()
        shuffled[:, place] = rng.permutation(shuffled[:, place])
        lost[name] = auc - area(shuffled)[0]
    most = sorted((name for name in lost if lost[name] > 0), key=lambda name: -lost[name])
    return Told(auc, chance, tuple(most[:SHOWN]))


def _coded(parts: Sequence[pa.ChunkedArray], clause: Clause) -> Array:
    """A column of both tables as numbers; names by how frequent they are in both together, rare ones as one."""
    if clause.kind == "number":
        return np.concatenate([numbers_of(part, clause) for part in parts])
    found = spelled(pa.chunked_array([chunk.cast(pa.large_string()) for part in parts for chunk in part.chunks]))
    counts = np.bincount(found.places[found.places >= 0], minlength=len(found.levels))
    order = np.argsort(-counts, kind="stable")
    codes = np.full(len(counts) + 1, np.nan)
    codes[order] = np.arange(len(order))
    codes[:-1][(counts < LEAST_NAMED) | (codes[:-1] >= MOST_NAMES)] = MOST_NAMES
    coded: Array = codes[found.places]
    return coded
