"""Judge the model on rows it has never seen: the one place that reads the target of the test rows.

Where no row was set aside, each training row is answered by the cores that have not learned from it, and what differs
on new rows is made up for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from threadpoolctl import threadpool_limits

from mlwright.core.ahead import Load, Need
from mlwright.core.run import Run
from mlwright.data.compute.table import open_snapshot
from mlwright.learning.amounts import decisive_on
from mlwright.learning.coverage import FEWEST_LEARNED, MOST_LEARNED, Learned, learn_uncertainty, measured, rows_in
from mlwright.learning.curves import class_curves, number_curves
from mlwright.learning.footing import footing_of
from mlwright.learning.load import load_after, open_model
from mlwright.learning.metrics import Metric
from mlwright.learning.owed import moved, owed
from mlwright.learning.segments import excess_loss, weak_segments
from mlwright.learning.tasks import TASKS
from mlwright.learning.tenths import tenths
from mlwright.learning.unseen import Unseen, keep_scores, kept_scores, open_unseen
from mlwright.learning.yardstick import Scored, threshold_of_dummy, yardstick
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import (
    CalibrationBin,
    Confusion,
    Curve,
    Estimate,
    Evaluation,
    Footing,
    MetricResult,
    Segment,
    Tenth,
)
from mlwright.records.model import ModelSpec
from mlwright.records.profile import Profile
from mlwright.records.settings import EvaluateSettings
from mlwright.records.split import Split
from mlwright.records.trials import Corrected, Training
from mlwright.scoring.model import scores_of
from mlwright.statistics.calibration import calibration_bins, calibration_error
from mlwright.statistics.sampling import Draws

Array = NDArray[np.float64]

SHARE_THAT_MATTERS = 0.1
"""By how much of the mean loss a part of the rows must be worse to be told."""
FIXED_S, INPUT_S, JUDGE_ROW_S, JUDGE_OUTPUT_S = 0.25, 4e-4, 1.2e-4, 1.5e-5
"""Of a quiet machine: for the stage, for an input, for a test row, and for each number that is answered for it."""
MOST_RANKED, FURTHER_OUTPUT_S = 50, 5e-6
"""The average precision ranks each class anew in every sample, so it is told of so many classes at most unless it is
what was optimised: with 355 classes and 1,200 rows it took 4.4 of 6.2 seconds. A class beyond takes less."""
MOST_SEARCHED = 50_000
"""Test rows that are searched for weak segments; the size of a segment is told for all."""


class _Sitting(NamedTuple):
    """What is on the table: the rows, their truth, and what the model, the simple one and the dummy said."""

    unseen: Unseen
    target: Array
    model: Scored
    simple: Scored
    baseline: Scored
    draws: Draws
    level: float
    corrected: Corrected | None
    """Of held-out training rows, where there is no test."""


def need(load: Load, run: Run) -> Need:
    """All test rows are answered once; figures, intervals and weak segments take time for each row too.

    How far answers are off is learned from some training rows at least, which are read once more.
    """
    n_ranked = min(load.n_outputs, MOST_RANKED)
    outputs_s = n_ranked * JUDGE_OUTPUT_S + (load.n_outputs - n_ranked) * FURTHER_OUTPUT_S
    judged_s = load.n_test * (load.answer_s + load.row_s + JUDGE_ROW_S + outputs_s)
    fixed_s, n_train = FIXED_S + load.open_s + INPUT_S * load.n_inputs + judged_s, load.n_rows - load.n_test
    return Need(fixed_s + min(n_train, FEWEST_LEARNED) * load.row_s, fixed_s + min(n_train, MOST_LEARNED) * load.row_s)


def evaluate(
    snapshot: Snapshot, profile: Profile, split: Split, training: Training, settings: EvaluateSettings, run: Run
) -> Evaluation:
    """Score the test rows once and put figures with intervals on the answers."""
    load = load_after(training, profile.roles, split, run)
    most_rows = rows_in(run.ahead.extra_s(load), training.row_s)
    unseen = open_unseen(snapshot, profile, split, run)
    if not split.n_test:
        said = kept_scores(training.out_of_fold, len(unseen), run)
        unseen = unseen.take(np.flatnonzero(np.isfinite(said).all(axis=1)))
    target = _open_target(snapshot, unseen, run)
    # Small matrices: a second thread would only wait for the first.
    with threadpool_limits(limits=1, user_api="blas"):
        sitting = _sitting(snapshot, unseen, target, training, settings, run)
        found = learn_uncertainty(snapshot, profile, split, training, run, most_rows)
        told = Learned(found)
        if split.n_test:
            told = measured(found, training.model, unseen, target, sitting.model.prediction, sitting.draws, run)
        return _evaluation(sitting, training, run).model_copy(update=told._asdict())


def _sitting(
    snapshot: Snapshot, unseen: Unseen, target: Array, training: Training, settings: EvaluateSettings, run: Run
) -> _Sitting:
    """Let every model say what it says."""
    decides = decisive_on(training.model, open_snapshot(snapshot, run), unseen.positions)
    if unseen.split.n_test:
        model, simple, baseline = _scores((training.model, training.simple, training.baseline), unseen, run)
    else:
        blobs = (training.out_of_fold, training.simple_out_of_fold, training.baseline_out_of_fold)
        model, simple, baseline = (_known(kept_scores(blob, unseen.split.n_train, run)) for blob in blobs)
    sampling = unseen.sampling(TASKS.get(unseen.profile.roles.task)().row_loss(target, model), target)
    return _Sitting(
        unseen=unseen,
        target=target,
        model=Scored(model, decides),
        simple=Scored(simple, decides),
        baseline=Scored(baseline, threshold_of_dummy(training.metric, baseline)),
        draws=Draws(sampling, run.seed_for("evaluate", "draws")),
        level=settings.level,
        corrected=None if unseen.split.n_test else training.corrected,
    )


def _known(said: Array) -> Array:
    found: Array = said[np.isfinite(said).all(axis=1)]
    return found


def _evaluation(sitting: _Sitting, training: Training, run: Run) -> Evaluation:
    metrics = _metrics(sitting, training.metric, run)
    bins, error = _calibration(sitting, run.seed_for("evaluate", "calibration"))
    return Evaluation(
        n_rows=len(sitting.unseen),
        metrics=metrics,
        confusion=_confusion(sitting),
        calibration=bins,
        calibration_error=error,
        curves=_curves(sitting),
        tenths=_tenths(sitting),
        segments=_segments(sitting, run),
        predictions=keep_scores(sitting.model.prediction, run),
        simple_predictions=keep_scores(sitting.simple.prediction, run),
        baseline_predictions=keep_scores(sitting.baseline.prediction, run),
        truth=run.put(sitting.target.tobytes()),
        overfit=_overfit(metrics[0], training, sitting.level, has_test=sitting.unseen.split.n_test > 0),
        positions="" if sitting.unseen.split.n_test else run.put(sitting.unseen.positions.tobytes()),
        rests_on="test rows" if sitting.unseen.split.n_test else "held-out training rows",
        footing=_footing(sitting, training),
    )


def _footing(sitting: _Sitting, training: Training) -> Footing:
    has_test = sitting.unseen.split.n_test > 0
    return footing_of(
        sitting.draws.sampling,
        by=sitting.unseen.profile.roles.group,
        n_folds=0 if has_test else training.chosen.n_folds,
        in_time_order=sitting.corrected is not None and sitting.corrected.in_time_order,
    )


def _open_target(snapshot: Snapshot, unseen: Unseen, run: Run) -> Array:
    roles = unseen.profile.roles
    values = open_snapshot(snapshot, run).arrow([roles.target], unseen.positions)[roles.target]
    return TASKS.get(roles.task)().target(values, roles.classes, unseen.profile.target.missing_codes)


def _scores(specs: Sequence[ModelSpec], unseen: Unseen, run: Run) -> list[Array]:
    """What models say, in the precision in which it is kept."""
    said = scores_of([open_model(spec, run) for spec in specs], unseen.table)
    return [scores.astype(np.float32).astype(np.float64) for scores in said]


def _metrics(sitting: _Sitting, first: str, run: Run) -> tuple[MetricResult, ...]:
    """The metrics that these rows define, the one that was optimised first."""
    roles = sitting.unseen.profile.roles
    usual = TASKS.get(roles.task).metrics
    if len(roles.classes) > MOST_RANKED:
        usual = tuple(name for name in usual if name != "average_precision")
    ordered = TASKS.get(roles.task).ordered_metrics if roles.are_ordered else ()
    names = dict.fromkeys([first, *usual, *ordered])
    found = []
    for name in names:
        run.clock.check()
        result = _metric(name, sitting)
        if not math.isnan(result.model.value):
            found.append(result)
    return tuple(found)


def _metric(name: str, sitting: _Sitting) -> MetricResult:
    measure = yardstick(name, sitting.target, sitting.draws, sitting.level)
    result = MetricResult(
        name=name,
        title=measure.metric.title,
        greater_is_better=measure.metric.greater_is_better,
        model=measure.estimate(sitting.model),
        simple=measure.estimate(sitting.simple),
        baseline=measure.estimate(sitting.baseline),
        gain_over_baseline=measure.gain(sitting.model, sitting.baseline),
        gain_over_simple=measure.gain(sitting.model, sitting.simple),
    )
    return result if sitting.corrected is None else _as_on_new_rows(result, sitting.corrected, measure.metric)


def _as_on_new_rows(result: MetricResult, corrected: Corrected, metric: Metric) -> MetricResult:
    """Figures of held-out rows as they are to be expected on new ones."""
    due, gain = owed(corrected), max(result.gain_over_baseline.value, 0.0)
    if math.isnan(result.gain_over_baseline.value):
        return result
    worse, error = due.share * gain, due.error * gain
    return result.model_copy(
        update={
            "model": moved(
                result.model,
                -worse if metric.greater_is_better else worse,
                error,
                metric,
                in_proportion=not corrected.in_time_order,
            ),
            "gain_over_baseline": moved(result.gain_over_baseline, -worse, error),
            "gain_over_simple": moved(result.gain_over_simple, -worse, error),
        }
    )


def _confusion(sitting: _Sitting) -> Confusion | None:
    classes = sitting.unseen.profile.roles.classes
    if not classes:
        return None
    n = len(classes)
    cells = sitting.target.astype(np.int64) * n + sitting.model.answers
    counts = np.bincount(cells, minlength=n * n).reshape(n, n)
    return Confusion(classes=classes, counts=tuple(tuple(int(count) for count in row) for row in counts))


def _calibration(sitting: _Sitting, seed: int) -> tuple[tuple[CalibrationBin, ...], Estimate | None]:
    """Of the positive class, or with several classes of the one that was answered."""
    if not sitting.unseen.profile.roles.classes:
        return (), None
    prediction = sitting.model.prediction
    if prediction.shape[1] == 1:
        said, happened = prediction[:, 0], sitting.target
    else:
        said, happened = prediction.max(axis=1), (prediction.argmax(axis=1) == sitting.target).astype(np.float64)
    sampling, level = sitting.draws.sampling, sitting.level
    error = calibration_error(said, happened, sampling, seed, level)
    return calibration_bins(said, happened, sitting.draws, level), error


def _curves(sitting: _Sitting) -> tuple[Curve, ...]:
    classes = sitting.unseen.profile.roles.classes
    if classes:
        return class_curves(sitting.target, sitting.model.prediction, classes)
    return number_curves(sitting.target, sitting.model.prediction)


def _tenths(sitting: _Sitting) -> tuple[Tenth, ...]:
    task, said = sitting.unseen.profile.roles.task, sitting.model.prediction[:, 0]
    if task == "multiclass":
        return ()
    return tenths(sitting.target, said, sitting.draws, sitting.level, is_share=task == "binary")


def _segments(sitting: _Sitting, run: Run) -> tuple[Segment, ...]:
    """Where log loss is beyond what probabilities promise, or numbers are further from the truth than elsewhere."""
    task, n_rows = sitting.unseen.profile.roles.task, len(sitting.unseen)
    prediction = sitting.model.prediction
    if task == "regression":
        usual = loss = np.abs(prediction[:, 0] - sitting.target)
    else:
        usual = TASKS.get(task)().row_loss(sitting.target, prediction)
        loss = excess_loss(usual, prediction)
    rng = np.random.default_rng(run.seed_for("evaluate", "segment rows"))
    some = np.sort(rng.permutation(n_rows)[:MOST_SEARCHED])
    found = weak_segments(
        sitting.unseen.take(some).rows,
        loss[some],
        sitting.draws.sampling.take(some),
        run.seed_for("evaluate", "segments"),
        matters=SHARE_THAT_MATTERS * float(usual.mean()),
        level=sitting.level,
    )
    whole = n_rows / len(some)
    return tuple(segment.model_copy(update={"n_rows": round(whole * segment.n_rows)}) for segment in found)


def _overfit(result: MetricResult, training: Training, level: float, *, has_test: bool) -> Estimate | None:
    """How much better the chosen model looked on held-out training rows, where it was chosen, than here."""
    best = training.chosen
    if result.name != training.metric or best.score is None or best.score_error is None or not has_test:
        return None
    sign = 1.0 if training.greater_is_better else -1.0
    here = result.model
    value = sign * (best.score - here.value)
    reach = float(norm.ppf(0.5 + level / 2)) * best.score_error
    above, below = (
        (here.high - here.value, here.value - here.low) if sign > 0 else (here.value - here.low, here.high - here.value)
    )
    return Estimate(
        value=value,
        low=value - math.hypot(reach, above),
        high=value + math.hypot(reach, below),
        level=level,
        method="difference of independent rows",
    )
