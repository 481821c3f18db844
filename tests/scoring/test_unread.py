"""What a model takes for missing although something stood there is counted."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pytest

from mlwright.core.errors import TableError
from mlwright.records.model import CategoryColumn, DateColumn, EncodingPlan, NumberColumn
from mlwright.scoring.encoder import Encoder
from mlwright.scoring.unread import unread_values

ENCODER = Encoder(
    EncodingPlan(
        columns=(
            NumberColumn(name="age", low=0.0, high=100.0, missing_codes=("-1", "?")),
            CategoryColumn(name="city", levels=("Oslo", "Rome"), counts=(7, 1)),
            DateColumn(name="day", parts=("year",), format="%d/%m/%Y", missing_codes=("1900-01-01",)),
        )
    )
)


def table(age: list[object], day: list[object]) -> pa.Table:
    return pa.table({"age": age, "day": day, "city": ["Paris"] * len(age)})


@pytest.mark.parametrize(
    ("age", "day"),
    [
        ([31, None, -1], [datetime.date(2020, 1, 1), None, None]),
        (["31", "1,200.5", "$7"], ["29/02/2020", "2020-02-29", "2020-02-29 23:59"]),
        (["-1.0", " ", "?"], ["1900-01-01", "", None]),
        ([None, None, None], ["", "", ""]),
    ],
    ids=["typed", "text", "missing", "nothing"],
)
def test_what_can_be_read_or_is_missing_is_not_counted(age: list[object], day: list[object]) -> None:
    assert unread_values(ENCODER, table(age, day)) == {}


def test_what_is_no_number_or_no_date_is_counted_by_input() -> None:
    found = table(["31", "far", "12 km", None, "far"], ["tomorrow", "29/02/2020", "30/02/2020", "", "2020-02-29"])
    assert unread_values(ENCODER, found) == {"age": 3, "day": 2}
    coded = found.set_column(0, "age", found["age"].dictionary_encode())
    assert unread_values(ENCODER, coded) == {"age": 3, "day": 2}


def test_a_table_that_lacks_an_input_is_refused() -> None:
    with pytest.raises(TableError, match="lacks 1 column: day"):
        unread_values(ENCODER, table(["31"], [""]).drop_columns(["day"]))
