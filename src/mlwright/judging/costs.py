"""What answers cost, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.benefit import cells_by_place, worth_per_case
from mlwright.learning.loss import log_loss_rows
from mlwright.records.model import ModelSpec
from mlwright.records.profile import Task
from mlwright.scoring.deciding import usually_decisive

Array = NDArray[np.float64]
Places = NDArray[np.int64]

LEAST_LIKELY = 0.01
"""A probability below it costs as much as this one, so that one row decides nothing."""


class Costs(NamedTuple):
    """What each test row cost and what its answer was worth, each of shape (n_rows,), with where the rows stand."""

    positions: Places
    loss: Array
    benefit: Array


def costs_of(
    truth: Array, scores: Array, model: ModelSpec, table: Mapping[str, float], ceiling: float | None = None
) -> tuple[Array, Array]:
    """The loss of each row and what its answer was worth, each of shape (n_rows,).

    Parameters
    ----------
    truth : array, shape (n_rows,)
    scores : array, shape (n_rows, n_outputs)
    model : ModelSpec
    table : mapping
        What each outcome is worth.
    ceiling : float, optional
        Larger losses count as this; default: what these rows themselves suggest.
    """
    classes = model.classes if model.worth else ()
    worth = worth_per_case(model.task, truth, scores, cells_by_place(table, classes), usually_decisive(model))
    loss = np.abs(scores[:, 0] - truth) if model.task == "regression" else log_loss_rows(truth, scores)
    return np.minimum(loss, ceiling_of(truth, scores, model.task) if ceiling is None else ceiling), worth


def ceiling_of(truth: Array, scores: Array, task: Task) -> float:
    """What the loss of one row is cut to: of numbers, three times the error that 99 of 100 test rows stay below."""
    if task != "regression":
        return float(-np.log(LEAST_LIKELY))
    return max(3.0 * float(np.quantile(np.abs(scores[:, 0] - truth), 0.99)), 1e-9)
