"""From the data and the settings to a search that is ready to run."""

from __future__ import annotations

import numpy as np

from mlwright.core.errors import SettingsError, name_list, offers
from mlwright.core.run import Run
from mlwright.learning.data import TrainingData
from mlwright.learning.load import load_of
from mlwright.learning.metrics import METRICS, bare, metric_of
from mlwright.learning.models import Facts, felt_columns
from mlwright.learning.search.bench import Bench
from mlwright.learning.search.budget import LEAST_FIT_S, Budget, fitting_s
from mlwright.learning.search.course import Course
from mlwright.learning.search.diary import read_diary, shipped
from mlwright.learning.search.experience import advise
from mlwright.learning.search.folds import gains_by_more_rows, make_folds, n_cores_for, n_folds_for
from mlwright.learning.search.judge import Array
from mlwright.learning.search.lineup import APART, DIRECTIONS, Promise, line_up, open_families
from mlwright.learning.search.sound import sound
from mlwright.learning.search.tune import Tuner
from mlwright.learning.tasks import TASKS
from mlwright.learning.workers import workers
from mlwright.records.experience import Advice
from mlwright.records.model import EncodingPlan, NumberColumn
from mlwright.records.profile import Roles
from mlwright.records.settings import TrainSettings
from mlwright.records.split import Split
from mlwright.records.trials import Planned
from mlwright.scoring.blocks import BlockNames
from mlwright.scoring.encoder import names

PLANNED_JOBS = 2
"""Without a clock fits are planned as on a machine of so many processors, so that every machine does the same."""

BOUND_MARGIN = 0.5
LEAST_SPREAD = 0.15
"""Amounts whose spread is a smaller share of their mean have about the same errors everywhere."""


def set_up(
    data: TrainingData, roles: Roles, split: Split, settings: TrainSettings, run: Run, threshold: float | None = None
) -> Course:
    """A search over the families that the settings name.

    `threshold` is that of two classes, where it is known beforehand; see `Judge`.
    """
    n_workers, n_threads = workers(len(data.rows), run.n_jobs)
    n_jobs = run.n_jobs if settings.candidates is None else PLANNED_JOBS
    planned = workers(len(data.rows), n_jobs)
    load = load_of(data.row_s, roles, split, data.row_s)
    planned_s = _planned_s(Budget(run.clock, n_workers, run.ahead, load), settings, run)
    facts = facts_of(data, roles, split, settings, planned_s * n_jobs)
    models = sound(open_families(settings.families, run, promises(settings)), facts, settings.families, run)
    worth = _advice(facts, settings, run).worth
    lineup = line_up(models, facts, settings.families, planned.n_threads, settings.candidates, worth)
    for name in settings.families:
        if name not in {candidate.family for candidate in lineup.everybody.values()}:
            run.note(f"{name} has nothing to offer for such data.")
    at_once = [*lineup.opening[:-1], *([lineup.simple] if lineup.simple is not None else [])]
    opening_s = sum(lineup.costs_s[candidate.name] for candidate in at_once)
    n_folds = n_folds_for(len(data.rows), planned_s * planned.n_fits, opening_s)
    bench = Bench(
        rows=data.rows,
        groups=data.keys.groups,
        folds=make_folds(split, data.keys, n_folds, np.random.default_rng(run.seed_for("folds"))),
        task=TASKS.get(roles.task)(),
        metric=metric_of(metric_name(settings, roles)),
        facts=facts,
        models=models,
        run=run,
        n_threads=n_threads,
        n_cores=n_cores_for(split, n_folds),
        bounds=answer_bounds(data.rows.target) if roles.task == "regression" else None,
        threshold=threshold,
    )
    refits = settings.refit and split.n_test > 0 and gains_by_more_rows(len(data.rows), n_folds)
    budget = Budget(run.clock, n_workers, run.ahead, load, refits=refits, one_fold=n_folds == 1)
    wanted = {name: model for name, model in models.items() if not settings.families or name in settings.families}
    tuner, given_s = Tuner(wanted, facts, worth), max(planned_s, LEAST_FIT_S) * planned.n_fits
    return Course(bench, lineup, budget, tuner, least_gain=settings.least_gain, given_s=given_s)


def _planned_s(budget: Budget, settings: TrainSettings, run: Run) -> float:
    """Seconds of a quiet machine that fits are planned for: a slow one plans as a quiet one that has less time.

    Told once in a run, so that a run that goes on plans the same fits.
    """
    if settings.candidates is not None:
        return fitting_s(settings.budget)

    def tell(_: str) -> Planned:
        return Planned(fitting_s=run.ahead.quiet(min(fitting_s(settings.budget), budget.left_s)))

    kept = run.each(["time"], tell, kind=Planned, key=str, label=lambda _: "what there is time for")
    assert kept[0] is not None
    return kept[0].fitting_s


def _advice(facts: Facts, settings: TrainSettings, run: Run) -> Advice:
    """What experience says; asked once in a run, so that a run that goes on asks in the same order.

    With a count of candidates only what is shipped counts: what else this user has done must not matter then.
    """

    def ask(_: str) -> Advice:
        own = read_diary() if settings.experience and settings.candidates is None else []
        return advise(facts, own, shipped())

    kept = run.each(["experience"], ask, kind=Advice, key=str, label=lambda _: "what paid on like data")
    assert kept[0] is not None
    return kept[0]


