"""What is known of the parts of a table becomes what is known of the whole, in whatever order the parts come."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlwright.core.errors import Fault
from mlwright.data.compute.moments import Moments
from mlwright.data.compute.sketches import N_HASHES, N_ROWS, SPACE, Distinct, RowSample, rank_error

FEW_NUMBERS = st.lists(st.floats(-1e6, 1e6), max_size=30)


def mixed(values: np.ndarray) -> np.ndarray:
    """A hash of 64 bits (splitmix64)."""
    x = values.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def distinct_of(values: np.ndarray) -> Distinct:
    return Distinct.of(mixed(values), np.ones(len(values), np.int64), SPACE, "splitmix64")


@settings(max_examples=60)
@given(FEW_NUMBERS, FEW_NUMBERS, FEW_NUMBERS)
def test_moments_of_parts_are_those_of_the_whole(a: list[float], b: list[float], c: list[float]) -> None:
    whole = Moments.of(np.array([*a, *b, *c]))
    parts = [Moments.of(np.array(part)) for part in (a, b, c)]
    for order in ((0, 1, 2), (2, 0, 1)):
        merged = reduce(Moments.merged, [parts[place] for place in order])
        scale = 1 + max(map(abs, [*a, *b, *c]), default=0.0)
        assert (merged.n, merged.minimum, merged.maximum) == (whole.n, whole.minimum, whole.maximum)
        assert (merged.n_zero, merged.n_infinite) == (whole.n_zero, whole.n_infinite)
        assert merged.mean == pytest.approx(whole.mean, abs=1e-9 * scale)
        assert merged.m2 == pytest.approx(whole.m2, rel=1e-7, abs=1e-7 * scale**2)
        assert merged.m3 == pytest.approx(whole.m3, rel=1e-6, abs=1e-6 * scale**3)


def test_moments_stay_exact_far_from_zero() -> None:
    values = 1e9 + np.random.default_rng(0).exponential(size=10_000)
    merged = reduce(Moments.merged, [Moments.of(part) for part in np.array_split(values, 100)])
    assert merged.std == pytest.approx(values.std(ddof=1), rel=1e-7)
    assert merged.skewness == pytest.approx(Moments.of(values).skewness, rel=1e-5)


def test_sums_of_standardized_values_are_moments() -> None:
    values = np.random.default_rng(0).gamma(2, 3, 5_000) + 700
    z = (values - 699) / 5
    found = Moments.of_sums(5_000, (z.sum(), (z**2).sum(), (z**3).sum()), 699, 5, minimum=0.0, maximum=1e3)
    whole = Moments.of(values)
    assert (found.mean, found.std) == (pytest.approx(whole.mean), pytest.approx(whole.std))
    assert found.skewness == pytest.approx(whole.skewness, rel=1e-6)


def test_few_different_values_are_counted_exactly() -> None:
    found = distinct_of(np.arange(50_000) % 300)
    assert (found.n, found.error) == (300, 0.0)
    assert found.counts.sum() == 50_000


@pytest.mark.parametrize("n", [20_000, 100_000, 1_000_000])
def test_many_different_values_are_estimated_as_closely_as_is_said(n: int) -> None:
    found = distinct_of(np.arange(n))
    assert 0 < found.error < 0.01
    assert abs(found.n / n - 1) < 4 * found.error


@settings(max_examples=10)
@given(st.lists(st.integers(1, 200_000), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_a_merged_sketch_is_the_sketch_of_the_whole(cuts: list[int], random) -> None:
    values = np.random.default_rng(0).integers(0, 60_000, 200_000)
    parts = [distinct_of(part) for part in np.split(values, sorted(cuts))]
    random.shuffle(parts)
    whole, merged = distinct_of(values), reduce(Distinct.merged, parts)
    assert np.array_equal(merged.hashes, whole.hashes)
    assert np.array_equal(merged.counts, whole.counts)
    assert merged.limit == whole.limit
    assert len(whole.hashes) == N_HASHES


def test_sketches_of_different_hashes_are_not_merged() -> None:
    other = Distinct.of(np.arange(3, dtype=np.uint64), np.ones(3, np.int64), SPACE, "md5")
    with pytest.raises(Fault, match="cannot be merged"):
        distinct_of(np.arange(3)).merged(other)


def test_a_merged_row_sample_is_the_sample_of_the_whole() -> None:
    values = np.random.default_rng(0).normal(size=60_000)
    codes = mixed(np.arange(60_000))
    cuts = (10_000, 10_001, 47_000)
    pairs = zip(np.split(codes, cuts), np.split(values, cuts), strict=True)
    parts = [RowSample.of(some, numbers, len(some)) for some, numbers in pairs]
    merged = reduce(RowSample.merged, [parts[place] for place in (3, 1, 0, 2)])
    whole = RowSample.of(codes, values, 60_000)
    assert np.array_equal(merged.codes, whole.codes)
    assert np.array_equal(merged.values, whole.values)
    assert (merged.n_rows, len(whole.codes)) == (60_000, N_ROWS)


def test_quantiles_of_samples_are_off_by_more_than_is_said_in_one_case_of_twenty() -> None:
    rng, n, levels = np.random.default_rng(1), 2_000, np.linspace(0.01, 0.99, 99)
    off = [np.abs(np.quantile(rng.random(n), levels) - levels).max() > rank_error(n) for _ in range(400)]
    assert np.mean(off) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)
    assert RowSample.of(mixed(np.arange(5)), np.arange(5.0), 5).error == 0.0
