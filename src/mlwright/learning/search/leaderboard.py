"""Who came out where, and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from mlwright.learning.search.choice import Choice
from mlwright.learning.search.judge import Array, Judge
from mlwright.learning.search.standing import Standing
from mlwright.records.trials import LeaderboardRow, Trial

ENSEMBLE = "ensemble"


def leaderboard(standing: Standing, choice: Choice, rng: np.random.Generator) -> tuple[LeaderboardRow, ...]:
    """All candidates and the ensemble, best first; who has no score comes last."""
    rows = [_candidate_row(standing, choice, name, rng) for name in {**standing.trials, **standing.fates}]
    rows.append(_ensemble_row(standing, choice, rng))
    sign = -1.0 if standing.bench.metric.greater_is_better else 1.0
    return tuple(sorted(rows, key=lambda row: math.inf if row.score is None else sign * row.score))


def _candidate_row(standing: Standing, choice: Choice, name: str, rng: np.random.Generator) -> LeaderboardRow:
    bench, trials = standing.bench, standing.trials.get(name, [])
    score, error = None, None
    if trials:
        score, error = _score(bench.judge([trial.fold for trial in trials]), bench.prediction(trials), rng)
    return LeaderboardRow(
        name=name,
        family=standing.lineup.everybody[name].family,
        score=score,
        score_error=error,
        n_folds=len(trials),
        fit_s=round(sum(trial.seconds for trial in trials), 3),
        predict_ms=round(1000 * bench.row_s(trials), 6) if trials else None,
        weight=choice.weights.get(name, 0.0),
        fate=_fate(standing, name, trials, choice.weights),
    )


def _ensemble_row(standing: Standing, choice: Choice, rng: np.random.Generator) -> LeaderboardRow:
    members = [standing.trials[name] for name in choice.weights]
    score, error = _score(choice.judge, choice.prediction, rng)
    worse = -choice.flattery if standing.bench.metric.greater_is_better else choice.flattery
    return LeaderboardRow(
        name=ENSEMBLE,
        family=ENSEMBLE,
        score=None if score is None else score + worse,
        score_error=error,
        n_folds=choice.level,
        fit_s=round(sum(trial.seconds for trials in members for trial in trials), 3),
        predict_ms=round(1000 * sum(standing.bench.row_s(trials) for trials in members), 6),
        weight=1.0,
        fate=f"chosen: {_in_words(choice.weights)}",
    )


def _score(judge: Judge, prediction: Array, rng: np.random.Generator) -> tuple[float | None, float | None]:
    score = judge.score(prediction)
    return (None, None) if math.isnan(score) else (score, judge.error(prediction, rng))


def _fate(standing: Standing, name: str, trials: Sequence[Trial], weights: Mapping[str, float]) -> str:
    if name in weights:
        return "in the ensemble"
    if name in standing.fates:
        return standing.fates[name]
    if name == standing.baseline():
        return "the answer without looking at the row"
    if len(trials) < len(standing.bench.folds):
        return f"time was up after fold {len(trials)} of {len(standing.bench.folds)}"
    return "adds nothing to the ensemble" if name in standing.alive() else "the simple model to compare with"


def _in_words(weights: Mapping[str, float]) -> str:
    parts = sorted(weights.items(), key=lambda item: -item[1])
    return " + ".join(f"{weight:.0%} {name}" for name, weight in parts)
