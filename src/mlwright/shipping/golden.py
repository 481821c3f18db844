"""Chooses the golden rows: stored with their answers, they prove a bundle wherever it is loaded."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlwright.records.model import CategoryColumn
from mlwright.scoring.model import Model
from mlwright.scoring.single_row import Json, as_records

UNSEEN = "never seen in training"


N_TYPICAL = 12


def typical_rows(sample: pa.Table, model: Model) -> list[dict[str, Json]]:
    """A few rows as a client would send them, from a low score to a high one; the outermost twentieths are left out.

    Parameters
    ----------
    sample : pyarrow.Table
        Training rows to choose from.
    model : Model
    """
    order = np.argsort(model.scores(sample)[:, -1], kind="stable")
    spaced = np.linspace(0.05, 0.95, min(N_TYPICAL, len(sample)))
    return as_records(sample.take(order[np.round(spaced * (len(sample) - 1)).astype(int)]))


def choose_rows(sample: pa.Table, model: Model, n_rows: int) -> list[dict[str, Json]]:
    """Rows as a client would send them, with answers from the lowest to the highest.

    Of three or more, one lacks every second value, and one has a name that was never seen in every category.

    Parameters
    ----------
    sample : pyarrow.Table
        Training rows to choose from.
    model : Model
    n_rows : int
    """
    scores = model.scores(sample)[:, -1]
    picked = np.argsort(scores, kind="stable")[np.linspace(0, len(sample) - 1, n_rows).astype(int)]
    rows = as_records(sample.take(picked))
    if n_rows >= 3:
        rows[-2] |= dict.fromkeys(sample.column_names[::2])
        rows[-1] |= {column.name: UNSEEN for column in model.encoder.plan.columns if isinstance(column, CategoryColumn)}
    return rows
