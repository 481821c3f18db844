"""What each family and each candidate brings to the whole, with a fixed number of fits in place of a clock.

Usage: python benchmarks/ablation.py DATA_DIR [--half develop|final] [--only SET ...] [--seeds 0 1 2] [--rows 2000]
                                     [--folds 3] [--variants 0] [--cache DIR] [--refit FAMILY ...] [--quick] [--check]

DATA_DIR holds a folder a data set with a meta.json (target, task, main_file). Of every table `--rows` rows train (of
smaller ones 70 %), up to 6,000 others test. Every candidate of every family is fitted on every fold; then the ensemble
is chosen from all candidates, and from all but one or one family, and its loss on the test rows compared: log loss, or
root mean squared error. Positive figures mean that leaving the part out hurts. The standard error is that over the
sets, whose seeds are averaged first.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

import tables
from mlwright.core.engine import execute
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.compute.table import open_snapshot, roles_of
from mlwright.learning.data import Said, load_training
from mlwright.learning.metrics import METRICS
from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.learning.search.ensemble import blend, choose_weights
from mlwright.learning.search.folds import make_folds
from mlwright.learning.search.judge import HeldOut, Judge
from mlwright.learning.search.setup import amount_objectives, answer_bounds
from mlwright.learning.search.tune import is_variant, variant
from mlwright.learning.tasks import TASKS
from mlwright.pipeline import BUILD, Settings
from mlwright.records.model import Candidate
from mlwright.records.settings import CleanSettings
from mlwright.records.split import TEST
from mlwright.scoring.model import load_encoder

MOST_TEST, BUDGET_S = 6_000, 450.0
MOST_TIMES = 8
"""So many times as many rows as train are taken at most: a split sets aside less than nine tenths of all."""
GOAL_WORST = -0.01
"""No part may make the whole worse by more than this in the mean."""


class Lesson(NamedTuple):
    """Encoded rows with their folds, and the test rows."""

    rows: Rows
    folds: list[tuple[np.ndarray, np.ndarray]]
    test: Rows
    facts: Facts


class Outcome(NamedTuple):
    """What a candidate answered for held-out and for test rows, and the seconds of its fits."""

    held_out: np.ndarray
    test: np.ndarray
    seconds: float


class Part(NamedTuple):
    """A loss of a whole on the test rows of one set and seed, by the part that it lacks or consists of."""

    data: str
    seed: int
    part: str
    loss: float


def lesson(data: tables.Data, n_rows: int, n_folds: int, seed: int, folder: Path, most_test: int = MOST_TEST) -> Lesson:
    """The way of any data up to the encoded rows."""
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
    run = Run("ablation", Store(folder / "store"), Clock(folder / "cancel", None))
    found = execute(BUILD, Settings.model_validate(sections).sections(), run, until="split")
    snapshot, profile, split = found["collect"], found["profile"], found["split"]
    run.stage, run.stage_key = "train", "key"
    learned, roles = load_training(snapshot, profile, split, Said(CleanSettings(), ()), run), profile.roles
    positions = np.flatnonzero(roles_of(split, run) == TEST)
    table = open_snapshot(snapshot, run)
    blocks = load_encoder(learned.plan, run.get).encode(table.arrow(roles.inputs, positions))
    target = TASKS.get(roles.task)().target(
        table.arrow([roles.target], positions)[roles.target], roles.classes, profile.target.missing_codes
    )
    counts = learned.class_counts(len(roles.classes)) if roles.classes else np.array([len(learned.rows)])
    facts = Facts(
        roles.task,
        len(roles.classes),
        len(learned.rows),
        int(counts.min()),
        learned.names,
        budget_s=BUDGET_S,
        amount_objectives=() if roles.classes else amount_objectives(learned.rows.target),
    )
    folds = make_folds(split, learned.keys, n_folds, np.random.default_rng(seed))
    return Lesson(learned.rows, folds, Rows(blocks, target), facts)


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


def place_of(candidate: Candidate, given: str, cache: Path | None) -> Path | None:
    if cache is None:
        return None
    digest = hashlib.sha256(f"{given}{candidate.model_dump_json()}".encode()).hexdigest()[:16]
    return cache / f"{given}-{candidate.name}-{digest}.npz"


def parts(data: tables.Data, seed: int, options: argparse.Namespace) -> Iterator[Part]:
    """The loss of the whole, of the whole without each part, and of each candidate alone."""
    with tempfile.TemporaryDirectory() as folder:
        given = lesson(data, options.rows, options.folds, seed, Path(folder))
    tag = f"{data.name}-{seed}-{options.rows}-{options.folds}"
    candidates = candidates_of(given.facts, options.variants)
    by_name = {candidate.name: candidate.family for candidate in candidates}
    outcomes = {
        one.name: kept_outcome(one, given, seed, place_of(one, tag, options.cache), one.family in options.refit)
        for one in candidates
    }
    losses = Losses(given, outcomes, seed)
    yield Part(data.name, seed, "all", losses.of(list(by_name)))
    if options.variants:
        yield Part(data.name, seed, "without variants", losses.of([name for name in by_name if not is_variant(name)]))
    for part in sorted({*by_name.values()} - {"dummy"}):
        yield Part(data.name, seed, f"without {part}", losses.of([n for n, of in by_name.items() if of != part]))
    for part in by_name:
        yield Part(data.name, seed, f"alone {part}", losses.of([part]))
        yield Part(data.name, seed, f"seconds {part}", outcomes[part].seconds / options.folds)
        if not is_variant(part) and sum(of == by_name[part] for of in by_name.values()) > 1:
            yield Part(data.name, seed, f"without {part} only", losses.of([n for n in by_name if n != part]))
    for part, weight in losses.weights_of(list(by_name)).items():
        yield Part(data.name, seed, f"weight {part}", weight)


class Losses:
    """Test losses of ensembles chosen from some of the candidates."""

    def __init__(self, given: Lesson, outcomes: dict[str, Outcome], seed: int) -> None:
        self.given, self.outcomes, self.seed = given, outcomes, seed
        rows = np.concatenate([held for _, held in given.folds])
        fold = np.concatenate([np.full(len(held), place) for place, (_, held) in enumerate(given.folds)])
        task = TASKS.get(given.facts.task)()
        self.task = task
        self.judge = Judge(task, METRICS.get(task.default_metric)(), HeldOut(rows, given.rows.target[rows], fold))
        self.bounds = answer_bounds(given.rows.target) if given.facts.task == "regression" else (0.0, 1.0)

    def weights_of(self, names: Sequence[str]) -> dict[str, float]:
        predictions = np.stack([np.clip(self.outcomes[name].held_out, *self.bounds) for name in names])
        return dict(zip(names, choose_weights(predictions, self.judge, np.random.default_rng(self.seed)), strict=True))

    def of(self, names: Sequence[str]) -> float:
        weights = np.array(list(self.weights_of(names).values()))
        said = np.stack([np.clip(self.outcomes[name].test, *self.bounds) for name in names])
        loss = float(self.task.row_loss(self.given.test.target, blend(said, weights)).mean())
        return math.sqrt(loss) if self.given.facts.task == "regression" else loss


def compare(done: Sequence[Part]) -> dict[str, tuple[float, float, float]]:
    """By part: how much larger the loss is than that of the whole, the standard error over sets, sets hurt."""
    whole = {(part.data, part.seed): part.loss for part in done if part.part == "all"}
    figures = {}
    for name in dict.fromkeys(part.part for part in done if part.part.startswith(("without", "alone"))):
        by_set: dict[str, list[float]] = {}
        for part in done:
            if part.part == name:
                by_set.setdefault(part.data, []).append(math.log(part.loss / whole[part.data, part.seed]))
        means = np.array([np.mean(values) for values in by_set.values()])
        error = means.std(ddof=1) / math.sqrt(len(means)) if len(means) > 1 else math.nan
        figures[name] = (float(means.mean()), float(error), float((means > 0).mean()))
    return figures


def show(done: Sequence[Part]) -> dict[str, dict[str, float]]:
    figures = compare(done)
    print("| part | loss against the whole | standard error | sets where it is higher | weight | s a fit |")
    print("|---|---|---|---|---|---|")
    for name, (mean, error, share) in figures.items():
        own = name.split()[1]
        extra = ""
        if name.startswith("alone"):
            weight, seconds = (
                np.mean([p.loss for p in done if p.part == f"{what} {own}"]) for what in ("weight", "seconds")
            )
            extra = f"{weight:.2f} | {seconds:.2f}"
        print(f"| {name} | {mean:+.2%} | {error:.2%} | {share:.0%} | {extra or ' | '} |")
    return {name: {"mean": mean, "error": error, "share": share} for name, (mean, error, share) in figures.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--half", choices=[*tables.HALVES], default="develop")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--variants", type=int, default=0, help="so many variants of each family beside its candidates")
    parser.add_argument("--cache", type=Path, help="keep fits here, to try other ensembles of them")
    parser.add_argument("--refit", nargs="*", default=[], help="families whose kept fits are out of date")
    parser.add_argument("--quick", action="store_true", help="two small sets, 300 rows, one seed")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a family makes the whole worse")
    options = parser.parse_args()
    names = [name for name in tables.HALVES[options.half] if not options.only or name in options.only]
    if options.quick:
        names, options.seeds, options.rows = ["credit_g", "energy_efficiency"], [0], 300
    if options.cache is not None:
        options.cache.mkdir(parents=True, exist_ok=True)
    done = []
    with threadpool_limits(1):
        for seed in options.seeds:
            for name in names:
                done += parts(tables.read(options.data, name), seed, options)
                print(f"{name}, seed {seed}: {done[-1].part}", file=sys.stderr)
    figures = show(done)
    print(json.dumps({"benchmark": "ablation", "half": options.half, "seeds": options.seeds, "parts": figures}))
    families = {name: figure for name, figure in figures.items() if name.removeprefix("without ") in MODELS.names()}
    if options.check and min(figure["mean"] for figure in families.values()) < GOAL_WORST:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
