"""How often the interval that a run states holds what its model is really worth.

Usage: python benchmarks/honesty.py DATA_DIR [--only NAME ...] [--rows 300 1000 3000] [--draws 40] [--quick] [--check]

From a large table many small ones are drawn, as if somebody had collected no more than that. Each goes the way of a run
(a fifth set aside, candidates fitted on folds, an ensemble chosen, the test rows opened once), with a small count of
candidates. What the model is worth in truth is measured on rows of the large table that were not drawn. Told is how
often intervals of 95 % held that truth, and by how much figures were off, in standard errors: below zero is too good.

    test            the figure on the rows that were set aside
    gain            the gain over the dummy on them
    corrected       the figure by the rows that the folds held out, corrected
    corrected gain  the gain over the dummy by them
    held out        the figure on these rows as it is, with its own interval

The corrections were developed on made-up tables and on phoneme, california_housing, bank_marketing and diamonds; the
data sets that are used here unless others are named are different ones.

DATA_DIR holds a folder a data set with a meta.json (name, target, task, main_file, read_csv).
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.core.engine import Stage, execute
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.compute.table import open_snapshot
from mlwright.learning.metrics import METRICS
from mlwright.learning.tasks import TASKS
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.pipeline import Settings
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import Estimate, Evaluation
from mlwright.records.findings import Findings
from mlwright.records.model import ModelSpec
from mlwright.records.profile import Profile
from mlwright.records.split import TRAIN, Split
from mlwright.records.trials import Training
from mlwright.scoring.model import Model
from mlwright.statistics.sampling import Draws, Sampling

LARGE = (
    "covertype_20k",
    "electricity_elec2",
    "telco_churn",
    "employee_salaries",
    "wine_quality",
    "stroke",
    "bike_sharing",
    "optdigits",
)
GOAL = (0.93, 0.97)
MOST_TRUE_ROWS = 10_000
STAGES = (
    Stage("mlwright.data.collect", Snapshot, reads_world=True),
    Stage("mlwright.data.profile", Profile),
    Stage("mlwright.data.split", Split),
    Stage("mlwright.learning.train", Training),
    Stage("mlwright.learning.evaluate", Evaluation),
)
KINDS = ("test", "gain", "corrected", "corrected gain", "held out")


@dataclass
class Cell:
    """One kind of figure over all draws of one size from one data set."""

    name: str
    rows: int
    kind: str
    draws: int
    covered: float
    bias_in_errors: float
    width_share: float


def large_table(folder: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The data set, without the columns that give the target away."""
    meta = json.loads((folder / "meta.json").read_text())
    file = folder / meta["main_file"]
    options = meta.get("read_csv") or {}
    frame = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file, **options)
    frame = frame.drop(columns=[name for name in meta.get("leakage_columns", []) if name in frame])
    frame = frame.drop(columns=[name for name in meta.get("id_columns", []) if name in frame])
    return frame[frame[meta["target"]].notna()].reset_index(drop=True), meta


def draw(
    frame: pd.DataFrame, meta: dict[str, Any], n_rows: int, seed: int, options: argparse.Namespace
) -> dict[str, tuple[Estimate, float]]:
    """One small table, a run on it, and for each kind of figure what was said and what is true."""
    rng = np.random.default_rng([seed, n_rows])
    order = rng.permutation(len(frame))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "drawn.parquet"
        pq.write_table(pa.Table.from_pandas(frame.iloc[order[:n_rows]], preserve_index=False), file)
        settings = Settings.model_validate(
            {
                "project": {"target": meta["target"], "task": meta["task"], "seed": seed},
                "collect": {"source": str(file)},
                "split": {
                    "method": "random" if meta["task"] == "regression" else "stratified",
                    "test_share": options.test_share,
                },
                "train": {"candidates": options.candidates, "families": options.families},
            }
        )
        run = Run("r", Store(Path(folder) / "store"), Clock(Path(folder) / "cancel", None), seed=seed, n_jobs=1)
        nothing = Findings(findings=(), quiet=(), skipped=())
        results = execute(STAGES, [*settings.sections(), nothing], run)
        rest = frame.iloc[order[n_rows : n_rows + MOST_TRUE_ROWS]]
        return _compared(results, rest, run)


def _compared(results: dict[str, Any], rest: pd.DataFrame, run: Run) -> dict[str, tuple[Estimate, float]]:
    training, roles = results["train"], results["profile"].roles
    model, dummy = (
        _true(spec, training.metric, roles, results["profile"], rest, run)
        for spec in (training.model, training.baseline)
    )
    gain = (model - dummy) if training.greater_is_better else (dummy - model)
    said = results["evaluate"].metrics[0]
    found = {"test": (said.model, model), "gain": (said.gain_over_baseline, gain)}
    if training.corrected is not None:
        found |= {
            "corrected": (training.corrected.model, model),
            "corrected gain": (training.corrected.gain_over_baseline, gain),
            "held out": (_as_it_is(training, results, run), model),
        }
    return found


