"""Which rows a new model should learn from: all, the recent ones, or all with the old ones thinned out.

After a change of the world old rows teach what is not true any more; without one they are worth having. The newest
labelled rows tell: a small model is fitted on each choice of the rows before them, and asked about them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.learning.quick import Question, QuickModel, fit_quick
from mlwright.records.evaluation import Estimate
from mlwright.statistics.means import difference_estimate
from mlwright.statistics.sampling import Draws, Sampling, block_length
from mlwright.statistics.shares import quantile_of

Stretch = Literal["all", "recent", "weighted"]
STRETCHES: tuple[Stretch, ...] = ("all", "recent", "weighted")
RECENT = 1 / 3
"""The share of the rows that count as recent; the half-life of thinned ones, too."""
FEWEST = 200
SURE = 0.8
"""That a model that was only trained again is worse, to keep it out."""
SURE_IN_NEED = 0.99
"""The same where the one in use was found worse than promised: of a new world the new one has learned a little."""
SURE_OF_PART = 0.99
"""That a part of the rows teaches better than all of them: the best of several seems better than it is."""

Array = NDArray[np.float64]
Places = NDArray[np.int64]


class Chosen(NamedTuple):
    """A choice and what it rests on.

    Parameters
    ----------
    stretch : str
    losses : dict
        Mean loss on the newest rows, by choice.
    rows : dict
        Loss of each of the newest rows, by choice; each of shape (n_newest,).
    model : QuickModel
        Of the choice, fitted without the newest rows.
    """

    stretch: Stretch
    losses: Mapping[Stretch, float]
    rows: Mapping[Stretch, Array]
    model: QuickModel


def places_of(stretch: Stretch, n_rows: int, seed: int) -> Places:
    """Which of the rows, from the oldest to the newest, a choice learns from; rising.

    >>> places_of("recent", 900, 0)[[0, -1]].tolist()
    [600, 899]
    """
    every = np.arange(n_rows)
    if stretch == "all":
        return every
    if stretch == "recent":
        return every[max(0, min(n_rows - FEWEST, round(n_rows * (1 - RECENT)))) :]
    age = (n_rows - 1 - every) / max(1.0, n_rows * RECENT)
    return every[np.random.default_rng(seed).random(n_rows) < 0.5**age]


def choose_stretch(
    table: pa.Table,
    target: Array,
    n_newest: int,
    question: Question,
    chosen: Mapping[str, float] | None = None,
) -> Chosen:
    """The choice that did best on the newest rows; all rows, unless another is better with some certainty.

    Parameters
    ----------
    table : pyarrow.Table
        Rows from the oldest to the newest.
    target : array, shape (n_rows,)
    n_newest : int
        The last rows, which judge.
    question : Question
    chosen : mapping, optional
        See `fit_quick`.
    """
    n_old = len(target) - n_newest
    newest, truth = table.slice(n_old), target[n_old:]
    models, rows = {}, {}
    for stretch in STRETCHES:
        places = places_of(stretch, n_old, question.seed)
        if stretch != "all" and not _suffices(target[places], target):
            continue
        models[stretch] = fit_quick(table.take(pa.array(places)), target[places], question, chosen)
        rows[stretch] = question.losses(truth, models[stretch].scores(newest))
    losses = {stretch: float(values.mean()) for stretch, values in rows.items()}
    best = min(losses, key=lambda stretch: losses[stretch])
    if best != "all" and not _surely_better(rows["all"] - rows[best], SURE_OF_PART):
        best = "all"
    return Chosen(best, losses, rows, models[best])


def _suffices(part: Array, whole: Array) -> bool:
    """Whether a part has rows enough, and every class of the whole."""
    classes = np.unique(whole)
    return len(part) >= FEWEST and (len(classes) > 50 or len(np.unique(part)) == len(classes))


def likely_worse(own: Array, theirs: Array, sure: float = SURE) -> bool:
    """Whether another model did worse than the own one on the same rows, with some certainty.

    Parameters
    ----------
    own, theirs : array, shape (n_rows,)
        Losses, from the oldest row to the newest.
    sure : float
        Of it, between 0.5 and 1.
    """
    return _surely_better(theirs - own, sure)


def surely_less(gain: Estimate, sure: float) -> bool:
    """Whether a gain is below zero with that certainty, as its interval tells.

    >>> gain = Estimate(value=-1.0, low=-3.0, high=1.0, level=0.95, method="")
    >>> surely_less(gain, 0.8), surely_less(gain, 0.9)
    (True, False)
    """
    reach = (gain.high - gain.value) * quantile_of(2 * sure - 1) / quantile_of(gain.level)
    return gain.value + reach < 0


def _surely_better(gains: Array, sure: float) -> bool:
    sampling = Sampling(len(gains), order=np.arange(len(gains)), block=block_length(gains))
    return difference_estimate(gains, Draws(sampling, 0, 400), 2 * sure - 1).low > 0
