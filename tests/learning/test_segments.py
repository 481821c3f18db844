from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from mlwright.data.columns import Rows
from mlwright.learning.segments import weak_segments
from mlwright.statistics.sampling import Sampling
from mlwright.testing.small_job import small_profile

N = 1200


def rows_of(table: pa.Table) -> Rows:
    profile = small_profile(table.append_column("y", pa.array(np.zeros(len(table)))), "y", task="regression", kinds={})
    return Rows(profile, np.arange(len(table)), table, seed=0)


def columns(rng: np.random.Generator, n: int = N) -> pa.Table:
    numbers = {f"x{place}": rng.normal(size=n) for place in range(6)}
    return pa.table({**numbers, "region": rng.choice(["north", "south", "east", "west"], size=n)})


def skewed_losses(rng: np.random.Generator, n: int = N) -> np.ndarray:
    return rng.exponential(size=n) ** 1.5


def test_noise_has_no_weak_segments() -> None:
    rng = np.random.default_rng(0)
    found = [
        bool(weak_segments(rows_of(columns(rng, 400)), skewed_losses(rng, 400), Sampling(400), i)) for i in range(200)
    ]
    assert np.mean(found) <= 0.07


def test_a_weak_segment_is_found_and_named() -> None:
    rng = np.random.default_rng(1)
    table, loss = columns(rng), skewed_losses(rng)
    weak = np.array(table["region"]) == "south"
    loss[weak] += 1.5
    segments = weak_segments(rows_of(table), loss, Sampling(N), seed=0)
    assert segments[0].description == "region is 'south'"
    assert segments[0].n_rows == weak.sum()
    assert segments[0].loss.low < loss[weak].mean() < segments[0].loss.high
    assert segments[0].loss.value > 1.5 * segments[0].loss_elsewhere
    assert segments[0].p_value < 0.01


def test_a_weak_range_of_a_number_is_named_by_its_ends() -> None:
    rng = np.random.default_rng(2)
    table, loss = columns(rng), skewed_losses(rng)
    loss[np.array(table["x3"]) > 1] += 2
    assert weak_segments(rows_of(table), loss, Sampling(N), seed=0)[0].description.startswith("x3 is from ")


def test_where_two_columns_meet() -> None:
    rng = np.random.default_rng(3)
    table, loss = columns(rng, 4000), skewed_losses(rng, 4000)
    loss[(np.array(table["x0"]) > 0.85) & (np.array(table["region"]) == "west")] += 4
    found = [segment.description for segment in weak_segments(rows_of(table), loss, Sampling(4000), seed=0)]
    assert any("x0 is from" in text and "region is 'west'" in text for text in found)


def test_missing_values_are_a_segment() -> None:
    rng = np.random.default_rng(4)
    table, loss = columns(rng), skewed_losses(rng)
    gone = rng.random(N) < 0.2
    table = table.set_column(0, "x0", pa.array(np.where(gone, np.nan, 1.0) * rng.normal(size=N), from_pandas=True))
    loss[gone] += 1.5
    assert weak_segments(rows_of(table), loss, Sampling(N), seed=0)[0].description == "x0 is missing"


def test_one_bad_group_is_no_weak_segment() -> None:
    """Ten rows of one household that all go wrong are one bad draw, not ten."""
    rng = np.random.default_rng(5)
    alarms = 0
    for seed in range(60):
        groups = np.repeat(np.arange(60), 10)
        table = pa.table({"house": [f"h{g // 6}" for g in groups], "x": rng.normal(size=600)})
        loss = np.repeat(rng.exponential(size=60), 10) + 0.1 * rng.exponential(size=600)
        alarms += bool(weak_segments(rows_of(table), loss, Sampling(600, groups=groups), seed))
    assert alarms <= 6


@pytest.mark.parametrize("n", [5, 60, 99])
def test_few_rows_are_not_searched(n: int) -> None:
    rng = np.random.default_rng(6)
    assert weak_segments(rows_of(columns(rng, n)), skewed_losses(rng, n), Sampling(n), seed=0) == ()
