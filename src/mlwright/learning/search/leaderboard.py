"""Who came out where, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mlwright.data.words import told_size
from mlwright.learning.search.choosing.choice import Choice
from mlwright.learning.search.choosing.options import ENSEMBLE, Option, one_core, surely_worse
from mlwright.learning.search.correcting.correction import Correction
from mlwright.learning.search.judge import Array, Judge
from mlwright.learning.search.standing import Standing
from mlwright.records.trials import ANOTHER_FORM, LeaderboardRow, Trial

CHOSEN = "chosen"


def leaderboard(
    standing: Standing, choice: Choice, by: Correction, rng: np.random.Generator, measured: Sequence[Option] = ()
) -> tuple[LeaderboardRow, ...]:
    """All candidates, the chosen model and others that were measured, best first; who has no score comes last.

    Parameters
    ----------
    standing : Standing
    choice : Choice
    by : Correction
        Of the chosen model's score.
    rng : Generator
    measured : sequence of Option
        Models of which size and speed are known.
    """
    known = {option.name: option for option in measured}
    rows = [_candidate_row(standing, choice, name, rng) for name in {**standing.trials, **standing.fates}]
    rows = [_with_measures(row, known.get(row.name)) for row in rows]
    others = [option for option in measured if option.name not in standing.trials and option.name != choice.option.name]
    rows += [_with_measures(_variant_row(standing, choice, option, rng), option) for option in others]
    rows.append(_with_measures(_chosen_row(standing, choice, by, rng), known.get(choice.option.name)))
    rows = _told_apart(rows, standing, choice, others)
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
        fate=_fate(standing, name, trials, choice),
    )


def _chosen_row(standing: Standing, choice: Choice, by: Correction, rng: np.random.Generator) -> LeaderboardRow:
    score, error = _score(choice.judge, choice.prediction, rng)
    worse = -by.total if standing.bench.metric.greater_is_better else by.total
    return _row_of(standing, choice.option, choice.level).model_copy(
        update={
            "name": choice.option.name if choice.option.is_ensemble else CHOSEN,
            "score": None if score is None else score + worse,
            "score_error": None if error is None else math.hypot(error, by.error),
            "weight": 1.0,
            "fate": f"chosen: {_in_words(choice.option)}",
            "chosen": True,
        }
    )


def _variant_row(standing: Standing, choice: Choice, option: Option, rng: np.random.Generator) -> LeaderboardRow:
    score, error = _score(choice.judge, standing.blend(option.weights, choice.level), rng)
    fate = f"{ANOTHER_FORM}: {_in_words(option)}"
    if option.name in choice.left_out:
        fate += f", over the limits: {_demands(option)}"
    return _row_of(standing, option, choice.level).model_copy(
        update={"score": score, "score_error": error, "fate": fate}
    )


def _row_of(standing: Standing, option: Option, level: int) -> LeaderboardRow:
    members = [standing.trials[name] for name in option.weights]
    return LeaderboardRow(
        name=option.name,
        family=ENSEMBLE if option.is_ensemble else standing.lineup.everybody[next(iter(option.weights))].family,
        score=None,
        n_folds=level,
        fit_s=round(sum(trial.seconds for trials in members for trial in trials), 3),
        predict_ms=round(1000 * sum(standing.bench.row_s(trials) for trials in members), 6),
    )


def _with_measures(row: LeaderboardRow, option: Option | None) -> LeaderboardRow:
    if option is None:
        return row
    return row.model_copy(update={"row_ms": option.row_ms, "size_bytes": option.size_bytes})


def _told_apart(
    rows: Sequence[LeaderboardRow], standing: Standing, choice: Choice, others: Sequence[Option]
) -> list[LeaderboardRow]:
    """The rows, with whether the data can tell them from the best of those that were scored on the same rows."""
    answers = {option.name: standing.blend(option.weights, choice.level) for option in others}
    for name, trials in standing.trials.items():
        if len(trials) >= choice.level:
            answers[name] = standing.bench.prediction(trials[: choice.level])
    answers[next(row.name for row in rows if row.chosen)] = choice.prediction
    best = min(range(len(answers)), key=lambda place: choice.judge.loss(list(answers.values())[place]))
    worse = dict(zip(answers, surely_worse(list(answers.values()), best, choice.judge), strict=True))
    return [
        row.model_copy(update={"tied": not worse[row.name]})
        if row.name in worse and row.n_folds == choice.level
        else row
        for row in rows
    ]


def _score(judge: Judge, prediction: Array, rng: np.random.Generator) -> tuple[float | None, float | None]:
    score = judge.score(prediction)
    return (None, None) if math.isnan(score) else (score, judge.error(prediction, rng))


def _fate(standing: Standing, name: str, trials: Sequence[Trial], choice: Choice) -> str:
    if name in choice.weights:
        return "in the ensemble" if len(choice.weights) > 1 else "the chosen model is made of it"
    if name in standing.fates:
        return standing.fates[name]
    if name == standing.baseline():
        return "the answer without looking at the row"
    if len(trials) < standing.most_folds:
        return f"time was up after fold {len(trials)} of {standing.most_folds}"
    alone = [option for option in choice.measured if option.weights == {name: 1.0}]
    if alone and all(option.name in choice.left_out for option in alone):
        return f"over the limits, with one core too: {_demands(alone[-1])}"
    return "adds nothing to the ensemble" if name in standing.alive() else "the simple model to compare with"


def _demands(option: Option) -> str:
    """How large it is, and how long it takes."""
    return f"{told_size(option.size_bytes or 0)}, {option.row_ms or 0.0:.2g} ms for a record"


def _in_words(option: Option) -> str:
    parts = sorted(option.weights.items(), key=lambda item: -item[1])
    cores = " with one core each" if option.name == one_core(ENSEMBLE) else ""
    if option.name in (one_core(name) for name in option.weights):
        cores = " with one core"
    return " + ".join(f"{weight:.0%} {name}" for name, weight in parts) + cores
