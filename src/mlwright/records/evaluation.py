"""How good the model is on rows it has never seen."""

from __future__ import annotations

from mlwright.core.record import Record


class Estimate(Record):
    """A figure with its interval.

    Parameters
    ----------
    value : float
    low, high : float
        The interval holds the truth in a share `level` of all cases.
    level : float
    method : str
        How the interval was made (``paired bootstrap``, ``Wilson``, ...).
    """

    value: float
    low: float
    high: float
    level: float = 0.95
    method: str


class MetricResult(Record):
    """One metric on the test rows, for the model, the simple model and the dummy.

    `gain_over_baseline` and `gain_over_simple` are differences in the direction of better: positive is better.
    """

    name: str
    title: str
    greater_is_better: bool
    model: Estimate
    simple: Estimate
    baseline: Estimate
    gain_over_baseline: Estimate
    gain_over_simple: Estimate


class CalibrationBin(Record):
    """Rows of like probability: what was said and what happened."""

    n_rows: int
    said: float
    happened: Estimate


class Confusion(Record):
    """Counts of truth (rows) against answer (columns), both in the order of `classes`."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class Curve(Record):
    """A line to draw: points and what the axes say."""

    name: str
    x_title: str
    y_title: str
    x: tuple[float, ...]
    y: tuple[float, ...]


class Segment(Record):
    """A part of the test rows on which the model does worse than on the rest.

    Loss is for classes the log loss beyond what the model's own probabilities promise (0: it is as sure as it should
    be), for numbers the distance from the truth in the target's own units.
    `p_value` is corrected for the number of segments that were looked at.
    """

    description: str
    n_rows: int
    loss: Estimate
    loss_elsewhere: float
    p_value: float


class Evaluation(Record):
    """The model on the test rows, which were opened here and once.

    Parameters
    ----------
    n_rows : int
    metrics : tuple of MetricResult
        The metric that was optimised first.
    confusion : Confusion or None
        At the chosen threshold, for classes.
    calibration : tuple of CalibrationBin
        Two classes: of the positive class; several: of the answered class. Empty for numbers.
    calibration_error : Estimate or None
        Mean distance between said and happened, over the bins.
    curves : tuple of Curve
        ROC, precision-recall; predicted against true for numbers.
    segments : tuple of Segment
        Weak parts, worst first.
    predictions : str
        Blob: the model's predictions for the test rows in the order of the snapshot, as in `Trial.predictions`.
    simple_predictions, baseline_predictions : str
        Likewise for the simple model and the dummy.
    truth : str
        Blob: the target of the test rows, float64, so that no later stage reads it from the data again.
    overfit : Estimate or None
        Out-of-fold metric less test metric, in the direction of better: positive means the search was optimistic.
    """

    n_rows: int
    metrics: tuple[MetricResult, ...]
    confusion: Confusion | None = None
    calibration: tuple[CalibrationBin, ...] = ()
    calibration_error: Estimate | None = None
    curves: tuple[Curve, ...] = ()
    segments: tuple[Segment, ...] = ()
    predictions: str
    simple_predictions: str
    baseline_predictions: str
    truth: str = ""
    overfit: Estimate | None = None
