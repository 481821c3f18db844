"""Rows of a file as arrays: the same whether a small file is held or a large one is read in parts."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.data.compute import rows


@pytest.fixture(params=[0, rows.MOST_HELD_CELLS], ids=["read", "held"])
def path(request, tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "MOST_HELD_CELLS", request.param)
    table = pa.table({"x": range(100), "name": [f"n{i % 7}" for i in range(100)], "z": np.arange(100) / 2})
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=30)
    return tmp_path / "t.parquet"


def test_rows_come_in_the_order_asked_for_with_the_columns_asked_for(path):
    found = rows.rows_at(path, ["z", "x"], np.array([95, 3, 31, 3]))
    assert found.to_pydict() == {"z": [47.5, 1.5, 15.5, 1.5], "x": [95, 3, 31, 3]}


def test_no_rows_are_an_empty_table(path):
    found = rows.rows_at(path, ["name"], np.array([], dtype=np.int64))
    assert found.num_rows == 0
    assert found.schema == pa.schema({"name": pa.string()})


def test_whole_columns(path):
    assert rows.whole_columns(path, ["x"]).to_pydict() == {"x": list(range(100))}
    assert rows.n_rows_of(path) == 100


def test_a_file_that_has_changed_is_read_again(path):
    assert rows.rows_at(path, ["x"], np.array([5]))["x"].to_pylist() == [5]
    pq.write_table(pa.table({"x": [7, 8, 9]}), path)
    assert rows.rows_at(path, ["x"], np.array([1]))["x"].to_pylist() == [8]
    assert rows.n_rows_of(path) == 3
