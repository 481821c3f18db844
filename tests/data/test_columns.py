"""Rows as arrays, for checks and views."""

import numpy as np
import pytest

from mlwright.data import columns
from mlwright.data.bins import quantile_edges
from mlwright.data.checks import Specimen
from mlwright.data.columns import mean_ranks, rows_for_test, training_rows
from mlwright.data.compute.table import open_split
from mlwright.testing.checks import open_specimen

N = 200


def opened(tmp_path, **more):
    values = {
        "size": [float(row) if row % 10 else None for row in range(N)],
        "ratio": [float("inf") if row == 1 else row / 3 for row in range(N)],
        "smoking": [("never", "often", "?", "seldom")[row % 4] for row in range(N)],
        "day": [f"2024-01-{1 + row % 28:02d}" for row in range(N)],
        "y": [("no", "yes")[row * 7 % 3 == 0] for row in range(N)],
    }
    specimen = open_specimen(Specimen(values | more), tmp_path)
    return open_split(specimen.snapshot, specimen.split, specimen.profile, specimen.run), specimen.profile


def test_each_kind_is_read_as_what_it_is(tmp_path):
    table, profile = opened(tmp_path)
    rows = training_rows(table, profile)
    at = rows.positions
    assert np.array_equal(rows.numbers("size"), np.where(at % 10, at, np.nan), equal_nan=True)
    assert np.isnan(rows.numbers("ratio")[at == 1]).all()
    assert rows.numbers("day")[0] == 1_704_067_200 + 86_400 * (at[0] % 28)
    assert np.array_equal(rows.missing("smoking"), at % 4 == 2), "a missing code is missing"
    assert [profile.roles.classes[place] for place in rows.classes[:5]] == [
        "yes" if row * 7 % 3 == 0 else "no" for row in at[:5]
    ]


def test_rows_are_read_once_for_all_who_ask(tmp_path):
    table, profile = opened(tmp_path)
    assert training_rows(table, profile) is training_rows(table, profile)
    assert rows_for_test(table, profile) is rows_for_test(table, profile)


def test_the_test_rows_are_the_others_and_have_no_target(tmp_path):
    table, profile = opened(tmp_path)
    train, test = training_rows(table, profile), rows_for_test(table, profile)
    assert sorted([*train.positions, *test.positions]) == list(range(N))
    assert "y" in train.arrow.column_names
    assert "y" not in test.arrow.column_names


def test_large_tables_are_sampled_in_order_and_in_the_same_way_each_time(tmp_path, monkeypatch):
    monkeypatch.setattr(columns, "MAX_ROWS", 50)
    first, second = (training_rows(*opened(tmp_path)).positions for k in range(2))
    assert len(first) == 50
    assert (np.diff(first) > 0).all()
    assert first.tolist() == second.tolist()


def test_edges_cut_into_groups_of_equal_size():
    places = np.searchsorted(quantile_edges(np.random.default_rng(0).lognormal(size=10_000), 10), np.arange(3.0))
    assert places.max() <= 9
    values = np.random.default_rng(0).normal(size=10_000)
    sizes = np.bincount(np.searchsorted(quantile_edges(values, 10), values))
    assert len(sizes) == 10
    assert sizes == pytest.approx(np.full(10, 1_000), abs=2)


def test_few_values_are_a_group_each_and_no_values_make_no_edges():
    values = np.array([3.0, 1.0, np.nan, 3.0, 2.0])
    assert quantile_edges(values, 10).tolist() == [1.0, 2.0]
    assert quantile_edges(np.full(5, np.nan), 10).tolist() == []


def test_equal_values_have_equal_ranks_and_missing_ones_the_middle():
    assert mean_ranks(np.array([5.0, 1.0, np.nan, 5.0, 9.0])).tolist() == [0.5, 0.125, 0.5, 0.5, 0.875]


def test_rows_of_large_tables_are_read_at_once_and_are_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(columns, "MAX_ROWS", 50)
    apart = [read(*opened(tmp_path)) for read in (training_rows, rows_for_test, columns.sampled_rows)]
    monkeypatch.setattr(columns, "READ_AT_ONCE", 100)
    table, profile = opened(tmp_path)
    together = [read(table, profile) for read in (training_rows, rows_for_test, columns.sampled_rows)]
    for one, other in zip(apart, together, strict=True):
        assert np.array_equal(one.positions, other.positions)
        assert one.arrow.equals(other.arrow)
