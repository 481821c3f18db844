"""How good the model is on rows it has never seen."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record
from mlwright.records.uncertainty import Uncertainty


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


class Footing(Record):
    """How much evidence figures rest on: rows that hang together are one piece of it.

    Parameters
    ----------
    n_rows : int
    n_pieces : int
        What chance drew one by one: the rows; the groups that they belong to; or stretches of time, so many as they
        make that are long enough for their ends to know nothing of each other.
    piece : str
        What a piece is.
    by : str
        The column whose values tell groups apart, where it is known.
    n_folds : int
        That held the rows out, each its own; 0 where they were set aside for a test.
    in_time_order : bool
        Whether each of these folds is later than what its cores learned from.
    """

    n_rows: int
    n_pieces: int
    piece: Literal["row", "group", "stretch of time"] = "row"
    by: str = ""
    n_folds: int = 0
    in_time_order: bool = False


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


class Tenth(Record):
    """About a tenth of the test rows, in the order of what the model said of them.

    Parameters
    ----------
    n_rows : int
    least, most : float
        What was said of them: probabilities of the positive class, or numbers.
    said : float
        Its mean.
    happened : Estimate
        The share that is of the positive class, or the mean of the truth.
    found : float or None
        Two classes: the share of all positive rows that is in this tenth and in those before it.
    lift : float or None
        Two classes: how many times as many positive rows as in a tenth drawn by chance.
    """

    n_rows: int
    least: float
    most: float
    said: float
    happened: Estimate
    found: float | None = None
    lift: float | None = None


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


class Coverage(Record):
    """How often intervals or sets of one level have held the truth on the test rows.

    Parameters
    ----------
    level : float
        What was promised.
    held : Estimate
        The share of rows.
    size : float
        Numbers: the mean width of the intervals; classes: the mean number of classes in a set.
    worst : str
        The part of the rows where they held least, of those that are large enough to tell; empty if there is none.
    worst_held : Estimate or None
        On the half of these rows by which the part was not chosen.
    """

    level: float
    held: Estimate
    size: float
    worst: str = ""
    worst_held: Estimate | None = None


class Evaluation(Record):
    """The model on the test rows, which were opened here and once.

    Parameters
    ----------
    n_rows : int
    rests_on : str
        Where no row was set aside, the figures are those of training rows, each answered by cores that have not learned
        from it, corrected for what differs on new rows; "test rows" then means these.
    footing : Footing or None
        How many pieces of evidence these rows are; None in evaluations from before this was kept.
    positions : str
        Blob: where these rows stand in the snapshot, int64; empty for the test rows.
    metrics : tuple of MetricResult
        The metric that was optimised first.
    confusion : Confusion or None
        At the chosen threshold, for classes.
    calibration : tuple of CalibrationBin
        Two classes: of the positive class; several: of the answered class. Empty for numbers.
    calibration_error : Estimate or None
        Mean distance between said and happened, over the bins.
    curves : tuple of Curve
        ROC, precision-recall, gains; predicted against true for numbers.
    tenths : tuple of Tenth
        Two classes and numbers: the rows of which the most was said first; empty where there are too few.
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
    uncertainty : Uncertainty or None
        Learned from the out-of-fold answers, for the service; None where there are too few.
    coverage : tuple of Coverage
        What it is worth on the test rows, by level.
    unlike_share : float or None
        Share of the test rows that are unlike anything that the model has learned from.
    """

    n_rows: int
    rests_on: Literal["test rows", "held-out training rows"] = "test rows"
    footing: Footing | None = None
    positions: str = ""
    metrics: tuple[MetricResult, ...]
    confusion: Confusion | None = None
    calibration: tuple[CalibrationBin, ...] = ()
    calibration_error: Estimate | None = None
    curves: tuple[Curve, ...] = ()
    tenths: tuple[Tenth, ...] = ()
    segments: tuple[Segment, ...] = ()
    predictions: str
    simple_predictions: str
    baseline_predictions: str
    truth: str = ""
    overfit: Estimate | None = None
    uncertainty: Uncertainty | None = None
    coverage: tuple[Coverage, ...] = ()
    unlike_share: float | None = None
