"""What the figures of groups are called, and which there are."""

from __future__ import annotations

from mlwright.records.diagnosis import Groups

TITLES = {
    "base_rate": "positive in truth",
    "selection_rate": "answered positive",
    "true_positive_rate": "found",
    "false_positive_rate": "false alarms",
    "accuracy": "right",
    "log_loss": "log loss",
    "mean_error": "prediction less truth",
    "mean_absolute_error": "distance from the truth",
    "worth": "worth per 1,000",
}
SHARES = frozenset({"base_rate", "selection_rate", "true_positive_rate", "false_positive_rate", "accuracy"})


def figures_of(groups: Groups) -> list[str]:
    """The names of the figures that any of the groups has."""
    return list(dict.fromkeys(name for group in groups.groups for name in group.figures))