def _as_it_is(training: Training, results: dict[str, Any], run: Run) -> Estimate:
    """The figure on the held-out rows without a correction."""
    rows = np.flatnonzero(np.frombuffer(run.get(results["split"].roles), dtype=np.uint8) == TRAIN)
    roles, profile = results["profile"].roles, results["profile"]
    values = open_snapshot(results["collect"], run).arrow([roles.target], rows)[roles.target]
    target = TASKS.get(roles.task)().target(values, roles.classes, profile.target.missing_codes)
    said = np.frombuffer(run.get(training.out_of_fold), dtype=np.float32).reshape(len(rows), -1).astype(float)
    known = np.isfinite(said).all(axis=1)
    draws = Draws(Sampling(int(known.sum())), 0)
    return yardstick(training.metric, target[known], draws).estimate(Scored(said[known]))


def _true(spec: ModelSpec, metric: str, roles: Any, profile: Profile, rest: pd.DataFrame, run: Run) -> float:
    """The metric on rows that were not drawn; rows of a class that was not drawn are left out."""
    table = pa.Table.from_pandas(rest, preserve_index=False)
    target = TASKS.get(roles.task)().target(table[roles.target], roles.classes, profile.target.missing_codes)
    known = target >= 0 if roles.classes else np.isfinite(target)
    scores = Model.load(spec, run.get).scores(table.filter(pa.array(known)))
    return float(METRICS.get(metric)().score(target[known], scores))


def cells(name: str, n_rows: int, found: list[dict[str, tuple[Estimate, float]]]) -> Iterator[Cell]:
    for kind in KINDS:
        pairs = [each[kind] for each in found if kind in each and math.isfinite(each[kind][0].value)]
        if not pairs:
            continue
        halves = np.array([(said.high - said.low) / 2 for said, _ in pairs])
        off = np.array([said.value - true for said, true in pairs])
        covered = np.mean([said.low <= true <= said.high for said, true in pairs])
        relative = float(np.mean(halves / np.abs([true for _, true in pairs])))
        yield Cell(name, n_rows, kind, len(pairs), float(covered), float(np.mean(off / halves) * 1.96), relative)


def show(rows: list[Cell]) -> None:
    print("| data | rows | figure | draws | held the truth | off, in errors | half width |")
    print("|---|---|---|---|---|---|---|")
    for cell in rows:
        figures = f"{cell.covered:.1%} | {cell.bias_in_errors:+.2f} | {cell.width_share:.1%}"
        print(f"| {cell.name} | {cell.rows} | {cell.kind} | {cell.draws} | {figures} |")


def overall(rows: list[Cell]) -> dict[str, float]:
    """How often each kind of figure held the truth, over all draws."""
    return {
        kind: round(
            float(
                np.average(
                    [c.covered for c in rows if c.kind == kind], weights=[c.draws for c in rows if c.kind == kind]
                )
            ),
            4,
        )
        for kind in KINDS
        if any(cell.kind == kind for cell in rows)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", nargs="*", default=LARGE)
    parser.add_argument("--rows", nargs="*", type=int, default=[300, 1000, 3000])
    parser.add_argument("--draws", type=int, default=40, help="from each data set and of each size")
    parser.add_argument("--test-share", type=float, default=0.2, help="with 0 figures rest on held-out rows alone")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--candidates", type=int, default=4)
    parser.add_argument("--families", nargs="*", default=["linear", "lightgbm", "extra_trees"])
    parser.add_argument("--quick", action="store_true", help="two data sets, 300 rows, 8 draws")
    parser.add_argument("--check", action="store_true", help="exit with 1 if intervals hold too rarely or too often")
    options = parser.parse_args()
    if options.quick:
        options.only, options.rows, options.draws = options.only[1:2], [300], 8
    began, rows = time.process_time(), []
    for name in options.only:
        frame, meta = large_table(options.data / name)
        for n_rows in options.rows:
            found = [
                draw(frame, meta, n_rows, seed, options) for seed in range(options.first, options.first + options.draws)
            ]
            rows += cells(name, n_rows, found)
            print(f"{name} {n_rows}: {overall(rows[-len(KINDS) :])}", flush=True)
    show(rows)
    covered = overall(rows)
    figures = {
        "benchmark": "honesty",
        "covered": covered,
        "cpu_s": round(time.process_time() - began),
        "rows": [asdict(row) for row in rows],
    }
    print(json.dumps(figures))
    if options.check and not (all(GOAL[0] <= covered[kind] <= GOAL[1] for kind in KINDS[:4])):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
