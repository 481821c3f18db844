"""The figure of a chosen model on held-out training rows, corrected for having been chosen, with its interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.search.choice import Choice
from mlwright.learning.search.judge import Array, Judge
from mlwright.learning.search.standing import Standing
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.records.evaluation import Estimate
from mlwright.records.trials import Corrected
from mlwright.statistics.sampling import Draws, Sampling, block_length


def corrected(
    metric: str, standing: Standing, choice: Choice, times: NDArray[np.int64] | None = None
) -> Corrected | None:
    """The metric of a chosen model and its gain over the dummy on held-out rows, with intervals of 95 %.

    Two things stay that are not corrected, and work against each other: the cores of a fold were told by its rows when
    to stop, and the model that is packed answers with the mean of several cores, of which a held-out row hears one.

    Parameters
    ----------
    metric : str
        Member of the metric family.
    standing : Standing
    choice : Choice
    times : array of int, shape (n_training_rows,), or None
        Rank of each row in time, where rows follow each other in time.

    Returns
    -------
    Corrected or None
        None where the held-out rows do not define the metric.
    """
    judge, model = choice.judge, Scored(choice.prediction)
    draws = Draws(sampling_of(judge, choice.prediction, times), standing.bench.run.seed_for("corrected"))
    measure = yardstick(metric, judge.held.target, draws)
    figure = measure.estimate(model)
    if np.isnan(figure.value):
        return None
    baseline = Scored(standing.blend({standing.baseline(): 1.0}, choice.level))
    worse = -choice.flattery if measure.metric.greater_is_better else choice.flattery
    return Corrected(
        model=_moved(figure, worse),
        gain_over_baseline=_moved(measure.gain(model, baseline), -choice.flattery),
        flattery=choice.flattery,
        n_rows=len(judge.held),
    )


def _moved(estimate: Estimate, by: float) -> Estimate:
    moved = {name: getattr(estimate, name) + by for name in ("value", "low", "high")}
    return estimate.model_copy(update=moved | {"method": f"{estimate.method}, corrected for the choice"})


def sampling_of(judge: Judge, answers: Array, times: NDArray[np.int64] | None = None) -> Sampling:
    """How the held-out rows were drawn: one by one, in groups, or in stretches of time.

    Parameters
    ----------
    judge : Judge
    answers : array
        Where neighbours in time lose alike, they count as one.
    times : array of int, shape (n_training_rows,), or None
        Rank of each row in time, where rows follow each other in time.
    """
    held = judge.held
    if times is None:
        return Sampling(len(held), groups=held.groups)
    order = np.argsort(times[held.rows], kind="stable")
    return Sampling(len(held), order=order, block=block_length(judge.row_loss(answers)[order]))
