"""The contract of probes: call `check_probe` on each of your own in a test."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from mlwright.core.family import NotApplicable
from mlwright.judging.probes import Known, Probe
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
    "level": "number",
    "since": "date",
    "day": "date",
    "noted": "date",
    "seen": "date",
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
    check_lessons(probe_class)


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
    part = probe_class().judged(table, profile, strongest, known_rows(), np.random.default_rng(1))
    for what, disturbed in _all_ways(probe_class, table, profile):
        still = part is not None or probe_class.relearns
        demand(still or not disturbed.equals(table), f"{what}: nothing was disturbed")
    if part is not None:
        demand(part.rows.shape == (table.num_rows,), "judged rows have another shape")
        demand(0 < part.rows.sum() < len(part.rows), "judged rows are all or none")


def check_lessons(probe_class: type[Probe]) -> None:
    """What is learned from instead are training rows with labels of the task, the same for the same seed."""
    table, profile = rich_table()
    known, lessons = known_rows(), []
    for strength in probe_class.strengths:
        first, second = (
            list(probe_class().lessons(table, profile, strength, known, np.random.default_rng(1))) for _ in range(2)
        )
        demand(len(first) == len(second), "the same seed gave other lessons")
        for lesson, again in zip(first, second, strict=True):
            demand(np.array_equal(lesson.target, again.target), f"{lesson.clause}: the same seed gave other labels")
        lessons += first
    demand(bool(lessons) == probe_class.relearns, "it relearns without a lesson, or gives one that is not learned")
    for lesson in lessons:
        demand(len(lesson.places) == len(lesson.target), f"{lesson.clause}: rows and labels differ in number")
        demand(set(lesson.places) <= set(range(len(known.target))), f"{lesson.clause}: there are no such rows")
        demand(set(lesson.target) <= {0.0, 1.0}, f"{lesson.clause}: labels are no classes")
        same = len(lesson.places) == len(known.target) and np.array_equal(lesson.target, known.target)
        demand(not same, f"{lesson.clause}: the lesson is the usual one")
        demand(lesson.noticed.endswith("."), f"{lesson.clause}: it is not said whether anybody would notice")


def known_rows() -> Known:
    """Training rows like those of `rich_table`."""
    table, _ = rich_table()
    target = (np.arange(table.num_rows) % 3 == 0).astype(np.float64)
    return Known(table, target, 2)


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
        "level": pa.array(np.sin((day - day.min()).astype(float) / 60.0)),
        "since": pa.array(day.astype("datetime64[us]")),
        "day": pa.array(day.astype("datetime64[D]"), pa.date32()),
        "noted": pa.array([str(value) for value in day]),
        "seen": pa.array((day.astype("datetime64[s]") + rng.integers(0, 86_400, N_ROWS)).astype("datetime64[us]")),
        "remark": pa.array([None if i % 23 == 0 else f"rang {i} times and was fâché" for i in range(N_ROWS)]),
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
