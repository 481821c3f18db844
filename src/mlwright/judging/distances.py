"""Figures of a group and distances between groups, by the definitions of fairlearn (`fairlearn.metrics`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mlwright.judging.answered import Answered, Array, Mask
from mlwright.records.profile import Task

PER_CASES = 1000.0


class Measured(NamedTuple):
    """One figure of a group: the mean of row values over some of its rows.

    Parameters
    ----------
    title : str
        As it reads in a sentence.
    of : callable
        From the answers to row values, shape (n_rows,), and the rows that count, shape (n_rows,).
    is_share : bool
    """

    title: str
    of: Callable[[Answered], tuple[Array, Mask]]
    is_share: bool = True


def _all(rows: Answered) -> Mask:
    return np.ones(len(rows), dtype=bool)


CLASS_FIGURES = {
    "accuracy": Measured("right answers", lambda rows: ((~rows.wrong).astype(np.float64), _all(rows))),
    "log_loss": Measured("log loss", lambda rows: (rows.loss, _all(rows)), is_share=False),
}
FIGURES: dict[Task, dict[str, Measured]] = {
    "binary": {
        "base_rate": Measured("cases that are positive in truth", lambda rows: (rows.target, _all(rows))),
        "selection_rate": Measured(
            "cases that are answered positive", lambda rows: (rows.said.answers.astype(np.float64), _all(rows))
        ),
        "true_positive_rate": Measured(
            "positive cases that are found", lambda rows: (rows.said.answers.astype(np.float64), rows.target == 1)
        ),
        "false_positive_rate": Measured(
            "negative cases that are answered positive",
            lambda rows: (rows.said.answers.astype(np.float64), rows.target == 0),
        ),
        **CLASS_FIGURES,
    },
    "multiclass": CLASS_FIGURES,
    "regression": {
        "mean_error": Measured(
            "prediction less truth",
            lambda rows: (rows.said.prediction[:, 0] - rows.target, _all(rows)),
            is_share=False,
        ),
        "mean_absolute_error": Measured(
            "distance from the truth", lambda rows: (rows.loss, _all(rows)), is_share=False
        ),
    },
}
WORTH = Measured("worth per 1,000 cases", lambda rows: (PER_CASES * rows.worth, _all(rows)), is_share=False)


class Distance(NamedTuple):
    """A distance between groups.

    Parameters
    ----------
    figures : tuple of str
        Those of which the furthest apart counts.
    is_ratio : bool
    """

    figures: tuple[str, ...]
    is_ratio: bool = False


DISTANCES: dict[str, Distance] = {
    "demographic_parity_difference": Distance(("selection_rate",)),
    "demographic_parity_ratio": Distance(("selection_rate",), is_ratio=True),
    "equal_opportunity_difference": Distance(("true_positive_rate",)),
    "equal_opportunity_ratio": Distance(("true_positive_rate",), is_ratio=True),
    "equalized_odds_difference": Distance(("true_positive_rate", "false_positive_rate")),
    "equalized_odds_ratio": Distance(("true_positive_rate", "false_positive_rate"), is_ratio=True),
    "accuracy_difference": Distance(("accuracy",)),
    "log_loss_difference": Distance(("log_loss",)),
    "mean_error_difference": Distance(("mean_error",)),
    "mean_absolute_error_difference": Distance(("mean_absolute_error",)),
    "worth_difference": Distance(("worth",)),
}
"""By the names of fairlearn, where it has one."""


def distances_of(task: Task) -> tuple[str, ...]:
    """The distances that a task knows; that of the worth is there where the user gave amounts."""
    known = {*FIGURES[task], "worth"}
    return tuple(name for name, distance in DISTANCES.items() if set(distance.figures) <= known)
