"""What suites that fit models share: which family suits which lesson, one fit of it, and what scores must be."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.models import MODELS, FitContext, Fitted
from mlwright.learning.tasks import TASKS
from mlwright.records.model import Candidate
from mlwright.records.profile import Task
from mlwright.testing.demand import demand
from mlwright.testing.encoded_rows import N_CLASSES, Lesson

INSTALLED = MODELS.installed()


class Alarm:
    """Time that is up after so many questions, or never."""

    def __init__(self, after: int | None = None) -> None:
        self.after = after
        self.n_asked = 0
        self.rang_at: float | None = None

    def __call__(self) -> bool:
        """Whether time is up."""
        self.n_asked += 1
        is_up = self.after is not None and self.n_asked > self.after
        if is_up and self.rang_at is None:
            self.rang_at = time.process_time()
        return is_up


def fit(name: str, candidate: Candidate, lesson: Lesson, alarm: Alarm | None = None, seed: int = 5) -> Fitted:
    """Fit one candidate on a lesson."""
    context = FitContext(lesson.facts, seed=seed, n_threads=1, time_up=alarm or Alarm())
    return MODELS.get(name)().fit(candidate, lesson.train, lesson.valid, context)


def candidates_for(name: str, lesson: Lesson) -> list[Candidate]:
    """What the family would try; nothing where the lesson does not suit it."""
    return MODELS.get(name)().candidates(lesson.facts)


def suited(lesson_of: Callable[[Task], Lesson]) -> list[tuple[str, Task]]:
    """Every family with every task whose lesson suits it."""
    lessons = {task: lesson_of(task) for task in N_CLASSES}
    return [(name, task) for name in INSTALLED for task in N_CLASSES if candidates_for(name, lessons[task])]


def demand_scores(prediction: NDArray[np.float64], n_rows: int, lesson: Lesson) -> None:
    """Complain unless these are scores."""
    n_outputs = TASKS.get(lesson.facts.task)().n_outputs(tuple("abcdefgh"[: lesson.facts.n_classes]))
    demand(prediction.shape == (n_rows, n_outputs), f"shape {prediction.shape} instead of {(n_rows, n_outputs)}")
    demand(prediction.dtype == np.float64, f"scores are {prediction.dtype}")
    demand(bool(np.isfinite(prediction).all()), "a score is not finite")
    if lesson.facts.task != "regression":
        demand(bool((prediction >= 0).all() and (prediction <= 1).all()), "a probability leaves 0 to 1")
    if lesson.facts.task == "multiclass":
        demand(bool(np.allclose(prediction.sum(axis=1), 1.0, atol=1e-5)), "probabilities do not sum to 1")
