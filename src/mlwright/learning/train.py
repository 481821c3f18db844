"""Search for the best model that there is time for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from mlwright.core.ahead import Load, Need
from mlwright.core.run import Run
from mlwright.data.compute.table import open_snapshot, train_rows
from mlwright.learning.amounts import benefit_on, usual_amounts
from mlwright.learning.data import Said, TrainingData, load_training
from mlwright.learning.search.bench import Bench
from mlwright.learning.search.budget import choice_s
from mlwright.learning.search.choosing.choice import Choice, choose, members, on_its_own, out_of_fold
from mlwright.learning.search.choosing.deciding import Deciding, deciding
from mlwright.learning.search.choosing.importance import rank_inputs
from mlwright.learning.search.choosing.options import Wishes
from mlwright.learning.search.choosing.scale import Scale, first_record
from mlwright.learning.search.choosing.threshold import known_threshold
from mlwright.learning.search.correcting.corrected import corrected
from mlwright.learning.search.correcting.correction import correction
from mlwright.learning.search.course import Course
from mlwright.learning.search.diary import write_diary
from mlwright.learning.search.experience import trace_of
from mlwright.learning.search.leaderboard import leaderboard
from mlwright.learning.search.setup import metric_name, set_up
from mlwright.learning.search.standing import Standing
from mlwright.records.data import Snapshot
from mlwright.records.findings import Findings
from mlwright.records.model import Member
from mlwright.records.profile import Profile, Roles
from mlwright.records.settings import CleanSettings, DecideSettings, ProfileSettings, TrainSettings
from mlwright.records.split import Split
from mlwright.records.trials import Recipe, Training, Trial

FLOOR_S, CELL_S = 2.0, 2e-7
"""Of a quiet machine: for the stage, and for each cell that is encoded."""


def need(load: Load, run: Run) -> Need:
    """The dummy and the simple model are fitted whatever the time."""
    floor_s = FLOOR_S + CELL_S * load.n_rows * load.n_inputs
    return Need(floor_s, floor_s)


def train(
    snapshot: Snapshot,
    profile: Profile,
    split: Split,
    findings: Findings,
    settings: TrainSettings,
    decide: DecideSettings,
    clean: CleanSettings,
    told: ProfileSettings,
    run: Run,
) -> Training:
    """Fit candidates fold by fold, drop those that do not pay, and put the others together."""
    roles = profile.roles
    metric = metric_name(settings, roles)
    data = load_training(snapshot, profile, split, Said(clean, told.kinds), run)
    whole, positions = open_snapshot(snapshot, run), train_rows(split, run)
    benefit = benefit_on(whole, positions, data.rows.target, profile, decide)
    _warn(findings, run)
    course = set_up(data, roles, split, settings, run, known_threshold(metric, roles, benefit))
    with threadpool_limits(course.bench.n_threads):
        course.run()
        scale = Scale(course, data.plan, roles, first_record(snapshot, roles, split, run))
        choice = _chosen(course, scale, settings, run)
        decides = deciding(choice, roles, benefit, decide, usual_amounts(whole, positions, profile, decide))
        return _finished(_Searched(metric, data, course, scale, choice, decides), roles, split, run)


@dataclass(frozen=True)
class _Searched:
    """A search that has ended, what was chosen of what it found, and how that decides."""

    metric: str
    data: TrainingData
    course: Course
    scale: Scale
    choice: Choice
    decides: Deciding


def _chosen(course: Course, scale: Scale, settings: TrainSettings, run: Run) -> Choice:
    """What is chosen of all that was tried; what paid is remembered for later searches."""
    wishes = Wishes(scale.measured, settings.prefer, settings.max_latency, settings.max_size)
    choice = choose(course.standing, course.budget, np.random.default_rng(run.seed_for("calibration")), wishes)
    if settings.experience and (trouble := write_diary(trace_of(course.bench.facts, course.standing, choice))):
        run.note(f"What paid is not remembered: {trouble}.")
    return choice


def _finished(searched: _Searched, roles: Roles, split: Split, run: Run) -> Training:
    """The chosen model, fitted once more where one fit is better than those on the folds, and what is known of it."""
    data, course, scale, choice = searched.data, searched.course, searched.scale, searched.choice
    standing = course.standing
    importance = rank_inputs(standing, choice, data, course.budget)
    refitted = scale.refitted((*choice.weights, standing.simple(), standing.baseline()))
    chosen = scale.spec(members(choice.option, standing, refitted))
    several = [name for name in choice.weights if name not in refitted]
    by = correction(standing, choice, several, course.budget.timer(choice_s(run.clock.budget_s)))
    board = leaderboard(
        standing, choice, by, np.random.default_rng(run.seed_for("errors")), choice.measured or scale.forms(choice)
    )
    return Training(
        metric=searched.metric,
        greater_is_better=course.bench.metric.greater_is_better,
        leaderboard=board,
        n_folds=len(course.bench.folds),
        model=chosen.model_copy(update={"calibrator": choice.calibrator, **searched.decides.parts}),
        simple=scale.spec((on_its_own(standing, standing.simple(), refitted),)),
        baseline=scale.spec((on_its_own(standing, standing.baseline(), refitted),)),
        out_of_fold=run.put(out_of_fold(choice, len(data.rows)).tobytes()),
        **({} if split.n_test else _others_out_of_fold(standing, choice, len(data.rows), run)),
        corrected=corrected(searched.metric, standing, choice, by, _times(data, roles, split)),
        threshold_reason=searched.decides.reason,
        budget_s=run.clock.budget_s,
        used_s=round(run.clock.elapsed_s, 3),
        answer_s=data.row_s + sum(_asked_s(member, standing) for member in chosen.members),
        row_s=data.row_s,
        stopped=course.stopped,
        lately=course.lately,
        feature_names=data.names.all,
        importance=importance,
        recipes=tuple(_recipe(standing.trials[member.candidate], course.bench) for member in chosen.members),
    )


def _asked_s(member: Member, standing: Standing) -> float:
    """Seconds in which all cores of a member answer one row of many."""
    return len(member.cores) * standing.bench.row_s(standing.trials[member.candidate])


def _recipe(trials: Sequence[Trial], bench: Bench) -> Recipe:
    return Recipe(
        candidate=trials[0].candidate,
        chosen=tuple(trial.chosen for trial in trials),
        fit_s=fmean(trial.seconds for trial in trials),
        n_rows=max(len(bench.folds[trial.fold][0]) for trial in trials),
    )


def _others_out_of_fold(standing: Standing, choice: Choice, n_rows: int, run: Run) -> dict[str, str]:
    names = {"simple_out_of_fold": standing.simple(), "baseline_out_of_fold": standing.baseline()}
    said = {key: standing.blend({name: 1.0}, choice.level) for key, name in names.items()}
    return {key: run.put(out_of_fold(choice, n_rows, answers).tobytes()) for key, answers in said.items()}


def _warn(findings: Findings, run: Run) -> None:
    """Whoever follows the run should know at once that the model may turn out worthless."""
    for finding in findings.findings:
        if finding.severity == "critical":
            run.note(f"Trained in spite of a critical finding ({finding.check}): {finding.sentence}")


def _times(data: TrainingData, roles: Roles, split: Split) -> NDArray[np.int64] | None:
    """The rank of each training row in time, where rows follow each other in time."""
    follows = split.method == "by_time" or (roles.time is not None and roles.group is None)
    return data.keys.times if follows else None
