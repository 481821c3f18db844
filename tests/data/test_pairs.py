"""Pairs of columns that go together, and what chance makes of pairs that do not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlwright.data.pairs import associations_of
from mlwright.records.profile import Association, ColumnProfile


def column(name: str, kind: str) -> ColumnProfile:
    return ColumnProfile(name=name, type="", kind=kind, reason="", n_missing=0, n_distinct=9)


def found(columns: dict[str, tuple[str, object]], target: str | None = None) -> tuple[Association, ...]:
    known = [column(name, kind) for name, (kind, _) in columns.items()]
    return associations_of(known, {name: pa.array(values) for name, (_, values) in columns.items()}, target)


def test_columns_that_have_nothing_in_common_are_no_pair_in_95_of_100_tables() -> None:
    rng = np.random.default_rng(0)
    alarms = 0
    for _ in range(100):
        numbers = {f"n{place}": ("number", rng.normal(size=300)) for place in range(4)}
        names = {f"c{place}": ("category", rng.choice(list("abc"), 300)) for place in range(4)}
        alarms += bool(found(numbers | names))
    assert alarms <= 9


def test_pairs_of_every_sort_are_found_closest_first_and_the_target_is_left_out() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=1_000)
    town = rng.choice(["Oslo", "Rome"], 1_000)
    told = found(
        {
            "x": ("number", x),
            "less": ("number", -np.exp(x)),
            "noisy": ("number", np.where(rng.random(1_000) < 0.1, np.nan, x + rng.normal(size=1_000))),
            "town": ("category", town),
            "country": ("category", np.where(town == "Oslo", "Norway", "Italy")),
            "y": ("number", x),
        },
        target="y",
    )
    assert {each.columns for each in told[:2]} == {("x", "less"), ("town", "country")}
    assert next(each for each in told if each.columns == ("x", "less")).value < -0.999
    noisy = next(each for each in told if each.columns == ("x", "noisy"))
    assert noisy.low < 0.69 < noisy.high  # the rank correlation of normal values whose correlation is 0.71
    assert noisy.n_rows < 950
    assert all("y" not in each.columns for each in told)
