"""Rows that are equal are found whatever few columns are asked first, and the least that is needed is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.family import NotApplicable
from mlwright.data import equal_rows as module
from mlwright.data.compute.table import Table, open_parquet
from mlwright.data.equal_rows import equal_rows, most_telling, n_equal_pairs

N_ROWS, N_COPIES = 2_000, 60


@pytest.fixture
def open_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[pa.Table], Table]:
    """Tables of more than 100 rows count as large."""
    monkeypatch.setattr(module, "READ_AT_ONCE", 100)

    def write(columns: pa.Table) -> Table:
        pq.write_table(columns, tmp_path / "rows.parquet", row_group_size=300)
        return open_parquet(tmp_path / "rows.parquet")

    return write


def visits(seed: int = 0) -> pa.Table:
    """Rows that two measured columns tell apart, with copies in between."""
    rng = np.random.default_rng(seed)
    rows = pa.table(
        {
            "ward": rng.choice(["north", "south"], N_ROWS),
            "weight": rng.normal(70, 10, N_ROWS),
            "dose": rng.normal(size=N_ROWS),
            "score": pa.array(np.where(rng.random(N_ROWS) < 0.3, np.nan, rng.normal(size=N_ROWS)), from_pandas=True),
            "note": [f"note {place}" for place in rng.integers(0, 1_900, N_ROWS)],
        }
    )
    both = pa.concat_tables([rows, rows.slice(100, N_COPIES)])
    return both.take(pa.array(rng.permutation(both.num_rows)))


def test_copies_are_those_that_pandas_finds(open_table: Callable[[pa.Table], Table]) -> None:
    table, frame = open_table(visits()), visits().to_pandas()
    found = equal_rows(table, table.columns)
    assert found.later.tolist() == np.flatnonzero(frame.duplicated()).tolist()
    assert found.positions.tolist() == np.flatnonzero(frame.duplicated(keep=False)).tolist()
    assert (found.n_later, found.n_in_all, found.n_pairs) == (N_COPIES, 2 * N_COPIES, N_COPIES)
    for place in range(len(found.first)):
        rows = frame.iloc[found.positions[found.sets == place]]
        assert rows.nunique(dropna=False).max() == 1
        assert rows.index[0] == found.first[place]


def test_measured_columns_are_asked_first_and_spare_the_rest(open_table: Callable[[pa.Table], Table]) -> None:
    assert most_telling(open_table(visits()), visits().column_names) == ["weight", "dose"]


def test_rows_that_agree_in_the_first_columns_alone_are_not_equal(open_table: Callable[[pa.Table], Table]) -> None:
    notes = pa.array([f"note {place}" for place in range(N_ROWS + N_COPIES)])
    assert equal_rows(open_table(visits().set_column(4, "note", notes)), visits().column_names).n_in_all == 0


def test_where_no_few_columns_tell_rows_apart_all_are_asked(open_table: Callable[[pa.Table], Table]) -> None:
    coarse = {f"c{place}": np.random.default_rng(place).integers(0, 6, 1_000) for place in range(3)}
    table, frame = open_table(pa.table(coarse)), pd.DataFrame(coarse)
    sizes = frame.value_counts().to_numpy()
    assert most_telling(table, table.columns) == list(coarse)
    assert equal_rows(table, table.columns).n_later == frame.duplicated().sum()
    assert n_equal_pairs(table, table.columns) == (sizes * (sizes - 1) / 2).sum()


def test_a_missing_value_equals_a_missing_one(open_table: Callable[[pa.Table], Table]) -> None:
    found = equal_rows(open_table(pa.table({"a": [1, None, 2, None], "b": ["x", None, "x", None]})), ["a", "b"])
    assert found.later.tolist() == [3]


def test_no_column_is_no_question(open_table: Callable[[pa.Table], Table]) -> None:
    with pytest.raises(NotApplicable, match="there is no input"):
        equal_rows(open_table(visits()), [])


def test_some_rows_of_a_table_are_compared_among_themselves(open_table: Callable[[pa.Table], Table]) -> None:
    whole = open_table(pa.table({"a": [1, 2, 1, 2, 1], "b": ["x"] * 5}))
    assert n_equal_pairs(Table(whole.expr, whole.path, rows=np.array([0, 1, 2])), ["a", "b"]) == 1
