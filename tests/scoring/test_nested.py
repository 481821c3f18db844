"""Objects within rows are columns with dots in their names, whatever they come in and when a model is asked too."""

import numpy as np
import orjson
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from mlwright.core.errors import TableError
from mlwright.records.model import CategoryColumn, EncodingPlan, NumberColumn
from mlwright.scoring.columns import read_columns
from mlwright.scoring.encoder import Encoder

PLAN = EncodingPlan(
    columns=(
        NumberColumn(name="age", low=0.0, high=100.0),
        NumberColumn(name="home.at.lat", low=-90.0, high=90.0),
        CategoryColumn(name="home.city", levels=("Oslo", "Rome"), counts=(5, 5)),
    )
)
ROWS = [
    {"age": 31, "home": {"city": "Rome", "at": {"lat": 41.9}}},
    {"age": 7, "home": {"city": "Oslo", "at": None}},
    {"age": 5, "home": None},
]
FLAT = {"age": [31, 7, 5], "home.city": ["Rome", "Oslo", None], "home.at.lat": [41.9, None, None]}


@pytest.mark.parametrize(
    "table",
    [
        ROWS,
        pa.Table.from_pylist(ROWS),
        pd.DataFrame(ROWS),
        pl.DataFrame(ROWS),
        {"age": [31, 7, 5], "home": [row["home"] for row in ROWS]},
        pa.table(FLAT),
    ],
    ids=["records", "arrow", "pandas", "polars", "lists", "flat"],
)
def test_a_model_is_asked_with_objects_as_it_was_taught_with_them(table):
    found = Encoder(PLAN, {}).encode(table)
    np.testing.assert_array_equal(found.numbers, np.float32([[31, 41.9], [7, np.nan], [5, np.nan]]))
    assert found.codes[:, 0].tolist() == [1, 0, -1]


@pytest.mark.parametrize("row", ROWS)
def test_one_record_is_read_as_many(row):
    alone, beside = Encoder(PLAN, {}).encode([row]), Encoder(PLAN, {}).encode([row, row])
    assert alone.numbers.tobytes() == beside.numbers[:1].tobytes()
    assert alone.codes.tolist() == beside.codes[:1].tolist()


def test_a_column_whose_name_holds_a_dot_is_no_object():
    assert Encoder(PLAN, {}).encode([{"age": 1, "home.at.lat": 2.0, "home.city": "Rome"}]).codes.tolist() == [[1]]


def test_an_object_that_lacks_a_field_is_told_by_its_whole_name():
    with pytest.raises(TableError, match=r"lacks home\.at\.lat"):
        Encoder(PLAN, {}).encode([{"age": 1, "home": {"city": "Rome"}}, ROWS[0]])


def test_a_field_that_is_there_twice_is_refused():
    with pytest.raises(TableError, match=r"more than one column of the name home\.city"):
        read_columns(pd.DataFrame({"home.city": ["Rome"], "home": [{"city": "Oslo"}]}))


def test_columns_of_objects_and_others_stay_as_they_are():
    mixed = [{"city": "Rome"}, "Oslo"]
    assert read_columns({"home": mixed}).by_name == {"home": mixed}


def test_a_list_of_objects_is_one_value():
    rows = orjson.loads('[{"orders": [{"sum": 3}]}]')
    assert read_columns(rows).by_name == {"orders": [[{"sum": 3}]]}
