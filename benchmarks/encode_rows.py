"""How quickly rows become numbers: one record at a time, and as a table.

Usage: python benchmarks/encode_rows.py [--quick] [--check]
"""

import argparse
import json
import sys
import time
from statistics import median

import numpy as np
import pyarrow as pa

from mlwright.learning.features.plan import learn_plan
from mlwright.records.profile import Asked, ColumnProfile, Kind, Profile, Roles
from mlwright.scoring.model import load_encoder

WORDS = [f"word{i}" for i in range(3000)]
GOAL_US = 50.0
"""For one record of 20 numbers and categories."""


def main() -> int:
    """Print a line for each sort of table, and all figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rows")
    parser.add_argument("--check", action="store_true", help="exit with 1 if the goal is missed")
    options = parser.parse_args()
    figures = {title: measure(title, table) for title, table in tables(5_000 if options.quick else 50_000).items()}
    print(json.dumps({"benchmark": "encode_rows"} | figures))
    missed = figures["10 numbers, 10 categories"]["record_us"] > GOAL_US
    return 1 if options.check and missed else 0


def tables(n_rows: int) -> dict[str, pa.Table]:
    """Made-up tables by what is in them."""
    rng = np.random.default_rng(0)
    plain = {f"n{i}": rng.normal(size=n_rows) for i in range(10)}
    plain |= {f"c{i}": rng.choice(["Rome", "Oslo", "Bern", "Paris"], n_rows) for i in range(10)}
    moments = (1.6e9 + rng.uniform(0, 1e8, n_rows)).astype("datetime64[s]")
    places = (len(WORDS) * rng.random((n_rows, 15)) ** 3).astype(int)
    return {
        "10 numbers, 10 categories": pa.table(plain),
        "and a date": pa.table(plain | {"at": [str(moment) for moment in moments]}),
        "and a text of 15 words": pa.table(plain | {"remarks": [" ".join(WORDS[i] for i in row) for row in places]}),
    }


def measure(title: str, table: pa.Table) -> dict[str, float]:
    """Learn a plan, and time its execution in both ways."""
    began = time.perf_counter()
    plan, arrays = learn_plan(table, profiled(table), seed=0)
    plan_s = time.perf_counter() - began
    encoder = load_encoder(plan, lambda _: arrays)
    began = time.perf_counter()
    encoder.encode(table)
    rows_a_s = len(table) / (time.perf_counter() - began)
    times = []
    for row in table.slice(0, 2000).to_pylist():
        began = time.perf_counter()
        encoder.encode_records([row])
        times.append(1e6 * (time.perf_counter() - began))
    print(f"{title:28} plan {plan_s:5.2f} s   table {rows_a_s:10,.0f} rows/s   one record {median(times):5.0f} us")
    return {"plan_s": round(plan_s, 3), "rows_a_s": round(rows_a_s), "record_us": round(median(times), 1)}


def profiled(table: pa.Table) -> Profile:
    """A profile that says the kinds, by the columns' names."""
    kinds: dict[str, Kind] = {"n": "number", "c": "category", "a": "date", "r": "text"}
    columns = tuple(
        ColumnProfile(name=name, type="", kind=kinds[name[0]], reason="", n_missing=0, n_distinct=9)
        for name in table.column_names
    )
    roles = Roles(asked=Asked(target="y", task="binary"), inputs=tuple(table.column_names))
    return Profile(n_rows=len(table), columns=columns, roles=roles, n_passes=1)


if __name__ == "__main__":
    sys.exit(main())
