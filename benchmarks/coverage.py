"""How often prediction intervals and sets of classes hold the truth: overall, and in the worst part of the rows.

Usage: python benchmarks/coverage.py DATA_DIR [--only NAME ...] [--draws 5] [--quick] [--check]

Of each data set 3,000 rows are drawn (fewer where there are not as many): a run learns from them, cheap candidates
only, and its intervals (numbers) or sets (classes) of 90 % are asked about up to 10,000 rows that were not drawn. The
worst part is the value, quintile or gap of one input, of at least 100 rows, in which they held least: it is chosen on
one half of these rows and measured on the other.

DATA_DIR holds a folder a data set with a meta.json (name, target, task, main_file, read_csv).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from honesty_draws import STAGES, large_table
from mlwright.core.engine import execute
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.columns import Rows
from mlwright.learning.coverage import held_and_sizes
from mlwright.learning.segments import parts_of
from mlwright.learning.tasks import TASKS
from mlwright.pipeline import Settings
from mlwright.records.findings import Findings
from mlwright.scoring.model import Model
from mlwright.scoring.uncertain import Uncertain

NAMES = (
    "california_housing",
    "diamonds",
    "bike_sharing",
    "employee_salaries",
    "ames_housing",
    "insurance_charges",
    "wine_quality",
    "telco_churn",
    "bank_marketing",
    "stroke",
    "covertype_20k",
    "optdigits",
)
QUICK = ("california_housing", "telco_churn", "insurance_charges")
LEVEL = 0.9
GOAL, GOAL_OF_THE_WORST = (0.88, 0.94), 0.75
N_DRAWN, MOST_ASKED, ROWS_OF_A_PART = 3000, 10_000, 100


class Asked(NamedTuple):
    """One draw: how often the truth was held, overall and in the worst part."""

    held: float
    size: float
    worst_held: float
    worst: str
    unlike: float


@dataclass
class Line:
    """All draws from one data set."""

    name: str
    draws: int
    held: float
    size: float
    worst_held: float
    worst: str
    unlike: float


def draw(frame: pd.DataFrame, meta: dict[str, Any], seed: int) -> Asked:
    """One small table, a run on it, and its intervals on other rows."""
    order = np.random.default_rng(seed).permutation(len(frame))
    n_drawn = min(N_DRAWN, len(frame) // 2)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "drawn.parquet"
        pq.write_table(pa.Table.from_pandas(frame.iloc[order[:n_drawn]], preserve_index=False), file)
        settings = Settings.model_validate(
            {
                "project": {"target": meta["target"], "task": meta["task"], "seed": seed},
                "collect": {"source": str(file)},
                "split": {"method": "random" if meta["task"] == "regression" else "stratified"},
                "train": {"candidates": 2, "families": ["linear", "lightgbm"], "experience": False},
            }
        )
        run = Run("r", Store(Path(folder) / "store"), Clock(Path(folder) / "cancel", None), seed=seed, n_jobs=1)
        results = execute(STAGES, [*settings.sections(), Findings(findings=(), quiet=(), skipped=())], run)
        return _asked(results, frame.iloc[order[n_drawn : n_drawn + MOST_ASKED]], run)


def _asked(results: dict[str, Any], rest: pd.DataFrame, run: Run) -> Asked:
    profile, spec = results["profile"], results["train"].model
    roles, table = profile.roles, pa.Table.from_pandas(rest, preserve_index=False)
    target = TASKS.get(roles.task)().target(table[roles.target], roles.classes, profile.target.missing_codes)
    known = target >= 0 if roles.classes else np.isfinite(target)
    table, target = table.filter(pa.array(known)), target[known]
    model, uncertain = Model.load(spec, run.get), Uncertain(results["evaluate"].uncertainty, spec.plan)
    blocks = model.encoder.encode(table)
    held, sizes = held_and_sizes(LEVEL, uncertain, blocks, target, model.predict(blocks))
    rows = Rows(profile, np.arange(len(target)), table, seed=0)
    parts = [part for name in roles.inputs for part in parts_of(rows, name)]
    choosing = np.random.default_rng(0).random(len(held)) < 0.5
    large = [(name, inside) for name, inside in parts if inside.sum() >= ROWS_OF_A_PART]
    worst, inside = min(large, key=lambda part: held[part[1] & choosing].mean())
    unlike = float(np.mean([bool(why) for why in uncertain.unlike(blocks)]))
    return Asked(float(held.mean()), float(sizes.mean()), float(held[inside & ~choosing].mean()), worst, unlike)


def line(name: str, found: Sequence[Asked]) -> Line:
    means = {
        key: round(float(np.mean([getattr(one, key) for one in found])), 4) for key in Asked._fields if key != "worst"
    }
    return Line(name=name, draws=len(found), worst=min(found, key=lambda one: one.worst_held).worst, **means)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", nargs="*", default=NAMES)
    parser.add_argument("--draws", type=int, default=5, help="from each data set")
    parser.add_argument("--quick", action="store_true", help="three data sets, one draw")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    options = parser.parse_args()
    if options.quick:
        options.only, options.draws = QUICK, 1
    began, lines = time.process_time(), []
    print("| data | held (90 % promised) | size | worst part held | worst part | unlike |\n|---|---|---|---|---|---|")
    for name in options.only:
        frame, meta = large_table(options.data / name)
        one = line(name, [draw(frame, meta, seed) for seed in range(options.draws)])
        lines.append(one)
        told = f"{one.held:.1%} | {one.size:.4g} | {one.worst_held:.1%} | {one.worst} | {one.unlike:.2%}"
        print(f"| {name} | {told} |", flush=True)
    figures = {
        "benchmark": "coverage",
        "held": round(float(np.mean([one.held for one in lines])), 4),
        "held_least": min(one.held for one in lines),
        "worst_part": round(float(np.mean([one.worst_held for one in lines])), 4),
        "worst_part_least": min(one.worst_held for one in lines),
        "cpu_s": round(time.process_time() - began),
        "rows": [asdict(one) for one in lines],
    }
    print(json.dumps(figures))
    missed = [one for one in lines if not GOAL[0] <= one.held <= 1.0 or one.worst_held < GOAL_OF_THE_WORST]
    if options.check and (missed or figures["held"] > GOAL[1]):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
