"""Who came out where, and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from mlwright.learning.search.choice import Choice
from mlwright.learning.search.course import Course
from mlwright.learning.search.judge import Array, Judge
from mlwright.records.trials import LeaderboardRow, Trial

ENSEMBLE = "ensemble"


def leaderboard(course: Course, choice: Choice, rng: np.random.Generator) -> tuple[LeaderboardRow, ...]:
    """All candidates and the ensemble, best first; who has no score comes last."""
    rows = [_candidate_row(course, choice, name, rng) for name in {**course.trials, **course.fates}]
    rows.append(_ensemble_row(course, choice, rng))
    sign = -1.0 if course.bench.metric.greater_is_better else 1.0
    return tuple(sorted(rows, key=lambda row: math.inf if row.score is None else sign * row.score))


def _candidate_row(course: Course, choice: Choice, name: str, rng: np.random.Generator) -> LeaderboardRow:
    bench, trials = course.bench, course.trials.get(name, [])
    score, error = None, None
    if trials:
        score, error = _score(bench.judge([trial.fold for trial in trials]), bench.prediction(trials), rng)
    return LeaderboardRow(
        name=name,
        family=course.lineup.everybody[name].family,
        score=score,
        score_error=error,
        n_folds=len(trials),
        fit_s=round(sum(trial.seconds for trial in trials), 3),
        predict_ms=round(1000 * bench.row_s(trials), 6) if trials else None,
        weight=choice.weights.get(name, 0.0),
        fate=_fate(course, name, trials, choice.weights),
    )


def _ensemble_row(course: Course, choice: Choice, rng: np.random.Generator) -> LeaderboardRow:
    members = [course.trials[name] for name in choice.weights]
    score, error = _score(choice.judge, choice.prediction, rng)
    return LeaderboardRow(
        name=ENSEMBLE,
        family=ENSEMBLE,
        score=score,
        score_error=error,
        n_folds=choice.level,
        fit_s=round(sum(trial.seconds for trials in members for trial in trials), 3),
        predict_ms=round(1000 * sum(course.bench.row_s(trials) for trials in members), 6),
        weight=1.0,
        fate=f"chosen: {_in_words(choice.weights)}",
    )


def _score(judge: Judge, prediction: Array, rng: np.random.Generator) -> tuple[float | None, float | None]:
    score = judge.score(prediction)
    return (None, None) if math.isnan(score) else (score, judge.error(prediction, rng))


def _fate(course: Course, name: str, trials: Sequence[Trial], weights: Mapping[str, float]) -> str:
    if name in weights:
        return "in the ensemble"
    if name in course.fates:
        return course.fates[name]
    if name == course.baseline():
        return "the answer without looking at the row"
    if len(trials) < len(course.bench.folds):
        return f"time was up after fold {len(trials)} of {len(course.bench.folds)}"
    return "adds nothing to the ensemble" if name in course.alive() else "the simple model to compare with"


def _in_words(weights: Mapping[str, float]) -> str:
    parts = sorted(weights.items(), key=lambda item: -item[1])
    return " + ".join(f"{weight:.0%} {name}" for name, weight in parts)
