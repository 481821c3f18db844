"""Two tables of 1,000,000 rows by 50 columns are compared, and two of 100,000,000 rows, without loading them.

python benchmarks/drift_speed.py [FOLDER] [--quick] [--check] [--rows N] [--group N] [--evidently PYTHON]

The tables are of numbers (normal, skewed, whole, with missing values) and names, in Parquet. With `--coded` numbers are
drawn from 1,024 values, as amounts in cents are, and take a fifth of the room on disk: 100,000,000 rows by 50 columns
are 5 GB a table instead of 26. With `--evidently`, an interpreter in which Evidently is installed compares the same
files with its default report (`DataDriftPreset`), reading included on both sides. Memory is the peak of the process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.stats import norm, poisson

N_COLUMNS = 50
AT_ONCE = 1_000_000
SHIFT = 0.1
N_VALUES = 1_024
LEAST_TIMES = 20.0
MOST_BYTES = 1_000_000_000

EVIDENTLY = """
import sys, time, resource, json, os
os.environ["DO_NOT_TRACK"] = "1"
import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset
began = time.process_time()
then, now = (pd.read_parquet(path) for path in sys.argv[1:3])
Report([DataDriftPreset()]).run(now, then).dict()
print(json.dumps([time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))
"""
OURS = """
import sys, time, resource, json
from mlwright.faces.two_tables import drift_between
began, wall = time.process_time(), time.time()
found = drift_between(*sys.argv[1:3])
print(json.dumps([time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                  time.time() - wall, sorted(each.name for each in found.moved)]))
"""


def main() -> int:
    """Make the tables, compare them, and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--quick", action="store_true", help="100,000 rows")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=N_COLUMNS)
    parser.add_argument("--group", type=int, default=200_000, help="rows in a row group of the files")
    parser.add_argument("--coded", action="store_true", help="numbers of 1,024 different values")
    parser.add_argument("--evidently", help="an interpreter with Evidently")
    given = parser.parse_args()
    n_rows = 100_000 if given.quick else given.rows
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        files = [
            folder / f"{name}-{n_rows}-{given.columns}-{given.group}{'-coded' * given.coded}.parquet"
            for name in ("then", "now")
        ]
        for seed, file in enumerate(files):
            if not file.exists():
                # Linux hands the peak of a process on to its children, so that this one must stay small.
                with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                    shift = SHIFT if seed else 0.0
                    make = write_coded if given.coded else write
                    pool.submit(make, file, n_rows, given.columns, seed, shift, given.group).result()
        cpu_s, peak, wall_s, moved = told(sys.executable, OURS, files)
        figures = {
            "benchmark": "drift_speed",
            "rows": n_rows,
            "columns": given.columns,
            "rows_in_a_group": given.group,
            "coded": given.coded,
            "cpu_s": cpu_s,
            "wall_s": wall_s,
            "peak_bytes": peak,
            "moved": moved,
        }
        print(
            f"mlwright   {cpu_s:8.1f} s of processor, {wall_s:8.1f} s, {peak / 1e9:.2f} GB; moved: {', '.join(moved)}"
        )
        if given.evidently:
            other_s, other_peak = told(given.evidently, EVIDENTLY, files)
            figures |= {"evidently_cpu_s": other_s, "evidently_peak_bytes": other_peak, "times": other_s / cpu_s}
            print(
                f"Evidently  {other_s:8.1f} s of processor, {other_peak / 1e9:.2f} GB: {other_s / cpu_s:.1f} times ours"
            )
    print(json.dumps(figures))
    missed = peak > MOST_BYTES or moved != ["c0"] or figures.get("times", LEAST_TIMES) < LEAST_TIMES
    return int(given.check and missed)


def told(python: str, program: str, files: list[Path]) -> list:
    """What a program prints of two files, in a process of its own."""
    done = subprocess.run([python, "-c", program, *map(str, files)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def write(file: Path, n_rows: int, n_columns: int, seed: int, shift: float, group: int) -> None:
    """A table; its first column lies `shift` standard deviations higher."""
    write_with(column, file, n_rows, n_columns, seed, shift, group)


def write_coded(file: Path, n_rows: int, n_columns: int, seed: int, shift: float, group: int) -> None:
    """The same of numbers with few different values."""
    write_with(coded, file, n_rows, n_columns, seed, shift, group)


def write_with(
    make: Callable[[np.random.Generator, int, int, float], pa.Array],
    file: Path,
    n_rows: int,
    n_columns: int,
    seed: int,
    shift: float,
    group: int,
) -> None:
    """A table, part by part."""
    writer = None
    for start in range(0, n_rows, AT_ONCE):
        rng = np.random.default_rng((seed, start))
        n = min(AT_ONCE, n_rows - start)
        part = pa.table({f"c{place}": make(rng, place, n, shift if place == 0 else 0.0) for place in range(n_columns)})
        # Without Arrow's schema the file holds plain columns, whatever made them.
        writer = writer or pq.ParquetWriter(file, part.schema, store_schema=False)
        writer.write_table(part, row_group_size=group)
    if writer:
        writer.close()


def coded(rng: np.random.Generator, place: int, n: int, shift: float) -> pa.Array:
    """As `column`, of 1,024 different values, which are drawn as their places."""
    ranks = (np.arange(N_VALUES) + 0.5) / N_VALUES
    laws = (norm.ppf(ranks) + shift, np.exp(norm.ppf(ranks)), poisson.ppf(ranks, 4), norm.ppf(ranks))
    names = np.array([f"name {each}" for each in range(12)])
    values = names if place % 5 == 4 else laws[place % 5].round(3)
    places = rng.integers(0, len(values), n, dtype=np.int16)
    mask = rng.integers(0, 10, n, dtype=np.int8) == 0 if place % 5 == 3 else None
    return pa.DictionaryArray.from_arrays(pa.array(places, mask=mask), pa.array(values))


def column(rng: np.random.Generator, place: int, n: int, shift: float) -> pa.Array:
    """Normal, skewed, whole, with missing values, or names."""
    sort = place % 5
    if sort == 0:
        return pa.array(rng.normal(shift, 1, n))
    if sort == 1:
        return pa.array(rng.lognormal(0, 1, n))
    if sort == 2:
        return pa.array(rng.poisson(4, n))
    if sort == 3:
        return pa.array(rng.normal(0, 1, n), mask=rng.random(n) < 0.1)
    names = np.array([f"name {each}" for each in range(12)])
    return pa.DictionaryArray.from_arrays(pa.array(rng.integers(0, 12, n).astype(np.int32)), pa.array(names)).cast(
        pa.string()
    )


if __name__ == "__main__":
    sys.exit(main())
