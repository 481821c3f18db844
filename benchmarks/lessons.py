"""Tables on their way to encoded rows, and candidates fitted on them: what is known of a search without a clock."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import tables
from mlwright.core.engine import execute
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.compute.table import open_snapshot, roles_of, train_rows
from mlwright.learning.data import Said, load_training
from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.learning.search.folds import make_folds
from mlwright.learning.search.setup import amount_objectives
from mlwright.learning.search.tune import variant
from mlwright.learning.tasks import TASKS
from mlwright.pipeline import BUILD, Settings
from mlwright.records.model import Candidate, CategoryColumn, EncodingPlan, PlanColumn, TextColumn
from mlwright.records.settings import CleanSettings
from mlwright.records.split import TEST
from mlwright.scoring.encoder import names
from mlwright.scoring.model import load_encoder

MOST_TEST, BUDGET_S = 6_000, 450.0
MOST_TIMES = 8
"""So many times as many rows as train are taken at most: a split sets aside less than nine tenths of all."""


class Lesson(NamedTuple):
    """Encoded rows with their folds, and the test rows.

    `kind` is the task, or "texts" where an input is a text; `prepared` names the preparations that the plan has.
    """

    rows: Rows
    folds: list[tuple[np.ndarray, np.ndarray]]
    test: Rows
    facts: Facts
    kind: str
    prepared: tuple[str, ...]


class Outcome(NamedTuple):
    """What a candidate answered for held-out and for test rows, and the processor seconds of its fits."""

    held_out: np.ndarray
    test: np.ndarray
    seconds: float


def without_phrases(column: PlanColumn, categories: set[str]) -> PlanColumn | None:
    """No words and letters of categories of many names."""
    return None if isinstance(column, TextColumn) and column.name in categories else column


def without_counts(column: PlanColumn, categories: set[str]) -> PlanColumn:
    """How frequent a name is, is not told."""
    return column.model_copy(update={"with_counts": False}) if isinstance(column, CategoryColumn) else column


def without_dense(column: PlanColumn, categories: set[str]) -> PlanColumn:
    """Texts have no dense numbers: only linear models see them."""
    is_text = isinstance(column, TextColumn) and column.name not in categories
    return column.model_copy(update={"projection": None, "n_dense": 0}) if is_text else column


PREPARATIONS: dict[str, Callable[[PlanColumn, set[str]], PlanColumn | None]] = {
    "phrases": without_phrases,
    "counts": without_counts,
    "dense texts": without_dense,
}


def reduced(plan: EncodingPlan, preparation: str) -> EncodingPlan:
    """The plan without one of its preparations."""
    categories = {column.name for column in plan.columns if isinstance(column, CategoryColumn)}
    kept = (PREPARATIONS[preparation](column, categories) for column in plan.columns)
    return plan.model_copy(update={"columns": tuple(column for column in kept if column is not None)})


def lesson(
    data: tables.Data,
    n_rows: int,
    n_folds: int,
    seed: int,
    folder: Path,
    most_test: int = MOST_TEST,
    without: str | None = None,
) -> Lesson:
    """The way of any data up to the encoded rows, without one of the preparations if it is named."""
    n_rows = min(n_rows, int(0.7 * len(data.frame)))
    n_all = min(len(data.frame), n_rows + most_test, n_rows * MOST_TIMES)
    frame = data.frame.sample(n_all, random_state=seed)
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), folder / "data.parquet")
    task = data.task if data.task in TASKS.names() else "auto"
    sections = {
        "project": {"target": data.target, "seed": seed, "task": task},
        "collect": {"source": str(folder / "data.parquet")},
        "split": {"method": "random", "test_share": 1 - n_rows / n_all},
    }
    run = Run("lesson", Store(folder / "store"), Clock(folder / "cancel", None))
    found = execute(BUILD, Settings.model_validate(sections).sections(), run, until="split")
    snapshot, profile, split = found["collect"], found["profile"], found["split"]
    run.stage, run.stage_key = "train", "key"
    learned, roles = load_training(snapshot, profile, split, Said(CleanSettings(), ()), run), profile.roles
    table, positions = open_snapshot(snapshot, run), np.flatnonzero(roles_of(split, run) == TEST)
    plan, rows = learned.plan, learned.rows
    prepared = tuple(name for name in PREPARATIONS if reduced(plan, name) != plan)
    if without is not None:
        plan = reduced(plan, without)
        known = table.arrow(roles.inputs, train_rows(split, run))
        rows = Rows(load_encoder(plan, run.get).encode(known), rows.target)
    blocks = load_encoder(plan, run.get).encode(table.arrow(roles.inputs, positions))
    target = TASKS.get(roles.task)().target(
        table.arrow([roles.target], positions)[roles.target], roles.classes, profile.target.missing_codes
    )
    counts = learned.class_counts(len(roles.classes)) if roles.classes else np.array([len(rows)])
    facts = Facts(
        roles.task,
        len(roles.classes),
        len(rows),
        int(counts.min()),
        names(plan),
        budget_s=BUDGET_S,
        amount_objectives=() if roles.classes else amount_objectives(rows.target),
    )
    folds = make_folds(split, learned.keys, n_folds, np.random.default_rng(seed))
    kind = "texts" if any(column.kind == "text" for column in profile.inputs) else roles.task
    return Lesson(rows, folds, Rows(blocks, target), facts, kind, prepared)


def outcome(candidate: Candidate, given: Lesson, seed: int) -> Outcome:
    """Fit a candidate on every fold."""
    family, began = MODELS.get(candidate.family)(), time.process_time()
    held_out, tests = [], []
    for fold, (learn, held) in enumerate(given.folds):
        train, valid = (Rows(given.rows.blocks.take(rows), given.rows.target[rows]) for rows in (learn, held))
        context = FitContext(given.facts, seed=seed * 1000 + fold, n_threads=1, time_up=lambda: False)
        core = family.fit(candidate, train, valid, context).core
        held_out.append(core.predict(valid.blocks))
        tests.append(core.predict(given.test.blocks))
    return Outcome(np.concatenate(held_out), np.mean(tests, axis=0), time.process_time() - began)


def kept_outcome(candidate: Candidate, given: Lesson, seed: int, place: Path | None, again: bool) -> Outcome:
    """The same, from the file where it is kept."""
    if place is not None and place.exists() and not again:
        kept = np.load(place)
        return Outcome(kept["held_out"], kept["test"], float(kept["seconds"]))
    found = outcome(candidate, given, seed)
    if place is not None:
        np.savez(place, **found._asdict())
    return found


def candidates_of(facts: Facts, n_variants: int) -> list[Candidate]:
    """All candidates of all families, and so many variants of each."""
    families = {name: MODELS.get(name)() for name in MODELS.installed()}
    others = [variant(name, family, facts, n + 1) for n in range(n_variants) for name, family in families.items()]
    named = [candidate for family in families.values() for candidate in family.candidates(facts)]
    return [*named, *(candidate for candidate in others if candidate is not None)]


def tag_of(name: str, seed: int, n_rows: int, n_folds: int, most_test: int, without: str | None = None) -> str:
    """What the files of kept fits begin with."""
    tag = f"{name}-{seed}-{n_rows}-{n_folds}" + ("" if most_test == MOST_TEST else f"-{most_test}")
    return tag if without is None else f"{tag}-without {without}"


def place_of(candidate: Candidate, tag: str, cache: Path | None) -> Path | None:
    """The file in which the fits of a candidate are kept."""
    if cache is None:
        return None
    digest = hashlib.sha256(f"{tag}{candidate.model_dump_json()}".encode()).hexdigest()[:16]
    return cache / f"{tag}-{candidate.name}-{digest}.npz"
