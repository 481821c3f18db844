"""What stopping early saves and what it costs.

Usage: python benchmarks/stopping.py DATA_DIR [--only NAME ...] [--budget 900] [--candidates N] [--rows 20000]
                                     [--quick] [--check]

Each search runs once, until the time is up or everything was tried. Then it is replayed from what it has kept: after
every few candidates the rule is asked whether it would have stopped there, with several lengths of patience. Told are
the processor seconds of fitting, what share of them was saved, and by how much the model of that moment loses more than
the last one on rows that were set aside, relative to what the last one gains over the dummy, with the standard error of
that. With --candidates a count takes the place of the clock, so that a busy machine does the same as a quiet one.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

os.environ["MLWRIGHT_EXPERIENCE"] = "off"

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from honesty_draws import STAGES, large_table
from mlwright.core.engine import execute
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
from mlwright.learning.search.stop import LEAST_PATIENCE, Mark, Progress
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

PATIENCE = (4, LEAST_PATIENCE, 16, 24, 32)
STEP = 2
"""Candidates from one question to the next, as with one processor."""


class CountedBench(Bench):
    """A bench whose trials tell the processor time of the fit, which other work on the machine hardly changes."""

    def fit(self, candidate: Candidate, fold: int, time_up: Callable[[], bool]) -> Trial:
        began = time.process_time()
        trial = super().fit(candidate, fold, time_up)
        return trial.model_copy(update={"seconds": time.process_time() - began})


class Moment(NamedTuple):
    """The search after some candidates: where it stood, seconds of fitting, losses row by row of rows set aside."""

    mark: Mark
    seconds: float
    new_loss: np.ndarray


class Ended(NamedTuple):
    """Where a rule would have ended a search, the share of the time that saves, and the share of the gain it costs."""

    n_tried: int
    saved: float
    lost: float
    error: float


def searched(folder: Path, options: argparse.Namespace) -> tuple[list[Moment], float, Course]:
    """One search to its end, moment by moment, and the loss of the dummy on the rows that were set aside."""
    frame, meta = large_table(folder)
    frame = frame.sample(min(options.rows, len(frame)), random_state=0)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "rows.parquet"
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
        run = Run("r", Store(Path(place) / "store"), Clock(Path(place) / "cancel", budget_s), n_jobs=1)
        done = execute(STAGES[:3], settings.sections(), run)
        run.stage, run.stage_key = "train", "key"
        snapshot, profile, split = done["collect"], done["profile"], done["split"]
        data = load_training(snapshot, profile, split, Said(settings.clean, {}), run)
        planned = set_up(data, profile.roles, split, settings.train, run)
        bench = CountedBench(**{part.name: getattr(planned.bench, part.name) for part in fields(Bench)})
        course = Course(bench, planned.lineup, planned.budget, planned.tuner, stops_early=False)
        course.run()
        roles = np.frombuffer(run.get(split.roles), dtype=np.uint8)
        test = pq.read_table(run.path(snapshot.blob)).filter(pa.array(roles == TEST))
        task = TASKS.get(profile.roles.task)()
        target = task.target(test[profile.roles.target], profile.roles.classes, profile.target.missing_codes)
        blocks = load_encoder(data.plan, run.get).encode(test)

        @cache
        def said_by(core: CoreRef) -> np.ndarray:
            return CORES.get(core.form).from_bytes(run.get(core.blob)).predict(blocks)

        def loss(of: tuple[Member, ...]) -> np.ndarray:
            said = sum(one.weight * np.mean([said_by(core) for core in one.cores], axis=0) for one in of)
            return task.row_loss(target, bench.clip(said))

        dummy = loss((on_its_own(course.standing, course.standing.baseline(), {}),)).mean()
        return list(moments(course, loss)), float(dummy), course


def moments(course: Course, loss: Callable[[tuple[Member, ...]], np.ndarray]) -> Iterator[Moment]:
    """The search again, from its trials."""
    whole = course.standing
    names = list(whole.trials)
    first = 1 + len(course.lineup.opening)
    for n_tried in [*range(first, len(names), STEP), len(names)]:
        then = Standing(course.bench, course.lineup)
        for name in names[:n_tried]:
            for trial in whole.trials[name]:
                then.remember(trial)
            if name in whole.fates:
                then.fates[name] = whole.fates[name]
        level = then.level()
        weights, judge = then.weights(then.finalists(level), level), then.judge(level)
        dummy = then.blend({then.baseline(): 1.0}, level)
        cost_s = course.lineup.guessed_s(then.trials)
        yield Moment(
            Mark(n_tried, judge.row_loss(then.crossed(level)), float(judge.row_loss(dummy).mean()), cost_s),
            sum(trial.seconds for trials in then.trials.values() for trial in trials),
            loss(members(Option(ENSEMBLE, weights, len(course.bench.folds)), then, {})),
        )


def ended(found: list[Moment], dummy: float, patience: int, course: Course) -> Ended:
    """Where the rule would have ended the search with such patience."""
    judge = course.standing.judge(len(course.bench.folds))
    progress = Progress(judge.held.groups, course.least_gain, patience)
    last = found[-1]
    for moment in found:
        progress.mark(moment.mark)
        if progress.verdict() is not None:
            break
    whole = dummy - last.new_loss.mean()
    lost, error = mean_and_error(moment.new_loss - last.new_loss)
    return Ended(moment.mark.n_tried, 1 - moment.seconds / last.seconds, lost / whole, error / whole)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", nargs="*", default=SETS)
    parser.add_argument("--budget", type=float, default=900.0)
    parser.add_argument("--candidates", type=int, help="in place of the clock")
    parser.add_argument("--families", nargs="*", default=[], help="all, unless some are named")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--quick", action="store_true", help="one data set, 1,500 rows, few families, no clock")
    parser.add_argument("--check", action="store_true", help="exit with 1 if more is lost than the goal")
    options = parser.parse_args()
    if options.quick:
        options.only, options.candidates, options.rows = ["phoneme"], 40, 1_500
        options.families = ["linear", "lightgbm", "extra_trees"]
    rows = []
    print("| data | patience | ended after | of the fitting, s | time saved | gain lost |\n|---|---|---|---|---|---|")
    for name in options.only:
        found, dummy, course = searched(options.data / name, options)
        for patience in PATIENCE:
            end = ended(found, dummy, patience, course)
            rows.append({"name": name, "patience": patience, **end._asdict()})
            of = f"{end.n_tried} of {found[-1].mark.n_tried}"
            told = f"{name} | {patience} | {of} | {found[-1].seconds:.0f} | {end.saved:.0%} | {end.lost:+.2%}"
            print(f"| {told} ± {end.error:.2%} |", flush=True)
    figures = {patience: averaged(rows, patience) for patience in PATIENCE}
    print(json.dumps({"benchmark": "stopping", **figures[LEAST_PATIENCE], "by_patience": figures, "rows": rows}))
    usual = figures[LEAST_PATIENCE]
    if options.check and usual["gain_lost"] > GOAL_LOST:
        raise SystemExit(1)


def averaged(rows: list[dict[str, Any]], patience: int) -> dict[str, float]:
    own = [row for row in rows if row["patience"] == patience]
    saved, lost = (float(np.mean([row[key] for row in own])) for key in ("saved", "lost"))
    error = float(np.sqrt(np.square([row["error"] for row in own]).sum())) / len(own)
    return {"time_saved": round(saved, 3), "gain_lost": round(lost, 4), "error": round(error, 4)}


if __name__ == "__main__":
    main()
