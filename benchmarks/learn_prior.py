"""Learn from searches on public data sets what to try first, and show what that gains on others.

Usage: python benchmarks/learn_prior.py DATA_DIR [--learn NAME ...] [--left-out NAME ...] [--rows 2000] [--write]
                                        [--quick] [--check]

Learning: from each data set some rows are drawn and all candidates are tried, without a clock; which of them paid goes
into ``src/mlwright/learning/search/prior.jsonl`` with --write. Showing: on data sets that were not learned from, the
extra candidates are put in order with and without what was learned. Told is the gain over the dummy, as a share of that
of all candidates together, that an ensemble of the first few has reached, from the same trials: so the order alone
differs, and the machine's speed does not matter.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
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
from mlwright.learning.search.choice import choose
from mlwright.learning.search.course import Course
from mlwright.learning.search.experience import advise, trace_of
from mlwright.learning.search.order import in_order
from mlwright.learning.search.setup import set_up
from mlwright.pipeline import Settings
from mlwright.records.experience import Trace

PRIOR = Path(__file__).parents[1] / "src" / "mlwright" / "learning" / "search" / "prior.jsonl"
LEARN = (
    "credit_g",
    "bank_marketing",
    "phoneme",
    "wine_quality",
    "vehicle",
    "insurance_charges",
    "diamonds",
    "bike_sharing",
)
LEFT_OUT = ("telco_churn", "stroke", "optdigits", "california_housing", "employee_salaries")
FIRST = (3, 5, 8)


class Search(NamedTuple):
    """What a search taught, and the shares that its candidates reach in the plain and in the advised order."""

    trace: Trace
    plain: dict[int, float]
    advised: dict[int, float]


def searched(folder: Path, n_rows: int, learned: Sequence[Trace] = ()) -> Search:
    """All candidates tried on some rows of a data set."""
    frame, meta = large_table(folder)
    frame = frame.sample(min(n_rows, len(frame)), random_state=0)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "drawn.parquet"
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), file)
        settings = Settings.model_validate(
            {
                "project": {"target": meta["target"], "task": meta["task"]},
                "collect": {"source": str(file)},
                "split": {"method": "random" if meta["task"] == "regression" else "stratified", "test_share": 0.01},
                "train": {"candidates": 40},
            }
        )
        run = Run("r", Store(Path(place) / "store"), Clock(Path(place) / "cancel", None), n_jobs=1)
        done = execute(STAGES[:3], settings.sections(), run)
        run.stage, run.stage_key = "train", "key"
        snapshot, profile, split = done["collect"], done["profile"], done["split"]
        data = load_training(snapshot, profile, split, Said(settings.clean, {}), run)
        course = set_up(data, profile.roles, split, settings.train, run)
        course.run()
        choice = choose(course.standing, course.budget, np.random.default_rng(0))
        return Search(
            trace_of(course.bench.facts, course.standing, choice),
            shares_reached(course, {}),
            shares_reached(course, advise(course.bench.facts, [], learned).worth),
        )


def shares_reached(course: Course, worth: Mapping[str, float]) -> dict[int, float]:
    """What an ensemble of the first few candidates gains over the dummy, as a share of what that of all gains."""
    standing, everybody = course.standing, course.lineup
    level = len(course.bench.folds)
    tried = [one for one in (*everybody.opening, *everybody.extra) if len(standing.trials.get(one.name, ())) == level]
    floor = [everybody.simple.name] if everybody.simple else []
    judge = standing.judge(level)
    dummy = judge.loss(standing.predictions([standing.baseline()], level)[0])

    def gain(names: list[str]) -> float:
        return dummy - judge.loss(standing.blend(standing.weights(names, level), level))

    ordered = [one.name for one in in_order(tried, worth, everybody.costs_s)]
    whole = gain(floor + ordered)
    return {n: gain(floor + ordered[:n]) / whole for n in FIRST if whole > 0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--learn", nargs="*", default=LEARN)
    parser.add_argument("--left-out", nargs="*", default=LEFT_OUT)
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--write", action="store_true", help="keep what was learned in the package")
    parser.add_argument("--quick", action="store_true", help="one data set on either side, 300 rows")
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 if the learned order is worse with three candidates"
    )
    options = parser.parse_args()
    if options.quick:
        options.learn, options.left_out, options.rows = ["credit_g"], ["telco_churn"], 300
    learned = []
    for name in options.learn:
        learned.append(searched(options.data / name, options.rows).trace)
        print(f"learned from {name}", flush=True)
    rows = []
    print("| left out | first | order as shipped | order as learned now |\n|---|---|---|---|")
    for name in options.left_out:
        search = searched(options.data / name, options.rows, learned)
        for n, plain in search.plain.items():
            rows.append({"name": name, "first": n, "without": round(plain, 4), "with": round(search.advised[n], 4)})
            print(f"| {name} | {n} | {plain:.1%} | {search.advised[n]:.1%} |", flush=True)
    if options.write:
        PRIOR.write_text("".join(f"{trace.model_dump_json()}\n" for trace in learned))
    few = [row for row in rows if row["first"] == FIRST[0]]
    gained = float(np.mean([row["with"] - row["without"] for row in few])) if few else 0.0
    print(json.dumps({"benchmark": "learn_prior", "gained_with_three": round(gained, 4), "rows": rows}))
    if options.check and gained < 0:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
