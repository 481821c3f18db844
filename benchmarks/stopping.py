"""What stopping early saves and what it costs.

Usage: python benchmarks/stopping.py DATA_DIR [--only NAME ...] [--budget 900] [--candidates N] [--rows 20000]
                                     [--keep FOLDER] [--quick] [--check]

Each search runs once, until the time is up or everything was tried. Then it is replayed from what it has kept: after
every few candidates the rule is asked whether it would have stopped there; also as if less time had been given, which
makes time dearer, and as if nothing but the usual settings of the families were tried. Told are the processor seconds
of fitting, what share of them was saved, and by how much the model of that moment loses more than the last one on rows
that were set aside, relative to what the last one gains over the dummy, with the standard error of that. These rows are
three tenths of those that the search has, and all others of the table (8,000 at most).

In the mean over the sets each counts by what is known of it, by ``1 / (1 + (error / 1 %)^2)``: one whose loss is known
to a fraction of the goal counts fully, one that could as well have gained or lost ten times the goal hardly. The plain
mean stands beside it.

With --candidates a count takes the place of the clock, so that a busy machine does the same as a quiet one. With --keep
searches are kept in a folder: the next call takes the fits of one that was cut short, and replays those that ended.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import NamedTuple

os.environ["MLWRIGHT_EXPERIENCE"] = "off"

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

from honesty_draws import MOST_TRUE_ROWS, STAGES, large_table
from mlwright.core.engine import execute
from mlwright.core.record import Record
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.learning.data import Said, load_training
from mlwright.learning.search.bench import Bench
from mlwright.learning.search.choosing.choice import members, on_its_own
from mlwright.learning.search.choosing.options import ENSEMBLE, Option
from mlwright.learning.search.course import Course
from mlwright.learning.search.judge import mean_and_error
from mlwright.learning.search.setup import set_up
from mlwright.learning.search.standing import Standing
from mlwright.learning.search.stop import Mark, Progress
from mlwright.learning.search.tune import is_variant
from mlwright.learning.tasks import TASKS
from mlwright.pipeline import Settings
from mlwright.records.model import Candidate, CoreRef, Member
from mlwright.records.split import TEST
from mlwright.records.trials import Trial
from mlwright.scoring.cores import CORES
from mlwright.scoring.model import load_encoder

SETS = ("telco_churn", "credit_g", "stroke", "phoneme", "california_housing", "wine_quality", "bank_marketing")
GOAL_LOST = 0.01
"""Of what is gained over the dummy, in the mean over the data sets."""
LEAST_GIVEN_S = 1e-3

GIVEN = (1.0, 1 / 3, 1 / 15, 0.0)
"""Of the budget, the time that the rule is told to have: all of it, and for 15 minutes 5, 1 and none."""
STEP = 2
"""Candidates from one question to the next, as with one processor."""


class CountedBench(Bench):
    """A bench whose trials tell the processor time of the fit, which other work on the machine hardly changes."""

    def fit(self, candidate: Candidate, fold: int, time_up: Callable[[], bool]) -> Trial:
        began = time.process_time()
        trial = super().fit(candidate, fold, time_up)
        return trial.model_copy(update={"seconds": time.process_time() - began})


class Moment(NamedTuple):
    """The search after some candidates: where it stood, seconds of fitting, losses on rows set aside.

    `each_s` is the guess for one of the next candidates, `new_loss` has the model's losses, row by row, and `dummy` the
    mean of the dummy's.
    """

    mark: Mark
    each_s: float
    seconds: float
    new_loss: np.ndarray
    dummy: float


class Ended(NamedTuple):
    """Where a rule would have ended a search, the share of the time that saves, and the share of the gain it costs."""

    name: str
    given: float
    n_tried: int
    of: int
    seconds: float
    saved: float
    lost: float
    error: float

    @property
    def weight(self) -> float:
        """How much is known of it, beside the goal."""
        return 1.0 / (1.0 + (self.error / GOAL_LOST) ** 2)


class Kept(Record):
    """A search that has ended: what came out, in the order in which candidates were tried."""

    trials: tuple[tuple[Trial, ...], ...]
    fates: dict[str, str]
    n_folds: int | None
    stopped: str
    wall_s: float


class Search(NamedTuple):
    """A search that has ended, and what some members lose on the rows that were set aside, row by row."""

    course: Course
    kept: Kept
    loss: Callable[[tuple[Member, ...]], np.ndarray]


def searched(folder: Path, options: argparse.Namespace, place: Path) -> Search:
    """One search to its end, or what an earlier call has kept of it."""
    whole, meta = large_table(folder)
    frame = whole.sample(min(options.rows, len(whole)), random_state=0)
    others = whole.drop(index=frame.index)
    others = others.sample(min(MOST_TRUE_ROWS, len(others)), random_state=1)
    file, found = place / "rows.parquet", place / "search.json"
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), file)
    settings = Settings.model_validate(
        {
            "project": {"target": meta["target"], "task": meta["task"]},
            "collect": {"source": str(file)},
            "split": {"method": "random" if meta["task"] == "regression" else "stratified", "test_share": 0.3},
            "train": {"budget": options.budget, "candidates": options.candidates, "families": options.families},
        }
    )
    budget_s = settings.train.budget if settings.train.candidates is None else None
    run = Run("r", Store(place / "store"), Clock(place / "cancel", budget_s), n_jobs=1)
    done = execute(STAGES[:3], settings.sections(), run)
    run.stage, run.stage_key = "train", "key"
    snapshot, profile, split = done["collect"], done["profile"], done["split"]
    data = load_training(snapshot, profile, split, Said(settings.clean, {}), run)
    planned = set_up(data, profile.roles, split, settings.train, run)
    bench = CountedBench(**{part.name: getattr(planned.bench, part.name) for part in fields(Bench)})
    course = Course(bench, planned.lineup, planned.budget, planned.tuner, given_s=planned.given_s, stops_early=False)
    if not found.exists():
        began = time.monotonic()
        course.run()
        standing, wall_s = course.standing, time.monotonic() - began
        trials = tuple(tuple(several) for several in standing.trials.values())
        kept = Kept(
            trials=trials, fates=standing.fates, n_folds=standing.n_folds, stopped=course.stopped, wall_s=wall_s
        )
        found.write_text(kept.model_dump_json())
    kept = Kept.model_validate_json(found.read_text())
    roles = np.frombuffer(run.get(split.roles), dtype=np.uint8)
    task, name = TASKS.get(profile.roles.task)(), profile.roles.target
    targets, parts = [], []
    for table in (
        pq.read_table(run.path(snapshot.blob)).filter(pa.array(roles == TEST)),
        pa.Table.from_pandas(others, preserve_index=False),
    ):
        target = task.target(table[name], profile.roles.classes, profile.target.missing_codes)
        known = target >= 0 if profile.roles.classes else np.isfinite(target)
        targets.append(target[known])
        parts.append(load_encoder(data.plan, run.get).encode(table.filter(pa.array(known))))
    target = np.concatenate(targets)

    @cache
    def said_by(core: CoreRef) -> np.ndarray:
        read = CORES.get(core.form).from_bytes(run.get(core.blob))
        return np.concatenate([read.predict(blocks) for blocks in parts if len(blocks)])

    def loss(of: tuple[Member, ...]) -> np.ndarray:
        said = sum(one.weight * np.mean([said_by(core) for core in one.cores], axis=0) for one in of)
        return task.row_loss(target, bench.clip(said))

    return Search(course, kept, loss)


def moments(search: Search) -> Iterator[Moment]:
    """The search again, from its trials."""
    bench, tried = search.course.bench, [several[0].candidate for several in search.kept.trials]
    lineup = search.course.lineup
    variants = [one for one in tried if is_variant(one.name)]
    costs_s = {one.name: bench.models[one.family].cost_s(one, bench.facts) / bench.n_threads for one in variants}
    lineup = lineup.with_variants([one for one in variants if one.name not in lineup.everybody], costs_s)
    for n_tried in [*range(1 + len(lineup.opening), len(tried), STEP), len(tried)]:
        then = Standing(bench, lineup, n_folds=search.kept.n_folds)
        for several in search.kept.trials[:n_tried]:
            for trial in several:
                then.remember(trial)
        then.fates |= {name: fate for name, fate in search.kept.fates.items() if name in then.trials}
        level = then.level()
        weights, judge = then.weights(then.finalists(level), level), then.judge(level)
        dummy, cores = then.blend({then.baseline(): 1.0}, level), len(bench.folds)
        n_waiting = sum(not is_variant(one.name) for one in tried[n_tried:])
        yield Moment(
            Mark(
                n_tried,
                judge.row_loss(then.crossed(level)),
                float(judge.row_loss(dummy).mean()),
                lineup.guessed_s(then.trials),
                n_waiting,
            ),
            lineup.each_s(tried[n_tried : n_tried + STEP]) * (search.kept.n_folds or cores) if tried[n_tried:] else 0.0,
            sum(trial.seconds for trials in then.trials.values() for trial in trials),
            search.loss(members(Option(ENSEMBLE, weights, cores), then, {})),
            float(search.loss((on_its_own(then, then.baseline(), {}),)).mean()),
        )


def ended(name: str, found: list[Moment], given: float, course: Course) -> Ended:
    """Where the rule would have ended the search, had that share of the time been given."""
    groups = course.bench.judge(range(len(course.bench.folds))).held.groups
    progress = Progress(groups, course.least_gain, given_s=max(given * course.given_s, LEAST_GIVEN_S))
    last = found[-1]
    for moment in found:
        progress.mark(moment.mark)
        if progress.verdict(moment.each_s) is not None:
            break
    whole = last.dummy - last.new_loss.mean()
    lost, error = mean_and_error(moment.new_loss - last.new_loss)
    return Ended(
        name=name,
        given=given,
        n_tried=moment.mark.n_tried,
        of=last.mark.n_tried,
        seconds=moment.seconds,
        saved=1 - moment.seconds / last.seconds,
        lost=lost / whole,
        error=error / whole,
    )


def replayed(name: str, options: argparse.Namespace) -> Iterator[Ended]:
    """One search, where the rule would have ended it."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) if options.keep is None else options.keep / f"{name}-{options.rows}"
        place.mkdir(parents=True, exist_ok=True)
        with threadpool_limits(1):
            search = searched(options.data / name, options, place)
            found = list(moments(search))
        for given in GIVEN:
            yield ended(name, found, given, search.course)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", nargs="*", default=SETS)
    parser.add_argument("--budget", type=float, default=900.0)
    parser.add_argument("--candidates", type=int, help="in place of the clock")
    parser.add_argument("--families", nargs="*", default=[], help="all, unless some are named")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--keep", type=Path, help="a folder for the searches; one that ended there is only replayed")
    parser.add_argument("--quick", action="store_true", help="one data set, 1,500 rows, few families, no clock")
    parser.add_argument("--check", action="store_true", help="exit with 1 if more is lost than the goal")
    options = parser.parse_args()
    if options.quick:
        options.only, options.candidates, options.rows = ["phoneme"], 40, 1_500
        options.families = ["linear", "lightgbm", "extra_trees"]
    rows: list[Ended] = []
    print("| data | as if given | ended after | of the fitting, s | of it saved | gain lost |")
    print("|---|---|---|---|---|---|")
    for name in options.only:
        for end in replayed(name, options):
            rows.append(end)
            told = f"{name} | {end.given * options.budget:.0f} s | {end.n_tried} of {end.of} | {end.seconds:.0f}"
            print(f"| {told} | {end.saved:.0%} | {end.lost:+.2%} ± {end.error:.2%} |", flush=True)
    figures = {round(given * options.budget): averaged([row for row in rows if row.given == given]) for given in GIVEN}
    usual = figures[round(options.budget)]
    told_rows = [row._asdict() | {"weight": round(row.weight, 3)} for row in rows]
    print(json.dumps({"benchmark": "stopping", **usual, "by_given_s": figures, "rows": told_rows}))
    if options.check and usual["gain_lost"] > GOAL_LOST:
        raise SystemExit(1)


def averaged(rows: list[Ended]) -> dict[str, float]:
    """Over the sets, weighed by what is known of them, and as they are."""
    weights = np.array([row.weight for row in rows])
    lost, errors = np.array([row.lost for row in rows]), np.array([row.error for row in rows])
    error = math.sqrt(float(np.square(weights * errors).sum())) / weights.sum()
    return {
        "time_saved": round(float(np.mean([row.saved for row in rows])), 3),
        "gain_lost": round(float(np.average(lost, weights=weights)), 4),
        "error": round(error, 4),
        "plain_mean": round(float(lost.mean()), 4),
        "plain_error": round(math.sqrt(float(np.square(errors).sum())) / len(rows), 4),
    }


if __name__ == "__main__":
    main()
