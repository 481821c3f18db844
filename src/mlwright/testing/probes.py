"""The contract of probes: call `check_probe` on each of your own in a test."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from mlwright.core.family import NotApplicable
from mlwright.judging.probes import Probe
from mlwright.records.profile import Kind, Profile
from mlwright.testing.demand import demand
from mlwright.testing.small_job import small_profile

N_ROWS = 240
KINDS: dict[str, Kind] = {
    "spend": "number",
    "visits": "number",
    "income": "number",
    "price": "number",
    "written": "number",
    "plan": "category",
    "city": "category",
    "code": "category",
    "paid": "boolean",
    "since": "date",
    "day": "date",
    "noted": "date",
    "remark": "text",
}


def check_probe(probe_class: type[Probe]) -> None:
    """Hold a probe to its contract.

    Raises
    ------
    AssertionError
        If it breaks it, with what and where.
    """
    check_looks(probe_class)
    check_strengths(probe_class)
    check_rows_stay(probe_class)
    check_same_seed_same_rows(probe_class)
    check_does_something(probe_class)
    check_hard_tables(probe_class)


def check_looks(probe_class: type[Probe]) -> None:
    """It has a title, a docstring and a clause for every strength."""
    demand(bool(probe_class.title), "title is empty")
    demand(bool(probe_class.__doc__), "there is no docstring")
    for strength in probe_class.strengths:
        clause = probe_class().describe(strength)
        demand(bool(clause) and not clause.endswith("."), f"describe({strength}) is no clause: {clause!r}")


def check_strengths(probe_class: type[Probe]) -> None:
    """Strengths rise, above 0 and up to 1."""
    strengths = probe_class.strengths
    demand(bool(strengths), "there are no strengths")
    demand(list(strengths) == sorted(set(strengths)), f"strengths do not rise: {strengths}")
    demand(strengths[0] > 0 and strengths[-1] <= 1, f"strengths leave 0 to 1: {strengths}")


def check_rows_stay(probe_class: type[Probe]) -> None:
    """Columns, types and number of rows stay as they are, and so does the input."""
    table, profile = rich_table()
    before = pa.table(table.to_pydict(), schema=table.schema)
    for what, disturbed in _all_ways(probe_class, table, profile):
        demand(disturbed.schema.equals(table.schema), f"{what}: columns or types changed")
        demand(disturbed.num_rows == table.num_rows, f"{what}: {table.num_rows} rows became {disturbed.num_rows}")
        disturbed.validate(full=True)
    demand(table.equals(before), "the input was changed")


def check_same_seed_same_rows(probe_class: type[Probe]) -> None:
    """The same seed gives the same rows."""
    table, profile = rich_table()
    for (what, first), (_, second) in zip(
        _all_ways(probe_class, table, profile), _all_ways(probe_class, table, profile), strict=True
    ):
        demand(first.equals(second), f"{what}: the same seed gave other rows")


def check_does_something(probe_class: type[Probe]) -> None:
    """On a table of many kinds it disturbs rows, or names some that are judged against the others."""
    table, profile = rich_table()
    strongest = probe_class.strengths[-1]
    judged = probe_class().judged(table, profile, strongest)
    for what, disturbed in _all_ways(probe_class, table, profile):
        demand(judged is not None or not disturbed.equals(table), f"{what}: nothing was disturbed")
    if judged is not None:
        demand(judged.shape == (table.num_rows,) and 0 < judged.sum() < len(judged), "judged rows are all or none")


def check_hard_tables(probe_class: type[Probe]) -> None:
    """Empty columns, one row and one column are disturbed or refused, and nothing else."""
    for table, profile in hard_tables():
        try:
            for what, disturbed in _all_ways(probe_class, table, profile):
                demand(disturbed.schema.equals(table.schema), f"{what}: columns or types changed")
                demand(disturbed.num_rows == table.num_rows, f"{what}: the number of rows changed")
        except NotApplicable as refusal:
            demand(bool(refusal.reason), "refused without a reason")


def rich_table() -> tuple[pa.Table, Profile]:
    """Rows with columns of every kind and many types, some values missing."""
    rng = np.random.default_rng(0)
    day = np.datetime64("2024-01-01") + rng.integers(0, 500, N_ROWS)
    columns: dict[str, Any] = {
        "spend": pa.array(np.where(rng.random(N_ROWS) < 0.1, np.nan, rng.lognormal(3, 1, N_ROWS)), from_pandas=True),
        "visits": pa.array(rng.integers(0, 40, N_ROWS), pa.int32()),
        "income": pa.array(rng.lognormal(3.2, 1, N_ROWS)),
        "price": pa.array([Decimal(f"{value:.2f}") for value in rng.uniform(1, 99, N_ROWS)], pa.decimal128(8, 2)),
        "written": pa.array([f"{value:,.1f}" for value in rng.uniform(500, 2000, N_ROWS)]),
        "plan": pa.array(rng.choice(["Basic", "Plus", "Pro"], N_ROWS)),
        "city": pa.array([None if i % 17 == 0 else f"City {i % 9}" for i in range(N_ROWS)]).dictionary_encode(),
        "code": pa.array(rng.integers(1, 6, N_ROWS), pa.int8()),
        "paid": pa.array(rng.random(N_ROWS) < 0.5),
        "since": pa.array(day.astype("datetime64[us]")),
        "day": pa.array(day.astype("datetime64[D]"), pa.date32()),
        "noted": pa.array([str(value) for value in day]),
        "remark": pa.array([None if i % 23 == 0 else f"rang {i} times and was not pleased" for i in range(N_ROWS)]),
        "y": pa.array(rng.choice(["no", "yes"], N_ROWS)),
    }
    table = pa.table(columns)
    return table.drop(["y"]), small_profile(table, "y", task="binary", kinds=KINDS, time="since")


def hard_tables() -> Iterator[tuple[pa.Table, Profile]]:
    """Tables on which there is little to disturb."""
    table, profile = rich_table()
    yield table.slice(0, 1), profile
    yield pa.table({name: pa.nulls(5, table[name].type) for name in table.column_names}, schema=table.schema), profile
    for name in table.column_names:
        yield table.select([name]), profile


def _all_ways(probe_class: type[Probe], table: pa.Table, profile: Profile) -> Iterator[tuple[str, pa.Table]]:
    for strength in probe_class.strengths:
        for way in probe_class().ways(table, profile, strength, np.random.default_rng(1)):
            yield f"{probe_class.title} {way.what} at {strength}", way.table
