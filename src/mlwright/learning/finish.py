"""The last fit: the chosen model learns from all rows, those of the test among them.

The test rows have done their work once they were scored. What is packed has learned from them too, with one core for
each member in place of one for each fold; the figures of the report stay those of the model that had not seen them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from mlwright.core.ahead import Load, Need
from mlwright.core.errors import MemoryShort, RunCancelled
from mlwright.core.run import Run
from mlwright.learning.data import TrainingData, load_with_test
from mlwright.learning.load import load_after, open_model
from mlwright.learning.models import MODELS, Facts, FitContext
from mlwright.learning.search.budget import GUESS_MARGIN, finish_s, makespan, time_is_up_after
from mlwright.learning.search.choosing.scale import first_record, keeps_limits
from mlwright.learning.search.folds import FEWEST_FOLDS, gains_by_more_rows
from mlwright.learning.search.judge import mean_and_error
from mlwright.learning.search.setup import answer_bounds, facts_of
from mlwright.learning.search.timeless import shown
from mlwright.learning.tasks import TASKS
from mlwright.learning.unseen import kept_scores, kept_target, open_unseen
from mlwright.learning.workers import workers
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import Evaluation
from mlwright.records.finished import Finished
from mlwright.records.model import CoreRef, ModelSpec
from mlwright.records.profile import Profile
from mlwright.records.settings import TrainSettings
from mlwright.records.split import Split
from mlwright.records.trials import Recipe, Refit, Training

N_CORES = 4
LIGHT_BYTES = 8_000_000
"""Cores above stay alone: with so many leaves another seed gains little, and all of them are walked for every row."""
ANOTHER_MARGIN = 1.1
"""How many times as long as a member's first fit on all rows another of its seeds may take."""
SURELY = 2.0
ROUNDS = "n_rounds"
PARTS = (1.0, 0.9, 0.8, 0.7, 0.6)
"""Of the rounds that the folds chose: from six tenths on, all rows are worth more than the rounds that are missing."""


def need(load: Load, run: Run) -> Need:
    """To ask about the rows of the test once, where models are fitted once more; the search keeps time for the fits."""
    asked_s = load.n_test * load.answer_s if gains_by_more_rows(load.n_rows - load.n_test, FEWEST_FOLDS) else 0.0
    return Need(asked_s, asked_s)


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
    if not gains_by_more_rows(split.n_train, training.n_folds) and run.clock.budget_s is not None:
        return as_it_is("with so many rows, more of them would gain little for the time that it takes")
    n_rows = split.n_train + split.n_test
    load = load_after(training, profile.roles, split, run)
    wanted = _fits(training, settings, run)
    if not _in_time(wanted, n_rows, finish_s(run, load), run):
        return as_it_is("there is no time to fit it once more on all rows")
    try:
        data = load_with_test(snapshot, profile, split, training.model.plan, run)
    except MemoryShort:
        return as_it_is("there is no memory to fit it once more on all rows")
    facts = facts_of(data, profile.roles, split, settings, 0.0)
    cores = _fit_all(wanted, data, facts, lambda: finish_s(run, load), run)
    model = _with_cores(training.model, cores, data)
    if cores and not keeps_limits(model, settings, first_record(snapshot, profile.roles, split, run), run):
        return as_it_is("fitted once more on all rows it would pass train.max_latency or train.max_size")
    if not cores or _is_worse(model, snapshot, profile, split, evaluation, run):
        return as_it_is("to fit it once more made it no better")
    everybody = len(cores) == len(training.model.members)
    told = (
        "The model was"
        if everybody
        else f"Of the model, {' and '.join(sorted(cores))} {'was' if len(cores) == 1 else 'were'}"
    )
    return Finished(
        model=model,
        n_rows=n_rows if everybody else split.n_train,
        again=tuple(sorted(cores)),
        sentence=f"{told} fitted once more, on all {n_rows:,} rows.",
    )


class _Fit(NamedTuple):
    """One of the fits of a member, which differ by their seeds; for want of time over a part of the rounds alone."""

    recipe: Recipe
    number: int
    part: float = 1.0

    @property
    def name(self) -> str:
        """The member."""
        return self.recipe.candidate.name

    @property
    def chosen(self) -> list[dict[str, float]]:
        """What the folds chose, with so many of the rounds."""
        return [
            {what: value * self.part if what == ROUNDS else value for what, value in each.items()}
            for each in self.recipe.chosen
        ]

    def shortened(self, part: float) -> _Fit | None:
        """The same with a part of the rounds, if it is the first of its member and goes by rounds."""
        goes_by_rounds = all(ROUNDS in each for each in self.recipe.chosen)
        return self._replace(part=part) if self.number == 0 and goes_by_rounds else None


