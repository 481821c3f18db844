"""The last fit: the chosen model learns from all rows, those of the test among them.

The test rows have done their work once they were scored. What is packed has learned from them too, with one core for
each member in place of one for each fold; the figures of the report stay those of the model that had not seen them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from mlwright.core.errors import MemoryShort, RunCancelled
from mlwright.core.run import Run
from mlwright.learning.data import TrainingData, load_with_test
from mlwright.learning.models import MODELS, Facts, FitContext
from mlwright.learning.search.budget import finish_s, makespan, time_is_up_after
from mlwright.learning.search.judge import mean_and_error
from mlwright.learning.search.setup import ROWS_FOR_THREADED_FITS, answer_bounds, facts_of
from mlwright.learning.tasks import TASKS
from mlwright.learning.unseen import kept_scores, kept_target, open_unseen
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import Evaluation
from mlwright.records.finished import Finished
from mlwright.records.model import CoreRef, Member, ModelSpec
from mlwright.records.profile import Profile
from mlwright.records.settings import TrainSettings
from mlwright.records.split import Split
from mlwright.records.trials import Recipe, Refit, Training
from mlwright.scoring.model import Model

SURELY = 2.0


def finish(
    snapshot: Snapshot,
    profile: Profile,
    split: Split,
    training: Training,
    evaluation: Evaluation,
    settings: TrainSettings,
    run: Run,
) -> Finished:
    """Fit the members of the chosen model once more, on all rows, as far as there is time."""

    def as_it_is(why: str) -> Finished:
        sentence = f"The model stays as it was tested: {why}."
        return Finished(model=training.model, n_rows=split.n_train, sentence=sentence)

    if not settings.refit:
        return as_it_is("train.refit is off")
    if not split.n_test:
        return as_it_is("it has learned from all rows")
    wanted = [recipe for recipe in training.recipes if recipe.candidate.most_rows is None]
    n_rows = split.n_train + split.n_test
    wanted = _in_time(wanted, n_rows, run)
    if not wanted:
        return as_it_is("there is no time to fit it once more on all rows")
    try:
        data = load_with_test(snapshot, profile, split, training.model.plan, run)
    except MemoryShort:
        return as_it_is("there is no memory to fit it once more on all rows")
    cores = _fit_all(wanted, data, facts_of(data, profile.roles, settings, 0.0), run)
    model = _with_cores(training.model, cores, data)
    if not cores or _is_worse(model, snapshot, profile, split, evaluation, run):
        return as_it_is("to fit it once more made it no better")
    everybody = len(cores) == len(training.model.members)
    told = (
        "The model"
        if everybody
        else f"{' and '.join(sorted(cores))}, which {'are' if len(cores) > 1 else 'is'} a part of the model,"
    )
    verb = "were" if len(cores) > 1 and not everybody else "was"
    return Finished(
        model=model,
        n_rows=n_rows if everybody else split.n_train,
        again=tuple(sorted(cores)),
        sentence=f"{told} {verb} fitted once more, on all {n_rows:,} rows.",
    )


def _in_time(recipes: Sequence[Recipe], n_rows: int, run: Run) -> list[Recipe]:
    """The recipes that there is time for, heaviest members first."""
    left_s = finish_s(run.clock)
    chosen: list[Recipe] = []
    costs: list[float] = []
    for recipe in recipes:
        cost_s = recipe.fit_s * n_rows / recipe.n_rows
        if makespan([*costs, cost_s], run.n_jobs) <= left_s:
            chosen.append(recipe)
            costs.append(cost_s)
    return chosen


def _fit_all(recipes: Sequence[Recipe], data: TrainingData, facts: Facts, run: Run) -> dict[str, CoreRef]:
    """One core on all rows for each member whose fit came to its end, by the members' names."""
    side_by_side = len(data.rows) < ROWS_FOR_THREADED_FITS
    n_workers, n_threads = (run.n_jobs, 1) if side_by_side else (1, run.n_jobs)
    time_up = time_is_up_after(finish_s(run.clock), run.clock)

    def fit(recipe: Recipe) -> Refit:
        name, family = recipe.candidate.name, MODELS.get(recipe.candidate.family)()
        context = FitContext(facts, run.seed_for("finish", name), n_threads, time_up)
        try:
            fitted = family.refit(recipe.candidate, data.rows, recipe.chosen, context)
        except RunCancelled:
            raise
        except Exception as error:  # noqa: BLE001  what was tested is there
            run.note(f"{name} could not be fitted on all rows: {type(error).__name__}: {error}.")
            return Refit(candidate=name)
        if fitted is None or fitted.cut:
            return Refit(candidate=name)
        return Refit(candidate=name, core=CoreRef(form=fitted.core.form, blob=run.put(fitted.core.to_bytes())))

    with threadpool_limits(n_threads):
        done = run.each(
            recipes,
            fit,
            kind=Refit,
            key=lambda recipe: recipe.candidate.name,
            label=lambda recipe: f"{recipe.candidate.name}, all rows",
            n_jobs=n_workers,
        )
    return {each.candidate: each.core for each in done if each is not None and each.core is not None}


def _with_cores(model: ModelSpec, cores: dict[str, CoreRef], data: TrainingData) -> ModelSpec:
    members = tuple(
        Member(candidate=one.candidate, weight=one.weight, cores=(cores[one.candidate],))
        if one.candidate in cores
        else one
        for one in model.members
    )
    low, high = (None, None) if model.low is None else answer_bounds(data.rows.target)
    return model.model_copy(update={"members": members, "low": low, "high": high})


def _is_worse(
    model: ModelSpec, snapshot: Snapshot, profile: Profile, split: Split, evaluation: Evaluation, run: Run
) -> bool:
    """Whether the model, which has seen the test rows, answers them surely worse than the one that has not."""
    unseen, truth = open_unseen(snapshot, profile, split, run, evaluation), kept_target(evaluation.truth, run)
    before = kept_scores(evaluation.predictions, len(truth), run)
    row_loss = TASKS.get(profile.roles.task)().row_loss
    after = Model.load(model, run.get).scores(unseen.table)
    if not np.isfinite(after).all():
        return True
    gap, error = mean_and_error(row_loss(truth, after) - row_loss(truth, before))
    return gap > SURELY * error
