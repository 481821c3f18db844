"""What a bundle remembers of its training, so that new rows can be compared with it for years."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.run import Run
from mlwright.data.cells import DAY_S, Counted, cells_of, number_cells
from mlwright.data.cells.pairs import pair_of, places_of_pair
from mlwright.data.cells.rhythms import Rhythm, rhythm_of
from mlwright.data.compute.table import Table, open_snapshot
from mlwright.judging.costs import Costs, ceiling_of, costs_of
from mlwright.judging.drawn import is_compared_whole, keep_drawn
from mlwright.learning.unseen import kept_scores, kept_target, open_unseen
from mlwright.records.data import Snapshot
from mlwright.records.decision import Decision
from mlwright.records.evaluation import Evaluation
from mlwright.records.looks import ANSWERS, TARGET, Baseline, Column, Cost
from mlwright.records.profile import Profile
from mlwright.records.split import Split
from mlwright.scoring.answers import as_classes
from mlwright.scoring.model import Model
from mlwright.scoring.moments import to_moment_array

Array = NDArray[np.float64]
Places = NDArray[np.int64]

MOST_REMEMBERED = 500_000
MOST_CELLS = 2_000_000
"""Of the table, read at a time: the file is opened each time."""
MOST_PAIRS = 8
FEWEST_ANSWERED, MOST_ANSWERED = 1_000, 50_000
SHARE_OF_TIME_LEFT = 0.5
TESTED_WORTH = 300.0
"""Rows that the answers of the tested model are worth for those of the packed one, which has learned from more."""


def baseline(
    snapshot: Snapshot,
    profile: Profile,
    split: Split,
    evaluation: Evaluation,
    decision: Decision,
    model: Model,
    run: Run,
) -> Baseline | None:
    """Count the training and test rows in cells, and what answers cost in each; None where the truth was not kept.

    The time of the rows moves on by itself, and is no column to compare.

    Parameters
    ----------
    snapshot, profile, split, evaluation, decision
        What the run has found out.
    model : Model
        As it is packed.
    run : Run
    """
    if not evaluation.truth:
        return None
    table = open_snapshot(snapshot, run)
    rows = _drawn(table, run)
    unseen = open_unseen(snapshot, profile, split, run, evaluation)
    scores = kept_scores(evaluation.predictions, evaluation.n_rows, run)
    truth = kept_target(evaluation.truth, run)
    costs = Costs(unseen.positions, *costs_of(truth, scores, model.spec, decision.worth.table))
    days = _days(table, profile, rows)
    found = list(_counted(table, profile, model, rows))
    columns = [column_of(each, days, rows, costs) for each in found]
    places = {each.cells.name: each.places for each in found}
    whole = {each.cells.name: places[each.cells.name] for each in columns if is_compared_whole(each.cells)}
    columns += [_pair(pair, columns, places, days, rows, costs) for pair in _pairs(profile, places)]
    columns.append(_answers(scores, costs, table, model, (rows, days), SHARE_OF_TIME_LEFT * run.ahead.left_s))
    everything = np.zeros(len(costs.loss), np.int64)
    return Baseline(
        n_rows=len(rows),
        columns=tuple(columns),
        loss=_cost(everything, costs.loss, 1),
        benefit=_cost(everything, costs.benefit, 1),
        loss_title="absolute error" if model.spec.task == "regression" else "log loss",
        unit=decision.worth.unit,
        assumed=decision.worth.assumed,
        ceiling=ceiling_of(truth, scores, model.spec.task),
        drawn=keep_drawn(whole, days, rows, costs, run),
    )


def _counted(table: Table, profile: Profile, model: Model, rows: Places) -> Iterator[Counted]:
    """The rows in cells of each input but the time, and in those of the target."""
    inputs = [name for name in model.encoder.inputs if name != profile.roles.time]
    for name, values in _read(table, [*inputs, profile.roles.target], rows):
        if name != profile.roles.target:
            yield from cells_of(profile.column(name), values)
            continue
        for counted in cells_of(profile.column(name), as_classes(values, model.spec.classes)):
            yield counted._replace(cells=counted.cells.model_copy(update={"name": TARGET}))


def answer_places(column: Column, scores: Array) -> Places:
    """The cell of each answer; of several classes the probability of the one that is answered counts."""
    return np.searchsorted(column.cells.edges, _said(scores)).astype(np.int64)


def _said(scores: Array) -> Array:
    return scores.max(axis=1) if scores.shape[1] > 1 else scores[:, 0]


def _drawn(table: Table, run: Run) -> Places:
    if table.n_rows <= MOST_REMEMBERED:
        return np.arange(table.n_rows)
    rng = np.random.default_rng(run.seed_for("rows that are remembered"))
    return np.sort(rng.choice(table.n_rows, MOST_REMEMBERED, replace=False))


def _read(table: Table, names: Sequence[str], rows: Places) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Columns one after the other."""
    at_once = max(1, MOST_CELLS // max(len(rows), 1))
    for start in range(0, len(names), at_once):
        part = table.arrow(names[start : start + at_once], rows)
        yield from zip(part.column_names, part.columns, strict=True)


def _days(table: Table, profile: Profile, rows: Places) -> Places:
    """The day of each row since 1970; -1 where it is not known."""
    name = profile.roles.time
    if name is None:
        return np.full(len(rows), -1)
    moments = to_moment_array(table.arrow([name], rows)[0], profile.column(name).date_format)
    return np.where(np.isfinite(moments), np.floor(np.nan_to_num(moments) / DAY_S), -1).astype(np.int64)


def column_of(counted: Counted, days: Places, rows: Places, costs: Costs) -> Column:
    """What is kept of a column.

    Parameters
    ----------
    counted : Counted
    days : array of int, shape (n_rows,)
        Since 1970; negative where it is not known.
    rows : array of int, shape (n_rows,)
        Positions of the rows, rising.
    costs : Costs
        By position.
    """
    n = counted.cells.n
    counting = slice(counted.first, None, counted.step)
    rhythm = rhythm_of(counted.places[counting], days[counting], n)
    at = np.searchsorted(rows, costs.positions)
    known = (at < len(rows)) & (rows[np.minimum(at, len(rows) - 1)] == costs.positions)
    known[known] = counted.places[at[known]] >= 0
    own = counted.places[at[known]]
    return Column(
        cells=counted.cells,
        counts=tuple(counted.counts.tolist()),
        given=tuple(counted.given.tolist()),
        alike=rhythm.alike,
        n_days=rhythm.n_days,
        seasons={name: tuple(each.astype(int).tolist()) for name, each in rhythm.seasons.items()},
        loss=_cost(own, costs.loss[known], n),
        benefit=_cost(own, costs.benefit[known], n),
    )


def _pairs(profile: Profile, places: Mapping[str, Places]) -> list[tuple[str, str]]:
    found = [each.columns for each in profile.associations if set(each.columns) <= set(places)]
    return found[:MOST_PAIRS]


def _pair(
    names: tuple[str, str],
    columns: list[Column],
    places: Mapping[str, Places],
    days: Places,
    rows: Places,
    costs: Costs,
) -> Column:
    one, other = (next(column for column in columns if column.cells.name == name) for name in names)
    cells = pair_of(one.cells, other.cells, (np.array(one.counts, float), np.array(other.counts, float)))
    own = places_of_pair(cells, (places[names[0]], places[names[1]]))
    found = Counted(cells, own, np.full(cells.n, 0.5))
    return column_of(found, days, rows, costs)


def _answers(
    scores: Array, costs: Costs, table: Table, model: Model, drawn: tuple[Places, Places], most_s: float
) -> Column:
    """The answers to the test rows; how days differ is told by those to all rows, as it is the same for both.

    Of many rows a part is answered, spread over all days: no more than there is time for.
    """
    counted = number_cells(ANSWERS, _said(scores))
    n = counted.cells.n
    counts = counted.counts
    rhythm, own = Rhythm(), counts + 0.5
    if drawn[1].max(initial=-1) >= 0:
        most = _affordable(table, model, drawn[0], most_s)
        rows, days = (each[:: -(-len(each) // most)] for each in drawn)
        said = _said(model.scores(table.arrow(model.encoder.inputs, rows)))
        places = np.searchsorted(counted.cells.edges, said).astype(np.int64)
        rhythm, own = rhythm_of(places, days, n), np.bincount(places, minlength=n) + 0.5
    return Column(
        cells=counted.cells,
        counts=tuple(counts.tolist()),
        given=tuple(counted.given.tolist()),
        alike=rhythm.alike,
        n_days=rhythm.n_days,
        worth=TESTED_WORTH,
        seasons={
            name: tuple(np.rint(counts * (each + 0.5) / own).astype(int).tolist())
            for name, each in rhythm.seasons.items()
        },
        loss=_cost(counted.places, costs.loss, n),
        benefit=_cost(counted.places, costs.benefit, n),
    )


def _affordable(table: Table, model: Model, rows: Places, most_s: float) -> int:
    """How many rows there is time to answer, by how long some take."""
    if math.isinf(most_s) or len(rows) <= FEWEST_ANSWERED:
        return MOST_ANSWERED
    began = time.monotonic()
    model.scores(table.arrow(model.encoder.inputs, rows[:FEWEST_ANSWERED]))
    answer_s = (time.monotonic() - began) / FEWEST_ANSWERED
    return int(np.clip(most_s / max(answer_s, 1e-9), FEWEST_ANSWERED, MOST_ANSWERED))


def _cost(places: Places, values: Array, n: int) -> Cost:
    """Number, mean and variance in each cell; a cell with a single row has none of its own."""
    count = np.bincount(places, minlength=n)
    mean = np.bincount(places, values, n) / np.maximum(count, 1)
    square = np.bincount(places, (values - mean[places]) ** 2, n) / np.maximum(count - 1, 1)
    return Cost(n=tuple(count.tolist()), mean=tuple(mean.tolist()), variance=tuple(square.tolist()))