def metric_name(settings: TrainSettings, roles: Roles) -> str:
    """The metric to optimise: the user's, or the usual one of the task.

    Raises
    ------
    SettingsError
        If there is no such metric, its option makes no sense, or it says nothing about such a task.
    """
    for_task = [name for name, metric in METRICS if roles.task in metric.tasks]
    fitting = [name for name in for_task if roles.are_ordered or not METRICS.get(name).needs_order]
    wanted = settings.metric or TASKS.get(roles.task).default_metric
    if bare(wanted) not in METRICS.names():
        raise SettingsError(f"train.metric is {wanted!r}; there is no such metric.", f"Try: {offers(wanted, fitting)}")
    if roles.task not in metric_of(wanted).tasks:
        raise SettingsError(
            f"train.metric is {wanted!r}, which says nothing about a {roles.task} task.", f"Use: {', '.join(fitting)}"
        )
    if metric_of(wanted).needs_order and not roles.are_ordered:
        raise SettingsError(
            f"train.metric is {wanted!r}, which asks how many steps an answer is off, but the classes of "
            f"{roles.target!r} have no order that is known.",
            f"Set project.order to all of them, the lowest first: {name_list(roles.classes)}",
        )
    return wanted


def answer_bounds(target: Array) -> tuple[float, float]:
    """The range of the training rows, widened by half its width; not below zero if nothing in it is.

    >>> answer_bounds(np.array([1.0, 5.0]))
    (0.0, 7.0)
    """
    low, high = float(target.min()), float(target.max())
    margin = BOUND_MARGIN * (high - low)
    return (max(low - margin, 0.0) if low >= 0 else low - margin), high + margin


def facts_of(data: TrainingData, roles: Roles, split: Split, settings: TrainSettings, budget_s: float) -> Facts:
    """What families may know."""
    n_rows = len(data.rows)
    counts = data.class_counts(len(roles.classes)) if roles.classes else np.array([n_rows])
    aim = metric_of(metric_name(settings, roles)).aim
    return Facts(
        task=roles.task,
        n_classes=len(roles.classes),
        n_rows=n_rows,
        smallest_class=int(counts.min()),
        names=data.names,
        budget_s=budget_s,
        directions=directions(settings, roles, data.plan),
        apart=apart(settings, roles, data.names),
        aim=aim,
        amount_objectives=() if roles.classes else amount_objectives(data.rows.target),
        elapsed=elapsed(roles, split, data.names),
        has_groups=data.keys.groups is not None,
        felt=felt_columns(data.rows.blocks),
    )


def amount_objectives(target: Array) -> tuple[str, ...]:
    """By what else than squared errors amounts and counts can be learned: those whose errors grow with the amount.

    Tweedie where none is below zero, gamma where none is zero; nothing where all are about the same, as there is no
    difference then.

    >>> amount_objectives(np.array([0.0, 2.0, 9.0])), amount_objectives(np.array([1.0, 2.0, 9.0]))
    (('tweedie',), ('tweedie', 'gamma'))
    >>> amount_objectives(np.array([98.0, 102.0, 99.0])), amount_objectives(np.array([-1.0, 2.0, 9.0]))
    ((), ())
    """
    lowest = float(target.min())
    if lowest < 0 or not target.std() > LEAST_SPREAD * target.mean():
        return ()
    return ("tweedie", "gamma") if lowest > 0 else ("tweedie",)


def elapsed(roles: Roles, split: Split, outputs: BlockNames) -> tuple[int, ...]:
    """Where the split is by time: the place of what counts it on, the days of a date or the time itself."""
    counts = (roles.time, f"{roles.time}:days")
    by_time = split.method == "by_time"
    return tuple(place for place, output in enumerate(outputs.numbers) if by_time and output in counts)


def promises(settings: TrainSettings) -> list[Promise]:
    """What every part of the model must keep."""
    asked = ((DIRECTIONS, settings.monotone), (APART, settings.apart))
    return [promise for promise, wish in asked if wish]


def apart(settings: TrainSettings, roles: Roles, outputs: BlockNames) -> tuple[tuple[frozenset[int], ...], ...]:
    """For each wish the places among the outputs (numbers, then codes) of each of its columns.

    Raises
    ------
    SettingsError
        If a wish names a column that is no input, or only one column.
    """
    sources = np.array([*outputs.number_inputs, *outputs.code_inputs], dtype=object)
    found = []
    for wish in settings.apart:
        if len(set(wish)) < 2:
            raise SettingsError(f"train.apart has {list(wish)!r}, which is one column.", "Name two or more columns.")
        for name in wish:
            if name not in roles.inputs:
                raise SettingsError(
                    f"train.apart names {name!r}, which is no input.", f"Try: {offers(name, roles.inputs)}"
                )
        places = [frozenset(np.flatnonzero(sources == name).tolist()) for name in dict.fromkeys(wish)]
        found.append(tuple(places))
    return tuple(found)


def directions(settings: TrainSettings, roles: Roles, plan: EncodingPlan) -> tuple[int, ...]:
    """For each number of the plan: 1 if the answer may only rise with it, -1 if only fall, 0 if it is free; or empty.

    Raises
    ------
    SettingsError
        If a direction is wanted of a column that is no number, or for several classes, which have no order.
    """
    wanted = settings.monotone
    if not wanted:
        return ()
    if roles.task == "multiclass":
        raise SettingsError(
            "train.monotone says how the answer moves with a column; several classes have no order to move along.",
            "Leave it out, or predict one of the classes against the others.",
        )
    numbers = [column.name for column in plan.columns if isinstance(column, NumberColumn)]
    for name in wanted:
        if name not in numbers:
            raise SettingsError(
                f"train.monotone names {name!r}, which is not a column of numbers that is used.",
                f"Numbers are: {offers(name, numbers)}" if numbers else "There is no such column in this table.",
            )
    signs = {name: 1 if how == "rising" else -1 for name, how in wanted.items()}
    return tuple(signs.get(output, 0) for output in names(plan).numbers)
