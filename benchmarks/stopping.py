"""What stopping early saves and what it costs.

Usage: python benchmarks/stopping.py DATA_DIR [--only NAME ...] [--budget 900] [--candidates N] [--rows 20000]
                                     [--quick] [--check]

Each search runs twice on the same rows: until it ends by itself, and then on from there, with the fits that are kept,
until the time is up or everything was tried. Told are the seconds of fitting of both and the loss of both models on
rows that were set aside, relative to what the longer search gains over the dummy. With --candidates a count takes the
place of the clock, so that a busy machine does the same as a quiet one.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

os.environ["MLWRIGHT_EXPERIENCE"] = "off"

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from honesty import STAGES, large_table
from mlwright.core.engine import execute
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.learning.data import Said, load_training
from mlwright.learning.search.choice import choose, members, on_its_own
from mlwright.learning.search.scale import Scale
from mlwright.learning.search.setup import set_up
from mlwright.learning.tasks import TASKS
from mlwright.pipeline import Settings
from mlwright.records.split import TEST
from mlwright.scoring.model import Model

SETS = ("telco_churn", "credit_g", "stroke", "phoneme", "california_housing", "wine_quality", "bank_marketing")
GOAL_LOST = 0.01
"""Of what is gained over the dummy, in the mean over the data sets."""


class Ended(NamedTuple):
    """After how many seconds and candidates and why a search ended, and the mean loss of its model and of the dummy."""

    wall_s: float
    seconds: float
    n_tried: int
    why: str
    loss: float
    dummy: float


def compared(folder: Path, options: argparse.Namespace) -> tuple[Ended, Ended]:
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
        first = searched(Path(place), settings, spent_s=0.0, stops_early=True)
        return first, searched(Path(place), settings, spent_s=first.wall_s, stops_early=False)


def searched(place: Path, settings: Settings, spent_s: float, *, stops_early: bool) -> Ended:
    """A search that goes on from what is kept."""
    budget_s = settings.train.budget if settings.train.candidates is None else None
    clock = Clock(place / "cancel", budget_s, spent_s)
    run = Run("r", Store(place / "store"), clock, n_jobs=1)
    done = execute(STAGES[:3], settings.sections(), run)
    run.stage, run.stage_key = "train", "key"
    snapshot, profile, split = done["collect"], done["profile"], done["split"]
    data = load_training(snapshot, profile, split, Said(settings.clean, {}), run)
    course = set_up(data, profile.roles, split, settings.train, run)
    course.stops_early = stops_early
    course.run()
    wall_s = clock.elapsed_s
    scale, standing = Scale(course, data.plan, profile.roles, {}), course.standing
    choice = choose(standing, course.budget, np.random.default_rng(0))
    of = members(choice.option, standing, {}), (on_its_own(standing, standing.baseline(), {}),)
    chosen, dummy = (scale.spec(each) for each in of)
    chosen = chosen.model_copy(update={"calibrator": choice.calibrator})
    table = pq.read_table(run.path(snapshot.blob))
    roles = np.frombuffer(run.get(split.roles), dtype=np.uint8)
    test = table.filter(pa.array(roles == TEST))
    task = TASKS.get(profile.roles.task)()
    target = task.target(test[profile.roles.target], profile.roles.classes, profile.target.missing_codes)
    losses = [float(task.row_loss(target, Model.load(spec, run.get).scores(test)).mean()) for spec in (chosen, dummy)]
    seconds = sum(trial.seconds for trials in standing.trials.values() for trial in trials)
    return Ended(wall_s, seconds, len(standing.trials), course.stopped, *losses)


def _after(ended: Ended) -> str:
    return f"{ended.n_tried} candidates, {ended.seconds:.0f} s"


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
    print("| data | stopped after | why | would have ended after | why | gain lost |\n|---|---|---|---|---|---|")
    for name in options.only:
        early, late = compared(options.data / name, options)
        lost = (early.loss - late.loss) / (late.dummy - late.loss)
        rows.append({"name": name, "early_s": early.seconds, "late_s": late.seconds, "lost": lost, "why": early.why})
        print(
            f"| {name} | {_after(early)} | {early.why} | {_after(late)} | {late.why} | {lost:+.2%} |",
            flush=True,
        )
    saved = 1 - sum(row["early_s"] for row in rows) / sum(row["late_s"] for row in rows)
    lost = float(np.mean([row["lost"] for row in rows]))
    print(
        json.dumps({"benchmark": "stopping", "time_saved": round(saved, 3), "gain_lost": round(lost, 4), "rows": rows})
    )
    if options.check and lost > GOAL_LOST:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
