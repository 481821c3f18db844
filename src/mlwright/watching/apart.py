"""Whether whole rows are as they were: a small model tries to tell new rows from those of training.

A relation between two of many columns can turn round and no column on its own shows it. A small model of all inputs
does: it learns on one part of the rows, and its answers to other rows are one more column, whose cells end at order
statistics of training rows that it has not seen. So the law of `statistics.changes` holds for it too, the reference's
own uncertainty, days and seasons included, and what a change costs is read off the test rows by how new they look.

What teaches are rows of looks before the one that is asked; where rows are independent, half of the first look. Were
days that are alike by themselves told by a model of the same day, it would find the mood of that day among the moods
of many columns.

References
----------
Lopez-Paz, D. and Oquab, M. (2017). Revisiting classifier two-sample tests. ICLR. Podkopaev, A. and Ramdas, A. (2023).
Sequential predictive two-sample and independence testing. NeurIPS.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from mlwright.core.run import Run
from mlwright.data.cells import number_cells
from mlwright.data.cells.joining import parts_of
from mlwright.judging.drawn import Cells, Drawn, keep_cells, open_cells, open_drawn
from mlwright.judging.memory import column_of
from mlwright.learning.metrics import METRICS
from mlwright.records.looks import TOGETHER, Baseline, Column, Looks, ToldApart
from mlwright.statistics.changes import changed
from mlwright.watching.evidence import prepared, reference_of
from mlwright.watching.looking import Windows, moment_words

Array = NDArray[np.float64]
Places = NDArray[np.int64]

FEWEST = 100
"""Rows of each part below which nothing is asked."""
MOST_TAUGHT, MOST_TOLD = 3_000, 50_000
SHARE_TAUGHT = 1 / 3
"""Of the training rows that were kept; the others are what new rows are compared with."""
LEAST_DAYS = 2
LARGEST = 1e12
N_TREES = 80
SHOWN = 3
PARAMETERS = {
    "objective": "binary", "learning_rate": 0.1, "num_leaves": 15, "extra_trees": True, "min_data_in_leaf": 20,
    "max_bin": 63, "num_threads": 1, "verbose": -1, "deterministic": True, "force_row_wise": True,
}  # fmt: skip
"""Trees that cut at random find what two columns show together though neither shows it alone."""


def with_told_apart(
    looked: Looks, before: Looks, places: Mapping[str, Places], windows: Windows, baseline: Baseline, run: Run
) -> Looks:
    """The looks with what a small model says of the newest one; as they are where it cannot be asked.

    Parameters
    ----------
    looked, before : Looks
        With the new rows, and without them.
    places : mapping
        The cell of every new row, by the name of what is looked at.
    windows : Windows
        Of the new rows.
    baseline : Baseline
    run : Run
    """
    n_new = looked.latest - before.latest
    if not baseline.drawn or not run.store.blobs.has(baseline.drawn):
        return looked
    if not len(windows.began) or n_new < len(windows.began):
        return looked
    drawn = open_drawn(baseline.drawn, run)
    if not set(drawn.names) <= set(places):
        return looked
    inside = np.flatnonzero(windows.at >= 0)
    inside = inside[np.argsort(windows.at[inside], kind="stable")]
    rows = np.column_stack([places[name][inside].astype(np.uint8) for name in drawn.names])
    seed = run.seed_for("told apart", looked.latest)
    recent = _recent(before, drawn, run)
    is_taught = _taught(windows.at[inside], len(recent), is_dated=_is_dated(drawn), seed=seed)
    kept = _spread(rows, MOST_TAUGHT)
    newest = keep_cells(drawn.names, np.vstack([recent, kept])[-MOST_TAUGHT:], run)
    looked = looked.model_copy(update={"recent": newest})
    teaching = _spread(np.vstack([recent, rows[is_taught]]), MOST_TAUGHT)
    if min(len(teaching), int((~is_taught).sum())) < FEWEST:
        return looked
    model = teach(drawn, teaching, seed)
    if model is None:
        return looked
    e, told = tell(model, rows[~is_taught], windows.at[inside][~is_taught], windows, drawn.names)
    last = looked.looks[-1].model_copy(update={"told_apart": e})
    told = told.model_copy(update={"place": looked.latest})
    return looked.model_copy(update={"looks": (*looked.looks[:-1], last), "apart": told})


class Telling(NamedTuple):
    """A small model that tells new rows from old ones, and its answers to training rows that it has not seen."""

    booster: Any
    column: Column
    answers: Array


def teach(drawn: Drawn, new: Cells, seed: int) -> Telling | None:
    """Learn to tell some new rows from some training rows; None where too few of those are kept.

    Parameters
    ----------
    drawn : Drawn
    new : array of uint8, shape (n_rows, n_columns)
    seed : int
    """
    import lightgbm

    chance = np.random.default_rng(seed)
    order = chance.permutation(len(drawn.cells))
    own, others = np.split(order, [round(SHARE_TAUGHT * len(order))])
    others.sort()
    if min(len(own), len(others)) < FEWEST:
        return None
    X = np.vstack([drawn.cells[own], new]).astype(np.float64)
    weight = np.repeat([1.0, len(own) / len(new)], [len(own), len(new)])
    rows = lightgbm.Dataset(X, np.repeat([0.0, 1.0], [len(own), len(new)]), weight=weight)
    booster = lightgbm.train(PARAMETERS | {"seed": seed % 2**31}, rows, N_TREES)
    answers = np.asarray(booster.predict(drawn.cells[others].astype(np.float64), raw_score=True))
    counted = number_cells(TOGETHER, answers)
    counted = counted._replace(cells=counted.cells.model_copy(update={"sort": "together"}))
    return Telling(booster, column_of(counted, drawn.days[others], others, drawn.costs), answers)


def tell(model: Telling, new: Cells, at: Places, windows: Windows, names: tuple[str, ...]) -> tuple[float, ToldApart]:
    """The e-value of new rows that the model has not learned from, and what there is to say of them.

    Parameters
    ----------
    model : Telling
    new : array of uint8, shape (n_rows, n_columns)
    at : array of int, shape (n_rows,)
        The window of each row.
    windows : Windows
    names : tuple of str
    """
    some = np.unique(np.linspace(0, len(new) - 1, min(len(new), MOST_TOLD)).astype(np.int64))
    answers = np.asarray(model.booster.predict(new[some].astype(np.float64), raw_score=True))
    column = model.column
    which, own = np.unique(at[some], return_inverse=True)
    n = column.cells.n
    flat = own * n + np.searchsorted(column.cells.edges, answers)
    raw = np.bincount(flat, minlength=len(which) * n).reshape(len(which), n).astype(np.float64)
    usual, scaled = prepared(column, raw, [windows.days(window) for window in which.tolist()])
    parts = [part for _, part in parts_of(column.cells, np.array(column.counts)) if len(np.unique(part)) > 1]
    log_e = changed(reference_of(column), scaled, parts, np.array([0])).log_e[0]
    e = min(LARGEST, math.exp(min(float(logsumexp(log_e)) - math.log(len(log_e)), 700.0)))
    return e, ToldApart(
        column=column,
        now=tuple(usual.sum(axis=0).tolist()),
        worth=float(scaled.sum()),
        area=_area(model.answers, answers),
        most=_heeded(model.booster, names),
        since=moment_words(windows.began[which[0]]),
        place=-1,
    )


def _area(old: Array, new: Array) -> float:
    truth = np.repeat([0.0, 1.0], [len(old), len(new)])
    return float(METRICS.get("roc_auc")().score(truth, np.concatenate([old, new])[:, None], None))


def _heeded(booster: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    gains = np.asarray(booster.feature_importance("gain"), dtype=np.float64)
    return tuple(names[at] for at in np.argsort(-gains, kind="stable")[:SHOWN].tolist() if gains[at] > 0)


def _recent(before: Looks, drawn: Drawn, run: Run) -> Cells:
    """Rows of the looks before; none where they are not kept."""
    if before.recent and run.store.blobs.has(before.recent):
        names, cells, _ = open_cells(before.recent, run)
        if names == drawn.names:
            return cells
    return np.empty((0, len(drawn.names)), np.uint8)


def _is_dated(drawn: Drawn) -> bool:
    return len(np.unique(drawn.days[drawn.days >= 0])) >= LEAST_DAYS


def _taught(at: Places, n_recent: int, *, is_dated: bool, seed: int) -> NDArray[np.bool_]:
    """Which of the new rows, in the order of their windows, teach: none where enough came before."""
    if n_recent >= FEWEST:
        return np.zeros(len(at), dtype=np.bool_)
    if is_dated or len(np.unique(at)) > 1:
        middle = at[len(at) // 2]
        return np.asarray(at <= middle if at[-1] > middle else at < middle)
    return np.asarray(np.random.default_rng(seed).permutation(len(at)) % 2 == 0)


def _spread(rows: Cells, most: int) -> Cells:
    """At most so many of the rows, from all over."""
    return rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(np.int64))]
