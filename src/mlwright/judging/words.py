"""Figures as they stand in sentences for people who do not know the field."""

from __future__ import annotations

from mlwright.data.words import figure, percent
from mlwright.records.decision import Outcome
from mlwright.records.evaluation import Estimate, MetricResult


def between(estimate: Estimate) -> str:
    """The interval, in words.

    >>> between(Estimate(value=0.2, low=0.1, high=0.3, method="Wilson"))
    'between 0.1 and 0.3'
    """
    return f"between {figure(estimate.low)} and {figure(estimate.high)}"


def inside(title: str) -> str:
    """A title as it reads inside of a sentence; a name in capitals keeps them.

    >>> inside("Log loss"), inside("F1"), inside("A column gives the target away")
    ('log loss', 'F1', 'a column gives the target away')
    """
    return title[0].lower() + title[1:] if title[1:2].islower() or title.startswith("A ") else title


def outcome_of_gain(gain: Estimate) -> Outcome:
    """``kept`` if it is surely above zero, ``broken`` if it is not even seen, else ``unclear``."""
    if gain.low > 0:
        return "kept"
    return "unclear" if gain.value > 0 else "broken"


def compared(metric: MetricResult, other: Estimate, gain: Estimate, whose: str) -> str:
    """How the model stands against another one by a metric, as a sentence.

    Parameters
    ----------
    metric : MetricResult
    other, gain : Estimate
        The other one's figure, and the paired gain over it.
    whose : str
        The other one, as it reads after "that of".
    """
    figures = f"{figure(metric.model.value)} against {figure(other.value)}"
    gloss = GLOSSES.get(metric.name)
    meaning = inside(metric.title) if gloss is None else f"{inside(metric.title)} ({gloss})"
    if metric.greater_is_better:
        direction = "higher" if gain.value > 0 else "lower"
    else:
        direction = "lower" if gain.value > 0 else "higher"
    by = f"{percent(abs(gain.value / other.value))} " if other.value > 0 and gain.value else ""
    return f"Its {meaning} is {by}{direction} than that of {whose}: {figures}. {_surety(gain)}"


def _surety(gain: Estimate) -> str:
    if gain.low > 0:
        return f"That is no chance: the gain lies {between(gain)}."
    if gain.high < 0:
        return f"That is no chance: the loss lies between {figure(-gain.high)} and {figure(-gain.low)}."
    return f"That may be chance: the gain lies {between(gain)}."


GLOSSES = {
    "log_loss": "which says how far off its probabilities are",
    "brier": "which says how far off its probabilities are, squared",
    "rmse": "a typical distance from the truth in which large ones count most",
    "mae": "the mean distance from the truth",
    "median_absolute_error": "the distance from the truth that half of the rows stay below",
    "rmsle": "about the share by which it misses the truth",
    "pinball": "the distance from the truth where one side costs more",
    "mape": "the mean distance from the truth as a share of it",
    "r2": "the share of the differences that it explains",
    "roc_auc": "which says how often it ranks a case of the class above another one",
    "average_precision": "which says how many of its calls are right, over all thresholds",
    "accuracy": "the share of right answers",
    "balanced_accuracy": "the share of right answers if every class counts the same",
    "f1": "the balance of finding cases and not crying wolf",
    "matthews": "how far its answers go with the truth, with 0 for chance",
    "recall_at_precision": "the share of the cases that it finds with so few false alarms",
    "precision": "the share of its calls that are right",
    "recall": "the share of the cases that it finds",
    "ranked_probability": "how far its probabilities lie from the class that came true, in the order of the classes",
    "mean_steps": "by how many classes its answer is off on average, in their order",
}
