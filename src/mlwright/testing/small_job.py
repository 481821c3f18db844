"""A whole small job in memory, for tests of the stages that judge: data, split, a linear model and the dummy."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.learning.benefit import threshold_of
from mlwright.learning.features.plan import learn_plan
from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.learning.tasks import TASKS
from mlwright.records.data import Field, Lineage, Snapshot
from mlwright.records.model import Candidate, CoreRef, EncodingPlan, Member, ModelSpec
from mlwright.records.profile import QUANTILE_LEVELS, Asked, ColumnProfile, Kind, Profile, Roles, Task, ValueCount
from mlwright.records.split import TEST, TRAIN, Split
from mlwright.records.trials import LeaderboardRow, Recipe, Training
from mlwright.scoring.encoder import names
from mlwright.scoring.model import load_encoder
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import spelled, to_number_array


class SmallJob(NamedTuple):
    """The records up to training, and the run that made them."""

    snapshot: Snapshot
    profile: Profile
    split: Split
    training: Training
    run: Run


def small_job(
    folder: Path,
    table: pa.Table,
    target: str = "y",
    *,
    task: Task = "binary",
    kinds: Mapping[str, Kind] | None = None,
    time: str | None = None,
    group: str | None = None,
    ignore: Sequence[str] = (),
    test_share: float = 0.5,
    seed: int = 0,
) -> SmallJob:
    """Train a linear model on some rows of a table and set the others aside.

    Parameters
    ----------
    folder : Path
        Where the run keeps what it makes.
    table : pyarrow.Table
    target : str
    task : str
    kinds : mapping, optional
        Kinds of columns; default: ``number`` for numbers, ``category`` for all else.
    time, group : str, optional
        The test rows are the last ones in time, or whole groups.
    ignore : sequence of str
        Columns that the model may not use.
    test_share : float
    seed : int
    """
    run = Run("small", Store(folder), Clock(folder / "cancel", None), seed=seed)
    profile = small_profile(table, target, task=task, kinds=kinds or {}, time=time, group=group, ignore=ignore)
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    snapshot = Snapshot(
        blob=run.put(buffer.getvalue()),
        n_rows=table.num_rows,
        fields=tuple(Field(name=field.name, type=str(field.type)) for field in table.schema),
        lineage=Lineage(source="csv", location="small.csv", read_at="2026-01-01T00:00:00Z"),
        size_bytes=len(buffer.getvalue()),
    )
    roles = _roles(table, profile, test_share, seed)
    split = Split(
        method="by_time" if time else "by_group" if group else "random",
        reason="As the test says.",
        roles=run.put(roles.tobytes()),
        n_train=int((roles == TRAIN).sum()),
        n_test=int((roles == TEST).sum()),
    )
    return SmallJob(snapshot, profile, split, _train(table.filter(pa.array(roles == TRAIN)), profile, run), run)


def small_profile(
    table: pa.Table,
    target: str,
    *,
    task: Task,
    kinds: Mapping[str, Kind],
    time: str | None = None,
    group: str | None = None,
    ignore: Sequence[str] = (),
) -> Profile:
    """A profile of a table, with the kinds that are told."""
    columns = tuple(_column(table, name, kinds.get(name)) for name in table.column_names)
    classes = () if task == "regression" else tuple(sorted(spelled(table[target]).levels))
    return Profile(
        n_rows=table.num_rows,
        columns=columns,
        roles=Roles(
            asked=Asked(target=target, task=task, reason="As the test says.", classes=classes),
            time=time,
            group=group,
            inputs=tuple(name for name in table.column_names if name not in (target, group, *ignore)),
        ),
        n_passes=1,
    )


def _column(table: pa.Table, name: str, kind: Kind | None) -> ColumnProfile:
    values = table[name]
    numeric = pa.types.is_integer(values.type) or pa.types.is_floating(values.type)
    kind = kind or ("number" if numeric else "category")
    levels, places = spelled(values)
    counts = np.bincount(places[places >= 0], minlength=len(levels))
    frequent = np.argsort(-counts, kind="stable")[:20]
    ordered = kind in ("number", "date")
    numbers = to_moment_array(values) if kind == "date" else to_number_array(values) if ordered else np.empty(0)
    known = numbers[np.isfinite(numbers)]
    figures = (
        {
            "minimum": float(known.min()),
            "maximum": float(known.max()),
            "mean": float(known.mean()),
            "std": float(known.std()),
            "quantiles": tuple(float(value) for value in np.quantile(known, QUANTILE_LEVELS)),
        }
        if len(known)
        else {}
    )
    return ColumnProfile.model_validate(
        {
            "name": name,
            "type": str(values.type),
            "kind": kind,
            "reason": "As the test says.",
            "n_missing": int((places < 0).sum()),
            "n_distinct": len(levels),
            "top": tuple(ValueCount(value=levels[place], count=int(counts[place])) for place in frequent),
        }
        | figures
    )


def _roles(table: pa.Table, profile: Profile, test_share: float, seed: int) -> NDArray[np.uint8]:
    n, roles = table.num_rows, profile.roles
    order = np.random.default_rng(seed).permutation(n)
    if roles.time:
        order = np.argsort(-to_moment_array(table[roles.time]), kind="stable")
    elif roles.group:
        groups = spelled(table[roles.group]).places
        order = np.argsort(np.random.default_rng(seed).permutation(groups.max() + 1)[groups], kind="stable")
    found = np.full(n, TRAIN, dtype=np.uint8)
    found[order[: round(n * test_share)]] = TEST
    return found


def _train(table: pa.Table, profile: Profile, run: Run) -> Training:
    roles = profile.roles
    plan, arrays = learn_plan(table.select(roles.inputs), profile, 0)
    if arrays:
        plan = plan.model_copy(update={"arrays": run.put(arrays)})
    target = TASKS.get(roles.task)().target(table[roles.target], roles.classes, ())
    rows = Rows(load_encoder(plan, run.get).encode(table), target)
    linear_candidate = Candidate(name="linear", family="linear")
    linear, dummy = (_fit(family, rows, plan, profile, run) for family in ("linear", "dummy"))
    share = float(target.mean()) if roles.task == "binary" else 0.5
    pays = threshold_of({"true_positive": 0, "true_negative": 0, "false_positive": -1, "false_negative": 1 - 1 / share})
    return Training(
        metric=TASKS.get(roles.task).default_metric,
        greater_is_better=False,
        leaderboard=(LeaderboardRow(name="linear", family="linear", score=None, n_folds=1, fit_s=0.0),),
        n_folds=1,
        model=linear.model_copy(update={"threshold": pays if roles.task == "binary" else None}),
        simple=linear,
        baseline=dummy,
        out_of_fold="",
        budget_s=None,
        used_s=0.0,
        stopped="all candidates were tried",
        feature_names=names(plan).all,
        importance=dict.fromkeys(roles.inputs, 0.1),
        recipes=(Recipe(candidate=linear_candidate, chosen=({"strength": 1.0},), fit_s=0.01, n_rows=len(rows)),),
    )


def _fit(family: str, rows: Rows, plan: EncodingPlan, profile: Profile, run: Run) -> ModelSpec:
    n_classes, held = len(profile.roles.classes), len(rows) // 5
    smallest = int(np.bincount(rows.target.astype(np.int64)).min()) if n_classes else len(rows)
    facts = Facts(profile.roles.task, n_classes, len(rows), smallest, names(plan), 10.0)
    parts = np.split(np.random.default_rng(0).permutation(len(rows)), [held])
    valid, train = (Rows(rows.blocks.take(part), rows.target[part]) for part in parts)
    context = FitContext(facts, seed=0, n_threads=1, time_up=lambda: False)
    core = MODELS.get(family)().fit(Candidate(name=family, family=family), train, valid, context).core
    member = Member(candidate=family, weight=1.0, cores=(CoreRef(form=core.form, blob=run.put(core.to_bytes())),))
    return ModelSpec(task=profile.roles.task, classes=profile.roles.classes, plan=plan, members=(member,))
