"""How often the interval that a run states holds what its model is really worth.

Usage: python benchmarks/honesty.py DATA_DIR [--only NAME ...] [--rows 300 1000 3000] [--draws 27] [--keep FILE]
                                    [--quick] [--check]

From a large table many small ones are drawn, as if somebody had collected no more than that. Each goes the way of a run
(a fifth set aside, candidates fitted on folds, an ensemble chosen, the test rows opened once), with a small count of
candidates. What the model is worth in truth is measured on rows of the large table that were not drawn; that is a
sample itself, so that its own error is allowed for. Told is how often intervals of 95 % held that truth, and by how
much figures were off, in standard errors: below zero is too good.

    test            the figure on the rows that were set aside
    gain            the gain over the dummy on them
    corrected       the figure by the rows that the folds held out, corrected
    corrected gain  the gain over the dummy by them
    held out        the figure on these rows as it is, with its own interval

The sets take turns, so that what is there at any moment is a sample of the whole. With --keep every draw is added to a
file as a line of JSON; the next call reads it and goes on from there.

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
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.core.engine import Stage, execute
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.compute.table import open_snapshot
from mlwright.learning.tasks import TASKS
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.pipeline import Settings
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import Estimate, Evaluation
from mlwright.records.findings import Findings
from mlwright.records.profile import Profile
from mlwright.records.split import TRAIN, Split
from mlwright.records.trials import Training
from mlwright.scoring.model import Model
from mlwright.statistics.sampling import Draws, Sampling
from mlwright.statistics.shares import wilson

LARGE = (
    "covertype_20k",
    "electricity_elec2",
    "telco_churn",
    "employee_salaries",
    "wine_quality",
    "stroke",
    "bike_sharing",
)
GOAL = (0.93, 0.97)
MOST_TRUE_ROWS = 8_000
PLAIN_REPLICATES = 60
"""So few that intervals are Student's: of thousands of rows they are as good."""
STAGES = (
    Stage("mlwright.data.collect", Snapshot, reads_world=True),
    Stage("mlwright.data.profile", Profile),
    Stage("mlwright.data.split", Split),
    Stage("mlwright.learning.train", Training),
    Stage("mlwright.learning.evaluate", Evaluation),
)
KINDS = ("test", "gain", "corrected", "corrected gain", "held out")


class Told(NamedTuple):
    """One kind of figure of one draw: the interval that was stated, and the truth with the half width of its own."""

    low: float
    value: float
    high: float
    true: float
    unsure: float

    @property
    def held(self) -> bool:
        """Whether the interval held the truth, as far as that is known."""
        below, above = (math.hypot(end - self.value, self.unsure) for end in (self.low, self.high))
        return self.value - below <= self.true <= self.value + above


class Draw(NamedTuple):
    """What was said and what is true of one small table."""

    data: str
    rows: int
    seed: int
    told: dict[str, Told]
    cpu_s: float
    corrections: dict[str, float]
    """What `Corrected` made up for, and its error."""


@dataclass
class Cell:
    """One kind of figure over all draws of one size from one data set."""

    name: str
    rows: int
    kind: str
    draws: int
    covered: float
    low: float
    high: float
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


def draw(frame: pd.DataFrame, meta: dict[str, Any], n_rows: int, seed: int, options: argparse.Namespace) -> Draw:
    """One small table and a run on it."""
    began = time.process_time()
    order = np.random.default_rng([seed, n_rows]).permutation(len(frame))
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
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
                "train": {"candidates": options.candidates, "families": options.families, "experience": False},
            }
        )
        run = Run("r", Store(Path(folder) / "store"), Clock(Path(folder) / "cancel", None), seed=seed, n_jobs=1)
        nothing = Findings(findings=(), quiet=(), skipped=())
        results = execute(STAGES, [*settings.sections(), nothing], run)
        rest = frame.iloc[order[n_rows : n_rows + MOST_TRUE_ROWS]]
        told = _compared(results, rest, run)
        corrected = getattr(results["train"], "corrected", None)
    known = corrected.model_dump(include={"flattery", "stopping", "together", "error"}) if corrected else {}
    return Draw(meta["name"], n_rows, seed, told, round(time.process_time() - began, 2), known)


def _compared(results: dict[str, Any], rest: pd.DataFrame, run: Run) -> dict[str, Told]:
    """What was said beside what is true."""
    training, said = results["train"], results["evaluate"].metrics[0]
    found = {"test": said.model, "gain": said.gain_over_baseline}
    if training.corrected is not None:
        found |= {
            "corrected": training.corrected.model,
            "corrected gain": training.corrected.gain_over_baseline,
            "held out": _as_it_is(training, results, run),
        }
    model, gain = _true(results, rest, run)
    return {
        kind: Told(each.low, each.value, each.high, truth.value, (truth.high - truth.low) / 2)
        for kind, each in found.items()
        for truth in [gain if "gain" in kind else model]
    }


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


