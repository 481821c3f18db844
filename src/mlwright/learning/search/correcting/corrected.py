"""What the packed model is worth on new rows, as far as the held-out training rows can tell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.footing import footing_of
from mlwright.learning.owed import moved
from mlwright.learning.search.choosing.choice import Choice
from mlwright.learning.search.correcting.correction import Correction
from mlwright.learning.search.judge import Array, Judge
from mlwright.learning.search.standing import Standing
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.records.trials import Corrected
from mlwright.statistics.sampling import Draws, Sampling, block_length


def corrected(
    metric: str, standing: Standing, choice: Choice, by: Correction, times: NDArray[np.int64] | None = None
) -> Corrected | None:
    """The metric of the packed model on new rows and its gain over the dummy, with intervals of 95 %.

    What is estimated is the expected figure of this very model on rows of the same source that nobody has seen.

    Parameters
    ----------
    metric : str
        Member of the metric family.
    standing : Standing
    choice : Choice
    by : Correction
    times : array of int, shape (n_training_rows,), or None
        Rank of each row in time, where rows follow each other in time.

    Returns
    -------
    Corrected or None
        None where the held-out rows do not define the metric.
    """
    judge = choice.judge
    model = Scored(choice.prediction, judge.threshold_of(choice.prediction))
    draws = Draws(sampling_of(judge, choice.prediction, times), standing.bench.run.seed_for("corrected"))
    measure = yardstick(metric, judge.held.target, draws)
    figure = measure.estimate(model)
    if np.isnan(figure.value):
        return None
    known = standing.blend({standing.baseline(): 1.0}, choice.level)
    baseline = Scored(known, judge.threshold_of(known))
    worse = -by.total if measure.metric.greater_is_better else by.total
    return Corrected(
        model=moved(figure, worse, by.error, measure.metric, in_proportion=times is None),
        gain_over_baseline=moved(measure.gain(model, baseline), -by.total, by.error),
        flattery=by.choice,
        stopping=by.stopping,
        together=by.together,
        error=by.error,
        n_rows=len(judge.held),
        footing=footing_of(draws.sampling, n_folds=choice.level, in_time_order=times is not None),
        in_time_order=times is not None,
    )


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
