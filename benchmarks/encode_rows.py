"""How quickly rows become numbers: one record at a time, and as a table.

python benchmarks/encode_rows.py
"""

import time
from statistics import median

import numpy as np
import pyarrow as pa

from mlwright.learning.features.plan import learn_plan
from mlwright.records.profile import ColumnProfile, Kind, Profile, Roles
from mlwright.scoring.model import load_encoder

N_ROWS = 50_000
WORDS = [f"word{i}" for i in range(3000)]


def main() -> None:
    """Print a line for each sort of table."""
    rng = np.random.default_rng(0)
    numbers = {f"n{i}": rng.normal(size=N_ROWS) for i in range(10)}
    names = {f"c{i}": rng.choice(["Rome", "Oslo", "Bern", "Paris"], N_ROWS) for i in range(10)}
    moments = (1.6e9 + rng.uniform(0, 1e8, N_ROWS)).astype("datetime64[s]")
    places = (len(WORDS) * rng.random((N_ROWS, 15)) ** 3).astype(int)
    texts = [" ".join(WORDS[place] for place in row) for row in places]
    measure("10 numbers, 10 categories", numbers | names)
    measure("and a date", numbers | names | {"at": [str(moment) for moment in moments]})
    measure("and a text of 15 words", numbers | names | {"remarks": texts})


def measure(title: str, columns: dict[str, object]) -> None:
    """Learn a plan, and time its execution in both ways."""
    table = pa.table(columns)
    began = time.perf_counter()
    plan, arrays = learn_plan(table, profiled(table), seed=0)
    learn_s = time.perf_counter() - began
    encoder = load_encoder(plan, lambda _: arrays)
    began = time.perf_counter()
    encoder.encode(table)
    rows_a_s = N_ROWS / (time.perf_counter() - began)
    times = []
    for row in table.slice(0, 2000).to_pylist():
        began = time.perf_counter()
        encoder.encode_records([row])
        times.append(1e6 * (time.perf_counter() - began))
    print(f"{title:28} plan {learn_s:5.2f} s   table {rows_a_s:10,.0f} rows/s   one record {median(times):5.0f} us")


def profiled(table: pa.Table) -> Profile:
    """A profile that says the kinds, by the columns' names."""
    kinds: dict[str, Kind] = {"n": "number", "c": "category", "a": "date", "r": "text"}
    columns = tuple(
        ColumnProfile(name=name, type="", kind=kinds[name[0]], reason="", n_missing=0, n_distinct=9)
        for name in table.column_names
    )
    roles = Roles(target="y", task="binary", task_reason="", inputs=tuple(table.column_names))
    return Profile(n_rows=N_ROWS, columns=columns, roles=roles, n_passes=1)


if __name__ == "__main__":
    main()