def _true(results: dict[str, Any], rest: pd.DataFrame, run: Run) -> tuple[Estimate, Estimate]:
    """The metric and the gain on rows that were not drawn; rows of a class that was not drawn are left out."""
    training, roles = results["train"], results["profile"].roles
    table = pa.Table.from_pandas(rest, preserve_index=False)
    codes = results["profile"].target.missing_codes
    target = TASKS.get(roles.task)().target(table[roles.target], roles.classes, codes)
    known = target >= 0 if roles.classes else np.isfinite(target)
    told = table.filter(pa.array(known))
    model, dummy = (Scored(Model.load(spec, run.get).scores(told)) for spec in (training.model, training.baseline))
    measure = yardstick(training.metric, target[known], Draws(Sampling(int(known.sum())), 0, PLAIN_REPLICATES))
    return measure.estimate(model), measure.gain(model, dummy)


def cells(name: str, n_rows: int, found: list[Draw]) -> Iterator[Cell]:
    """One for each kind of figure."""
    for kind in KINDS:
        told = [each.told[kind] for each in found if kind in each.told and math.isfinite(each.told[kind].value)]
        if not told:
            continue
        halves = np.array([(one.high - one.low) / 2 for one in told])
        off = np.array([one.value - one.true for one in told])
        covered = float(np.mean([one.held for one in told]))
        sure = wilson(covered, len(told))
        relative = float(np.mean(halves / np.abs([one.true for one in told])))
        bias = float(np.mean(off / np.hypot(halves, [one.unsure for one in told])) * 1.96)
        yield Cell(name, n_rows, kind, len(told), covered, sure.low, sure.high, bias, relative)


def summary(found: list[Draw]) -> list[Cell]:
    """By data set and size, by size over all sets, and over all."""
    rows: list[Cell] = []
    for n_rows in dict.fromkeys(each.rows for each in found):
        of_size = [each for each in found if each.rows == n_rows]
        for name in dict.fromkeys(each.data for each in of_size):
            rows += cells(name, n_rows, [each for each in of_size if each.data == name])
        rows += cells("all", n_rows, of_size)
    return [*rows, *cells("all", 0, found)]


def show(rows: list[Cell]) -> None:
    print("| data | rows | figure | draws | held the truth | off, in errors | half width |")
    print("|---|---|---|---|---|---|---|")
    for cell in rows:
        held = f"{cell.covered:.1%} ({cell.low:.1%} to {cell.high:.1%})"
        figures = f"{held} | {cell.bias_in_errors:+.2f} | {cell.width_share:.1%}"
        print(f"| {cell.name} | {cell.rows or 'all'} | {cell.kind} | {cell.draws} | {figures} |")


def kept(file: Path | None) -> list[Draw]:
    """The draws of earlier calls."""
    if file is None or not file.exists():
        return []
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return [Draw(**line | {"told": {kind: Told(*told) for kind, told in line["told"].items()}}) for line in lines]


def drawn(options: argparse.Namespace) -> list[Draw]:
    """All draws that are asked for, the sets and sizes in turns; those that were kept are not drawn again."""
    tables = [large_table(options.data / name) for name in options.only]
    before = {(each.data, each.rows, each.seed): each for each in kept(options.keep)}
    found = []
    for seed in range(options.first, options.first + options.draws):
        for n_rows in options.rows:
            for frame, meta in tables:
                one = before.get((meta["name"], n_rows, seed)) or draw(frame, meta, n_rows, seed, options)
                found.append(one)
                if options.keep and (meta["name"], n_rows, seed) not in before:
                    with options.keep.open("a") as lines:
                        lines.write(json.dumps(one._asdict()) + "\n")
        print(f"seed {seed}: {overall(summary(found))}", flush=True)
    return found


def overall(rows: list[Cell]) -> dict[str, float]:
    """How often each kind of figure held the truth, over all draws."""
    return {cell.kind: round(cell.covered, 4) for cell in rows if not cell.rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", nargs="*", default=LARGE)
    parser.add_argument("--rows", nargs="*", type=int, default=[300, 1000, 3000])
    parser.add_argument("--draws", type=int, default=27, help="from each data set and of each size")
    parser.add_argument("--test-share", type=float, default=0.2, help="with 0 figures rest on held-out rows alone")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--candidates", type=int, default=3)
    parser.add_argument("--families", nargs="*", default=["linear", "lightgbm"])
    parser.add_argument("--keep", type=Path, help="a file that draws are added to, and read from by the next call")
    parser.add_argument("--scratch", type=Path, help="where the small projects lie, such as a folder in memory")
    parser.add_argument("--quick", action="store_true", help="two data sets, 300 rows, 6 draws")
    parser.add_argument("--check", action="store_true", help="exit with 1 if intervals hold too rarely or too often")
    options = parser.parse_args()
    if options.quick:
        options.only, options.rows, options.draws = options.only[1:3], [300], 6
    began = time.process_time()
    rows = summary(drawn(options))
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
