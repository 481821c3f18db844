"""Any table that a user may hand over becomes columns."""

import subprocess
import sys
from types import ModuleType

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from mlwright.core.errors import TableError
from mlwright.scoring.columns import is_records, missing_field, read_columns, to_arrow

ROWS = [{"age": 31, "city": "Rome"}, {"age": None, "city": "Oslo"}]
COLUMNS = {"age": [31, None], "city": ["Rome", "Oslo"]}


def plain(columns):
    return {
        name: values if isinstance(values, list) else values.to_pylist() for name, values in columns.by_name.items()
    }


@pytest.mark.parametrize(
    "table",
    [
        pa.table(COLUMNS),
        pa.RecordBatch.from_pydict(COLUMNS),
        pa.table(COLUMNS).to_batches(),
        pd.DataFrame({"age": pd.array([31, None], dtype="Int64"), "city": ["Rome", "Oslo"]}),
        pd.DataFrame(COLUMNS, index=["x", "y"]),
        pd.DataFrame({"age": [31, None], "city": pd.Categorical(["Rome", "Oslo"])}),
        pl.DataFrame(COLUMNS),
        pl.DataFrame(COLUMNS).with_columns(pl.col("city").cast(pl.Categorical)),
        COLUMNS,
        {"age": (31, None), "city": np.array(["Rome", "Oslo"], dtype=object)},
        {"age": pd.Series([31, None]), "city": pl.Series(["Rome", "Oslo"])},
        {"age": pa.array([31, None]), "city": pa.chunked_array([["Rome"], ["Oslo"]])},
        ROWS,
        tuple(ROWS),
    ],
    ids=lambda table: type(table).__name__,
)
def test_every_sort_of_table_gives_the_same_columns(table):
    if isinstance(table, list) and isinstance(table[0], pa.RecordBatch):
        table = pa.RecordBatchReader.from_batches(table[0].schema, table)
    columns = read_columns(table)
    assert columns.n_rows == 2
    assert plain(columns) == COLUMNS


def test_one_dict_of_values_is_one_record():
    assert plain(read_columns({"age": 31, "city": None})) == {"age": [31], "city": [None]}


def test_a_pandas_column_of_mixed_values_stays_as_it_is():
    assert plain(read_columns(pd.DataFrame({"m": [1, "a", True]}))) == {"m": [1, "a", True]}


def test_columns_read_twice_are_the_same_columns():
    columns = read_columns(COLUMNS)
    assert read_columns(columns) is columns


def test_a_chunked_table_becomes_one_piece():
    table = pa.concat_tables([pa.table({"a": [1]}), pa.table({"a": [2]})])
    assert plain(read_columns(table)) == {"a": [1, 2]}


def test_no_rows_are_a_table_too():
    assert read_columns(pd.DataFrame({"a": []})).n_rows == 0
    assert read_columns([]).n_rows == 0


def test_missing_columns_are_named_with_what_they_may_be_called():
    columns = read_columns({"Tenure ": [1], "city": ["Rome"]})
    with pytest.raises(TableError, match=r"lacks 2 columns: tenure, fare \(it has 2\)") as raised:
        columns.pick(["tenure", "city", "fare"])
    assert raised.value.hint == "Rename 'Tenure ' to 'tenure'."


def test_a_wrong_name_is_taken_for_one_column_only():
    columns = read_columns({"tenur": [1]})
    with pytest.raises(TableError) as raised:
        columns.pick(["gender", "Partner", "tenure", "TechSupport"])
    assert raised.value.hint == "Rename 'tenur' to 'tenure'."


def test_columns_that_nobody_asked_for_are_ignored_and_can_be_counted():
    columns = read_columns({"a": [1], "b": [2], "c": [3]})
    assert columns.pick(["b"]) == [[2]]
    assert columns.ignored(["b"]) == ("a", "c")


def test_a_record_without_a_field_is_found():
    with pytest.raises(TableError, match=r"Record 1 lacks city \(it has 1 field\)"):
        read_columns([{"age": 1, "city": "Rome"}, {"age": 2}])
    assert "Record 0" in str(missing_field([{"a": 1}], ["b"]))


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pa.table([[1], [2]], names=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=[1, "1"]),
    ],
)
def test_two_columns_of_one_name_are_refused(table):
    with pytest.raises(TableError, match=r"more than one column of the name"):
        read_columns(table)


def test_columns_of_different_length_are_refused():
    with pytest.raises(TableError, match=r"'a' has 1 values, 'b' has 2"):
        read_columns({"a": [1], "b": [1, 2]})


def test_lists_beside_single_values_are_refused():
    with pytest.raises(TableError, match=r"but b is a single value"):
        read_columns({"a": [1], "b": 1})


@pytest.mark.parametrize("table", ["train.csv", 3, None, [1, 2]])
def test_what_is_no_table_is_refused(table):
    with pytest.raises(TableError, match=r"A table of type \w+ cannot be read"):
        read_columns(table)


def test_records_are_lists_of_mappings():
    assert is_records(ROWS)
    assert not is_records(COLUMNS)
    assert not is_records([[1]])


def test_mixed_values_become_text_in_an_arrow_table():
    table = to_arrow({"m": [1, "a", True, None, 2.0], "n": [1, 2, 3, 4, 5]})
    assert table.column("m").to_pylist() == ["1", "a", "true", None, "2"]
    assert table.schema.field("n").type == pa.int64()


def test_neither_pandas_nor_polars_is_imported():
    code = (
        "import sys; from mlwright.scoring.columns import read_columns; read_columns([{'a': 1}]);"
        "read_columns({'a': [1]}); print([m for m in ('pandas', 'polars', 'sklearn') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_a_table_is_read_while_another_thread_imports_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", ModuleType("pandas"))
    assert read_columns({"a": (1, 2)}).n_rows == 2
    assert read_columns(pa.table({"a": [1, 2, 3]})).n_rows == 3