def _fits(training: Training, settings: TrainSettings, run: Run) -> list[_Fit]:
    """What to fit, in the order of its worth; members that learned from a sample stay as they are.

    A model of one or two members gets four cores all the same, of several seeds, if nothing but accuracy counts; but
    none of a member whose cores are large.
    """
    recipes = training.recipes
    whole = [recipe for recipe in recipes if recipe.candidate.most_rows is None]
    limited = settings.prefer != "accuracy" or settings.max_latency is not None or settings.max_size is not None
    n_seeds = 1 if limited or not recipes else max(1, N_CORES // len(recipes))
    again = {
        member.candidate
        for member in training.model.members
        if max(run.path(core.blob).stat().st_size for core in member.cores) <= LIGHT_BYTES
    }
    return [
        _Fit(recipe, number)
        for number in range(n_seeds)
        for recipe in whole
        if number == 0 or (recipe.candidate.name in again and not MODELS.get(recipe.candidate.family).one_is_enough)
    ]


def _in_time(
    fits: Sequence[_Fit], n_rows: int, left_s: float, run: Run, took_s: Mapping[str, float] | None = None
) -> list[_Fit]:
    """The fits that there is time for; where a member is late by little, with fewer rounds.

    `took_s` is what a fit of a member on all these rows took, where there was one.
    """
    n_workers = workers(n_rows, run.n_jobs).n_fits
    known_s = took_s or {}
    chosen: list[_Fit] = []
    costs: list[float] = []
    for fit in fits:
        guess_s = GUESS_MARGIN * fit.recipe.fit_s * n_rows / fit.recipe.n_rows
        cost_s = ANOTHER_MARGIN * known_s[fit.name] if fit.name in known_s else guess_s
        parts = [part for part in PARTS if makespan([*costs, part * cost_s], n_workers) <= left_s]
        shorter = fit if parts[:1] == [1.0] else fit.shortened(parts[0]) if parts else None
        if shorter is not None:
            chosen.append(shorter)
            costs.append(shorter.part * cost_s)
    return chosen


def _fit_all(
    fits: Sequence[_Fit], data: TrainingData, facts: Facts, left_s: Callable[[], float], run: Run
) -> dict[str, list[CoreRef]]:
    """Cores on all rows for each member of which a fit came to its end, by the members' names.

    What there was no time for by the guesses is looked at again once the others are done: these show what a further
    fit of a member takes, and what was kept for them and not used may suffice for another member.
    """
    cores: dict[str, list[CoreRef]] = {}
    took_s: dict[str, float] = {}
    waiting = list(fits)
    while batch := _in_time(waiting, len(data.rows), left_s(), run, took_s):
        begun = {(fit.name, fit.number) for fit in batch}
        waiting = [fit for fit in waiting if (fit.name, fit.number) not in begun]
        done = _fit_some(batch, data, facts, time_is_up_after(left_s(), run.clock), run)
        for fit, each in zip(batch, done, strict=True):
            if each is not None and each.core is not None:
                cores.setdefault(each.candidate, []).append(each.core)
                took_s[fit.name] = max(took_s.get(fit.name, 0.0), each.seconds / fit.part)
        waiting = [fit for fit in waiting if fit.number == 0 or fit.name in cores]
    return cores


def _fit_some(
    fits: Sequence[_Fit], data: TrainingData, facts: Facts, time_up: Callable[[], bool], run: Run
) -> list[Refit | None]:
    """The fits side by side; None for those that there was no time to begin."""
    n_workers, n_threads = workers(len(data.rows), run.n_jobs)

    def work(fit: _Fit) -> Refit:
        began, one = time.monotonic(), fit.recipe.candidate
        family = MODELS.get(one.family)()
        context = FitContext(facts, run.seed_for("finish", fit.name, fit.number), n_threads, time_up)
        try:
            fitted = family.refit(one, shown(data.rows, one, facts), fit.chosen, context)
        except RunCancelled:
            raise
        except Exception as error:  # noqa: BLE001  what was tested is there
            run.note(f"{fit.name} could not be fitted on all rows: {type(error).__name__}: {error}.")
            return Refit(candidate=fit.name)
        if fitted is None or fitted.cut:
            return Refit(candidate=fit.name)
        core = CoreRef(form=fitted.core.form, blob=run.put(fitted.core.to_bytes()))
        return Refit(candidate=fit.name, core=core, seconds=time.monotonic() - began)

    with threadpool_limits(n_threads):
        return run.each(
            fits,
            work,
            kind=Refit,
            key=lambda fit: [fit.name, fit.number, fit.part],
            label=lambda fit: f"{fit.name}, all rows",
            skip=time_up,
            n_jobs=n_workers,
        )


def _with_cores(model: ModelSpec, cores: dict[str, list[CoreRef]], data: TrainingData) -> ModelSpec:
    members = tuple(
        one.model_copy(update={"cores": tuple(cores[one.candidate])}) if one.candidate in cores else one
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
    after = open_model(model, run).scores(unseen.table)
    if not np.isfinite(after).all():
        return True
    gap, error = mean_and_error(row_loss(truth, after) - row_loss(truth, before))
    return gap > SURELY * error
