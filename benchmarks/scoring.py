"""Rows that are scored from Parquet to Parquet, against the bare models on numbers that lie ready in memory.

Usage: python benchmarks/scoring.py [BUNDLE] [--rows 10000000] [--quick] [--check]

Without BUNDLE, a model is made first, from the data that comes with mlwright. The rows are the bundle's golden rows
with their numbers disturbed. The job is killed once in the middle, and goes on; every row must be there once. The bare
models are given the encoded rows, in as many threads.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.scoring.bundle import Bundle
from serve import make_bundle

GOAL_MEMORY_MB = 2_000
GOAL_SHARE = 0.25
"""Of the rows a CPU second of the bare models, beyond what it takes to start, which is little of ten million rows."""

FILE_ROWS = 500_000
BARE_TIMES = 9


class Job(NamedTuple):
    """What one process took."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def write_rows(bundle: Bundle, n_rows: int, folder: Path) -> None:
    folder.mkdir()
    golden = pa.Table.from_pylist([dict(each.row) for each in bundle.manifest.golden])
    numbers = [clause.name for clause in bundle.inputs if clause.kind == "number"]
    rng = np.random.default_rng(0)
    for start in range(0, n_rows, FILE_ROWS):
        size = min(FILE_ROWS, n_rows - start)
        table = golden.take(rng.integers(0, len(golden), size))
        for name in numbers:
            column = table[name].to_numpy(zero_copy_only=False).astype(np.float64)
            place = table.column_names.index(name)
            table = table.set_column(place, name, pa.array(np.round(column * rng.uniform(0.8, 1.2, size), 3)))
        table = table.append_column("row", pa.array(np.arange(start, start + size)))
        pq.write_table(table, folder / f"{start:09d}.parquet")


def score(bundle: Path, source: Path, out: Path, *, killed_at: int | None = None) -> Job:
    """Run the command; kill it once it has made so many parts."""
    command = [sys.executable, "-m", "mlwright", "score", str(bundle), str(source), "-o", str(out), "--json"]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    if killed_at is not None:
        while len(list(out.glob("part-*.parquet"))) < killed_at and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    if status and killed_at is None:
        raise SystemExit("mlwright score failed")
    return Job(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def few_rows(workspace: Path) -> Path:
    """A file of a thousand of the rows, which shows what it takes to start."""
    path = workspace / "few.parquet"
    pq.write_table(pq.read_table(sorted((workspace / "in").glob("*.parquet"))[0])[:1_000], path)
    return path


def bare(bundle: Bundle, source: Path, n_rows: int) -> tuple[float, float]:
    """Rows a wall second and a CPU second of the cores alone, on encoded rows of one file; the best of several times.

    Once takes a fifth of a second, which another process can double; what is slowed down would be a goal too easy.
    """
    table = pq.read_table(sorted(source.glob("*.parquet"))[0])[: min(n_rows, 200_000)]
    blocks = bundle.model.encoder.encode(table)
    parts = [blocks.take(rows) for rows in np.array_split(np.arange(len(blocks)), 2 * (os.cpu_count() or 1))]
    walls, cpus = [], []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in range(BARE_TIMES):
            began, cpu = time.perf_counter(), time.process_time()
            list(pool.map(bundle.model.predict, parts))
            walls.append(time.perf_counter() - began)
            cpus.append(time.process_time() - cpu)
    return len(blocks) / min(walls), len(blocks) / min(cpus)


def is_whole(out: Path, n_rows: int) -> bool:
    """Whether every row is there once, in its order."""
    seen = 0
    for path in sorted(out.glob("part-*.parquet")):
        rows = pq.read_table(path, columns=["row"])["row"].to_numpy()
        if not (rows == np.arange(seen, seen + len(rows))).all():
            return False
        seen += len(rows)
    return seen == n_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", nargs="?", type=Path)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--quick", action="store_true", help="450,000 rows")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    options = parser.parse_args()
    n_rows = 450_000 if options.quick else options.rows
    with tempfile.TemporaryDirectory() as place:
        workspace = Path(place)
        path = options.bundle or make_bundle(workspace)
        bundle = Bundle.load(path)
        write_rows(bundle, n_rows, workspace / "in")
        start = score(path, few_rows(workspace), workspace / "few")
        whole = score(path, workspace / "in", workspace / "whole")
        killed = score(path, workspace / "in", workspace / "out", killed_at=1)
        rest = score(path, workspace / "in", workspace / "out")
        ok = is_whole(workspace / "whole", n_rows) and is_whole(workspace / "out", n_rows)
        of_bare, of_bare_cpu = bare(bundle, workspace / "in", n_rows)
    print("| what | rows/s | rows/CPU-s | peak MB |\n|---|---|---|---|")
    print(f"| mlwright score | {n_rows / whole.wall_s:,.0f} | {n_rows / whole.cpu_s:,.0f} | {whole.peak_mb:,.0f} |")
    print(f"| the bare models | {of_bare:,.0f} | {of_bare_cpu:,.0f} | |")
    print(f"killed after {killed.wall_s:.1f} s, went on for {rest.wall_s:.1f} s; every row once: {ok}")
    figures = {
        "benchmark": "scoring",
        "rows": n_rows,
        "cores": [core.form for _, core in bundle.model.weighted],
        "rows_per_s": round(n_rows / whole.wall_s),
        "rows_per_cpu_s": round(n_rows / whole.cpu_s),
        "bare_rows_per_cpu_s": round(of_bare_cpu),
        "start_cpu_s": round(start.cpu_s, 2),
        "share": round(n_rows / (whole.cpu_s - start.cpu_s) / of_bare_cpu, 3),
        "share_with_start": round(n_rows / whole.cpu_s / of_bare_cpu, 3),
        "peak_mb": round(max(whole.peak_mb, rest.peak_mb)),
        "whole": ok,
    }
    print(json.dumps(figures))
    missed = not ok or figures["peak_mb"] > GOAL_MEMORY_MB or figures["share"] < GOAL_SHARE
    if options.check and missed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
