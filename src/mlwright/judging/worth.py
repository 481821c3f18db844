"""What the model's answers are worth, compared with the best that can be done without a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.data.words import figure, shortened
from mlwright.learning.benefit import Benefit, worth_per_case
from mlwright.learning.yardstick import Scored
from mlwright.records.decision import Worth
from mlwright.records.profile import Roles
from mlwright.statistics.means import difference_estimate, mean_estimates
from mlwright.statistics.sampling import Draws

Array = NDArray[np.float64]

PER_CASES = 1000.0
N_THRESHOLDS = 101


class Cases(NamedTuple):
    """Cases with their truth, and what the model says of them.

    Parameters
    ----------
    target : array, shape (n_rows,)
    model : Scored
    draws : Draws
    """

    target: Array
    model: Scored
    draws: Draws


def worth_of(cases: Cases, roles: Roles, training_target: Array, benefit: Benefit, level: float = 0.95) -> Worth:
    """What answers are worth per 1,000 cases.

    Without a model one can only answer all cases alike. There are few ways to do so; against the best of them the
    model is measured. Where two are about as good, the gain counts as sure only if it is sure against both.

    Parameters
    ----------
    cases : Cases
        Rows on which the model was not trained.
    roles : Roles
    training_target : array
        From which the usual answer is known.
    benefit : Benefit
    level : float
    """
    worth = _worth_per_1000(cases, cases.model, roles, benefit)
    gains = [
        (answer, _worth_per_1000(cases, answer.scored, roles, benefit))
        for answer in _without(cases, roles, training_target)
    ]
    estimates = [difference_estimate(worth - other, cases.draws, level) for _, other in gains]
    best = min(range(len(gains)), key=lambda place: estimates[place].value)
    model, today = (mean_estimates(rows[:, None], cases.draws, level)[0] for rows in (worth, gains[best][1]))
    thresholds, curve = _curve(cases, gains[best][1], benefit) if roles.task == "binary" else ((), ())
    return Worth(
        unit=benefit.unit,
        assumed=benefit.assumed,
        table=benefit.table,
        model=model,
        today=today,
        today_is=gains[best][0].told,
        gain=estimates[best].model_copy(update={"low": min(estimate.low for estimate in estimates)}),
        curve_threshold=thresholds,
        curve_gain=curve,
    )


class _Answer(NamedTuple):
    """One answer for all cases, and how it is told."""

    told: str
    scored: Scored


def _without(cases: Cases, roles: Roles, training_target: Array) -> Iterator[_Answer]:
    """What can be answered without looking at a case."""
    n = len(cases.target)
    if roles.task == "binary":
        for place, name in enumerate(roles.classes):
            yield _Answer(
                f"say '{roles.target} = {shortened(name)}' in every case", Scored(np.full((n, 1), float(place)), 0.5)
            )
    elif roles.task == "multiclass":
        place = int(np.bincount(training_target.astype(np.int64), minlength=len(roles.classes)).argmax())
        scored = Scored(np.tile(np.eye(len(roles.classes))[place], (n, 1)))
        yield _Answer(
            f"say '{roles.target} = {shortened(roles.classes[place])}', the most frequent, in every case", scored
        )
    else:
        for name, value in (("mean", training_target.mean()), ("median", np.median(training_target))):
            yield _Answer(f"say {figure(float(value))}, the {name}, in every case", Scored(np.full((n, 1), value)))


def _worth_per_1000(cases: Cases, scored: Scored, roles: Roles, benefit: Benefit) -> Array:
    rows = worth_per_case(roles.task, cases.target, scored.prediction, benefit.table, scored.threshold)
    return np.asarray(PER_CASES * rows)


def _curve(cases: Cases, today: Array, benefit: Benefit) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The gain from every threshold; for the picture alone, as the threshold was chosen on training rows."""
    thresholds = np.linspace(0.0, 1.0, N_THRESHOLDS)
    gains = [
        PER_CASES * worth_per_case("binary", cases.target, cases.model.prediction, benefit.table, threshold).mean()
        - today.mean()
        for threshold in thresholds
    ]
    return tuple(float(threshold) for threshold in thresholds), tuple(float(f"{gain:.6g}") for gain in gains)


def told_gain(worth: Worth) -> str:
    """The gain as a clause, with its interval.

    Money has the unit of the user's own table, which is not known. Errors are told for one case.
    """
    scale = 1.0 if worth.unit != "units of error" else 1.0 / PER_CASES
    value, low, high = (scale * part for part in (worth.gain.value, worth.gain.low, worth.gain.high))
    more, less = _WORDS[worth.unit]
    return (
        f"{(more if value >= 0 else less).format(_rounded(abs(value)))} (between {_rounded(low)} and {_rounded(high)})"
    )


_WORDS = {
    "money": ("per 1,000 cases the model is worth {} more", "per 1,000 cases the model is worth {} less"),
    "false alarms": (
        "per 1,000 cases the model saves what {} false alarms cost",
        "per 1,000 cases the model costs as much as {} more false alarms",
    ),
    "right answers": (
        "per 1,000 cases the model gives {} more right answers",
        "per 1,000 cases the model gives {} fewer right answers",
    ),
    "units of error": (
        "on average the model comes {} nearer to the truth",
        "on average the model is {} further from the truth",
    ),
}


def _rounded(value: float) -> str:
    """As many digits as an amount that is estimated deserves."""
    return f"{value:,.0f}" if abs(value) >= 100 else figure(float(f"{value:.3g}"))


def told_table(worth: Worth, roles: Roles) -> str:
    """What the stand-in for a benefit table assumes, and how to say better."""
    if roles.task == "regression":
        assumed, example = "every unit of error costs 1", "{per_unit_of_error = -2.5}"
    elif roles.task == "multiclass":
        assumed, example = "every right answer is worth 1 and a wrong one nothing", "{right = 10, wrong = -3}"
    else:
        ratio = figure(float(f"{-worth.table['false_negative']:.2g}"))
        assumed = f"a missed '{roles.target} = {shortened(roles.classes[-1])}' costs as much as {ratio} false alarms"
        example = "{true_positive = 100, false_positive = -5}"
    return (
        f"What an answer is worth was not told, so that it is assumed that {assumed}. "
        f"Say it in mlwright.toml, for example: [decide] benefit = {example}"
    )
