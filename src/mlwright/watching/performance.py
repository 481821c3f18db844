"""The model on new rows whose true outcome is known, against what was promised."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
from scipy.stats import norm

from mlwright.learning.tasks import TASKS
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.records.bundle import Manifest
from mlwright.records.evaluation import Estimate, MetricResult
from mlwright.records.outcomes import Performance
from mlwright.statistics.sampling import Draws, Sampling

LEAST_ROWS = 30
LEAST_LABELS = 100


def performance(truth: pa.ChunkedArray, said: Scored, manifest: Manifest, seed: int) -> Performance | None:
    """The first metric of the evaluation on the rows that have the true outcome; None if there are too few.

    Parameters
    ----------
    truth : pyarrow.ChunkedArray
        The target column of the window.
    said : Scored
    manifest : Manifest
    seed : int
    """
    model, promised = manifest.model, manifest.evaluation.metrics[0]
    target = TASKS.get(model.task)().target(truth, model.classes, ())
    known = ~np.isnan(target)
    if known.sum() < LEAST_ROWS:
        return None
    draws = Draws(Sampling(int(known.sum())), seed)
    measure = yardstick(promised.name, target[known], draws, promised.model.level)
    found = measure.estimate(said.take(np.flatnonzero(known)))
    return None if math.isnan(found.value) else _compared(promised, found, int(known.sum()))


def labels_needed(manifest: Manifest) -> int:
    """How many true outcomes show whether half of the model's gain over the dummy is lost; at least 100.

    The interval of the test rows, narrowed by the root of their number until it is half the gain.
    """
    evaluation = manifest.evaluation
    first = evaluation.metrics[0]
    half_width = (first.model.high - first.model.low) / 2
    if not first.gain_over_baseline.value > 0 or not math.isfinite(half_width):
        return LEAST_LABELS
    return max(LEAST_LABELS, math.ceil(evaluation.n_rows * (2 * half_width / first.gain_over_baseline.value) ** 2))


def _compared(promised: MetricResult, found: Estimate, n_rows: int) -> Performance:
    loss = _loss(promised, found)
    gain = promised.gain_over_baseline.value if promised.gain_over_baseline.value > 0 else math.nan
    error = (loss.high - loss.low) / 2 / float(norm.ppf(0.5 + loss.level / 2))
    p_value = float(norm.sf(loss.value / error)) if error > 0 else float(loss.value <= 0)
    return Performance(
        metric=promised.name,
        title=promised.title,
        n_rows=n_rows,
        promised=promised.model,
        found=found,
        loss=loss,
        lost_share=loss.model_copy(update={end: getattr(loss, end) / gain for end in ("value", "low", "high")}),
        p_value=p_value,
        corrected=p_value,
    )


def _loss(promised: MetricResult, found: Estimate) -> Estimate:
    """How much worse; the intervals of independent rows add like the sides of a right-angled triangle."""
    better, worse = (promised.model, found) if promised.greater_is_better else (found, promised.model)
    value = better.value - worse.value
    return Estimate(
        value=value,
        low=value - math.hypot(better.value - better.low, worse.high - worse.value),
        high=value + math.hypot(better.high - better.value, worse.value - worse.low),
        level=found.level,
        method="difference of independent rows",
    )
