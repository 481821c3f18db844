"""What the whole job costs against rows and columns: wall clock over its budget, memory, accuracy, size and speed.

Usage: python benchmarks/scaling.py [FOLDER] [--rows 10000 100000 500000] [--columns 30] [--budget 60] [--out FILE]
                                    [--quick] [--check]
       python benchmarks/scaling.py [FOLDER] --rows 10000000 --budget 900

FOLDER holds the tables that are made (Parquet; a temporary folder by default). A table has numbers, some of them with
gaps, and a category in every fifth column; the target, one of two classes, depends on a third of the columns, on
thresholds, products and categories. As the chances that it was drawn by are known, so is the least log loss that any
model could have: `above` is how much the model's is above it, as a share of what the best would gain over no model.
Every run is a process of its own, start-up included; its memory is the largest that it had resident.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

GOAL_OVER, GOAL_GB = 1.05, 8.0
ROWS_AT_ONCE = 250_000
N_LEVELS, GAP_SHARE = 12, 0.05


class Figures(NamedTuple):
    """One run."""

    rows: int
    columns: int
    budget_s: float
    wall_s: float
    cpu_s: float
    peak_gb: float
    log_loss: float
    above: float
    bundle_mb: float
    row_ms: float
    made_of: str


class Table(NamedTuple):
    """Where a table lies, and the least log loss and that of no model."""

    file: Path
    least: float
    without: float


def make(folder: Path, n_rows: int, n_columns: int) -> Table:
    """Write a table, a part at a time."""
    file, truth = folder / f"{n_rows}x{n_columns}.parquet", np.random.default_rng(n_columns)
    n_told = max(n_columns // 3, 2)
    slopes, effects = truth.normal(size=n_told), truth.normal(size=(n_told, N_LEVELS))
    writer, least, positive = None, 0.0, 0
    for number, start in enumerate(range(0, n_rows, ROWS_AT_ONCE)):
        rng, n = np.random.default_rng([number, n_columns]), min(ROWS_AT_ONCE, n_rows - start)
        columns, score = {}, np.zeros(n)
        before = np.zeros(n)
        for j in range(n_columns):
            if j % 5 == 4:
                places = np.minimum(rng.geometric(0.2, n) - 1, N_LEVELS - 1)
                columns[f"c{j}"] = pa.DictionaryArray.from_arrays(
                    pa.array(places.astype(np.int8)), [f"level {i}" for i in range(N_LEVELS)]
                ).cast(pa.string())
                score += effects[j, places] if j < n_told else 0.0
                continue
            values = rng.normal(size=n) if j % 3 else rng.exponential(size=n)
            gaps = rng.random(n) < GAP_SHARE if j % 7 == 3 else np.zeros(n, dtype=bool)
            columns[f"x{j}"] = pa.array(values, mask=gaps)
            if j < n_told:
                known = np.where(gaps, 0.0, values)
                score += slopes[j] * (0.5 * known + (known > 0.5) + 0.7 * known * before)
                before = known
        chance = 1.0 / (1.0 + np.exp(-(score - score.mean()) / max(score.std(), 1e-9) * 1.5 + 0.5))
        answer = rng.random(n) < chance
        least -= float(np.where(answer, np.log(chance), np.log1p(-chance)).sum())
        positive += int(answer.sum())
        part = pa.table(columns | {"y": pa.array(np.where(answer, "yes", "no"))})
        writer = writer or pq.ParquetWriter(file, part.schema)
        writer.write_table(part)
    assert writer is not None
    writer.close()
    share = positive / n_rows
    return Table(file, least / n_rows, -share * math.log(share) - (1 - share) * math.log(1 - share))


def run(table: Table, n_rows: int, n_columns: int, budget: float, workspace: Path) -> Figures:
    from mlwright import Project

    folder = workspace / f"project-{n_rows}x{n_columns}"
    project = Project.create(folder, {"project": {"target": "y"}, "collect": {"source": str(table.file.resolve())}})
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-c", PEAK, "run", "-p", str(folder), "--budget", f"{budget}s", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    wall_s, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{n_rows} rows, {n_columns} columns: {done.stderr[-2000:]}")
    evaluation, bundle, training = (project.show(what) for what in ("evaluation", "bundle", "leaderboard"))
    loss = evaluation.metrics[0].model.value
    return Figures(
        rows=n_rows,
        columns=n_columns,
        budget_s=budget,
        wall_s=round(wall_s, 1),
        cpu_s=round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        peak_gb=round(int(done.stderr.rpartition("peak_kb=")[2]) * 1024 / 1e9, 2),
        log_loss=round(loss, 5),
        above=round((loss - table.least) / (table.without - table.least), 4),
        bundle_mb=round(bundle.size_bytes / 1e6, 2),
        row_ms=bundle.single_row_ms,
        made_of=", ".join(row.name for row in training.leaderboard if row.weight > 0 and not row.chosen),
    )


PEAK = """
import resource, sys
from mlwright.faces.cli.main import main
try:
    main()
finally:
    sys.stderr.write(f"peak_kb={resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
"""


def show(found: list[Figures]) -> None:
    print(
        "| rows | columns | budget s | wall s | CPU s | peak GB | log loss | above the least | MB | row ms | made of |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for f in found:
        print(
            f"| {f.rows:,} | {f.columns} | {f.budget_s:.0f} | {f.wall_s:.1f} | {f.cpu_s:.0f} | {f.peak_gb:.2f} "
            f"| {f.log_loss:.4f} | {f.above:.1%} | {f.bundle_mb:.1f} | {f.row_ms:.2f} | {f.made_of} |"
        )


def missed(found: list[Figures]) -> list[str]:
    """Which goals were missed, as sentences."""
    which = [(f"{f.rows:,} rows, {f.columns} columns", f) for f in found]
    late = [
        f"{what}: {f.wall_s / f.budget_s:.2f} of the budget" for what, f in which if f.wall_s > GOAL_OVER * f.budget_s
    ]
    return late + [f"{what}: {f.peak_gb:.1f} GB of memory" for what, f in which if f.peak_gb > GOAL_GB]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="where the tables are made")
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000, 500_000])
    parser.add_argument("--columns", type=int, nargs="*", default=[30])
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--out", type=Path, help="JSON lines of all runs; added to")
    parser.add_argument("--quick", action="store_true", help="2,000 and 8,000 rows by 10 columns, 15 s")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    options = parser.parse_args()
    if options.quick:
        options.rows, options.columns, options.budget = [2_000, 8_000], [10], 15.0
    found: list[Figures] = []
    with tempfile.TemporaryDirectory(dir=options.folder) as workspace:
        for n_columns in options.columns:
            for n_rows in options.rows:
                table = make(Path(workspace), n_rows, n_columns)
                found.append(run(table, n_rows, n_columns, options.budget, Path(workspace)))
                print(found[-1], file=sys.stderr)
                if options.out:
                    with options.out.open("a") as file:
                        file.write(json.dumps(found[-1]._asdict()) + "\n")
    show(found)
    not_reached = missed(found)
    print("\n".join(not_reached))
    print(json.dumps({"benchmark": "scaling", "missed": not_reached, "figures": [f._asdict() for f in found]}))
    if options.check and not_reached:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
