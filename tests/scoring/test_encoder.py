"""Rows become blocks, in the same way whatever they come in."""

import math
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlwright.core.errors import TableError
from mlwright.records.model import CategoryColumn, DateColumn, EncodingPlan, NumberColumn, TextColumn
from mlwright.scoring import encoder as encoder_module
from mlwright.scoring.columns import one_record, read_columns
from mlwright.scoring.encoder import Encoder, names

PARTS = ("year", "month", "day", "weekday", "hour", "minute", "day_of_year", "days")
TERMS = ("w:a", "w:b c", "w:good", "c: a ", "c:oo", "c:goo", "c: b")
ARRAYS = {
    "idf": np.linspace(1.0, 2.0, len(TERMS), dtype=np.float32),
    "projection": np.arange(2.0 * len(TERMS), dtype=np.float32).reshape(-1, 2) / 7,
}
TEXT = TextColumn(
    name="remarks",
    missing_codes=("none",),
    terms=TERMS,
    word_ngrams=(1, 2),
    char_ngrams=(2, 4),
    idf="idf",
    projection="projection",
    n_dense=2,
)
PLAN = EncodingPlan(
    columns=(
        NumberColumn(name="age", low=0.0, high=100.0, missing_codes=("-1", "?")),
        CategoryColumn(
            name="city", levels=("Oslo", "Rome", "3"), counts=(7, 1, 2), missing_codes=("unknown",), with_counts=True
        ),
        DateColumn(name="day", parts=PARTS, format="%d/%m/%Y", missing_codes=("1900-01-01",)),
        TEXT,
        CategoryColumn(name="member", levels=("false", "true"), counts=(5, 5)),
    )
)
ROW = {"age": 31, "city": "Rome", "day": "2020-02-29", "remarks": "good", "member": True}


def encode(**changed):
    return Encoder(PLAN, ARRAYS).encode([ROW | changed])


def number(blocks, name):
    return float(blocks.numbers[0, names(PLAN).numbers.index(name)])


def same(left, right):
    assert left.numbers.dtype == right.numbers.dtype == np.float32
    assert left.codes.dtype == right.codes.dtype == np.int32
    assert left.numbers.tobytes() == right.numbers.tobytes()
    assert left.codes.tobytes() == right.codes.tobytes()
    assert (left.text is None) == (right.text is None)
    if left.text is not None:
        for part in ("data", "indices", "indptr"):
            assert getattr(left.text, part).tobytes() == getattr(right.text, part).tobytes()


def test_outputs_are_named_in_the_order_of_the_plan():
    found = names(PLAN)
    assert found.numbers == (
        "age",
        "city:count",
        *(f"day:{part}" for part in PARTS),
        "remarks:text0",
        "remarks:text1",
    )
    assert found.codes == ("city", "member")
    assert found.number_inputs == ("age", "city", *["day"] * 8, "remarks", "remarks")
    assert found.n_levels == (3, 2)
    assert found.n_terms == len(TERMS)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (31, 31.0),
        ("31", 31.0),
        (" 31.5 ", 31.5),
        ("1,000", 200.0),
        (1e300, 200.0),
        (-1e9, -100.0),
        (True, 1.0),
        (None, math.nan),
        ("", math.nan),
        ("old", math.nan),
        ("?", math.nan),
        (-1, math.nan),
        ("-1", math.nan),
        (-1.0, math.nan),
        (math.inf, math.nan),
        (math.nan, math.nan),
    ],
)
def test_numbers_are_read_and_clipped_to_three_times_their_range(value, expected):
    assert number(encode(age=value), "age") == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("value", "code", "count"),
    [
        ("Oslo", 0, math.log(8)),
        (" Rome ", 1, math.log(2)),
        (3, 2, math.log(3)),
        (3.0, 2, math.log(3)),
        ("Paris", 3, 0.0),
        (None, -1, math.nan),
        (" ", -1, math.nan),
        ("unknown", -1, math.nan),
    ],
)
def test_categories_give_a_code_and_how_often_they_were_seen(value, code, count):
    blocks = encode(city=value)
    assert blocks.codes[0, 0] == code
    assert number(blocks, "city:count") == pytest.approx(count, nan_ok=True)


@pytest.mark.parametrize("value", [True, "true", "True", "TRUE", 1, 1.0, "1"])
def test_true_is_known_in_all_its_spellings(value):
    assert encode(member=value).codes[0, 1] == 1


@pytest.mark.parametrize(
    "value",
    [
        date(2020, 2, 29),
        datetime(2020, 2, 29),
        "2020-02-29",
        "29/02/2020",
        datetime(2020, 2, 29, tzinfo=UTC),
        datetime(2020, 2, 29, 1, tzinfo=timezone(timedelta(hours=1))),
        pd.Timestamp("2020-02-29"),
    ],
)
def test_dates_give_their_parts(value):
    blocks = encode(day=value)
    found = [number(blocks, f"day:{part}") for part in PARTS]
    assert found == [2020, 2, 29, 5, 0, 0, 60, 18321]


def test_days_are_fractions_and_hours_and_minutes_are_parts():
    blocks = encode(day="1970-01-02T12:30:00")
    assert number(blocks, "day:days") == pytest.approx(1 + 12.5 / 24)
    assert (number(blocks, "day:hour"), number(blocks, "day:minute")) == (12, 30)


@pytest.mark.parametrize("value", [None, "", "soon", "1900-01-01", date(1900, 1, 1)])
def test_what_is_no_date_has_no_parts(value):
    blocks = encode(day=value)
    assert all(math.isnan(number(blocks, f"day:{part}")) for part in PARTS)


def test_a_date_before_1970_has_the_parts_that_a_calendar_shows():
    blocks = encode(day="1969-12-31T23:59:00")
    assert [number(blocks, f"day:{part}") for part in PARTS[:7]] == [1969, 12, 31, 2, 23, 59, 365]


def test_text_is_sparse_terms_and_dense_numbers():
    blocks = encode(remarks="A good, good thing")
    assert blocks.text.shape == (1, len(TERMS))
    assert {TERMS[i] for i in blocks.text.indices} == {"w:a", "w:good", "c: a ", "c:oo", "c:goo"}
    assert np.linalg.norm(blocks.text.toarray()) == pytest.approx(1.0)
    expected = blocks.text.toarray() @ ARRAYS["projection"]
    np.testing.assert_allclose(blocks.numbers[:, -2:], expected, rtol=1e-6)


@pytest.mark.parametrize("value", [None, "  ", "none"])
def test_a_missing_text_has_no_terms_and_no_dense_numbers(value):
    blocks = encode(remarks=value)
    assert blocks.text.nnz == 0
    assert np.isnan(blocks.numbers[:, -2:]).all()


def test_a_text_without_known_terms_is_not_a_missing_one():
    blocks = encode(remarks="xyz")
    assert blocks.text.nnz == 0
    assert (blocks.numbers[:, -2:] == 0).all()


ANY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.floats(width=32),
    st.dates().map(str),
    st.dates().map(lambda day: day.strftime("%d/%m/%Y")),
    st.datetimes().map(str),
    st.text(max_size=12),
    st.sampled_from(
        ["Oslo", " Rome", "Paris", "unknown", "-1", "?", "1,234.5", "$3", "1e3", "none", "b  c a good", "", " ", "true"]
    ),
    st.dates(),
    st.datetimes(),
)
ROWS = st.lists(st.fixed_dictionaries({column.name: ANY for column in PLAN.columns}), max_size=6)


@given(ROWS)
def test_records_and_columns_of_any_mixture_give_the_same_bytes(rows):
    encoder = Encoder(PLAN, ARRAYS)
    columns = {name: [row[name] for row in rows] for name in encoder.inputs}
    same(encoder.encode_records(rows), encoder.encode_columns(read_columns(columns)))


SAME_TYPE = st.sampled_from(
    [
        (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
        (pa.int8(), st.integers(-128, 127)),
        (pa.float64(), st.floats()),
        (pa.float32(), st.floats(width=32)),
        (pa.bool_(), st.booleans()),
        (pa.string(), st.one_of(st.text(max_size=12), ANY.filter(lambda v: isinstance(v, str)))),
        (pa.timestamp("us"), st.datetimes(datetime(1700, 1, 1), datetime(2260, 1, 1))),
        (pa.timestamp("ms", tz="Europe/Berlin"), st.datetimes(datetime(1700, 1, 1), datetime(2260, 1, 1))),
        (pa.date32(), st.dates()),
        (pa.dictionary(pa.int32(), pa.string()), st.sampled_from(["Oslo", " Rome", "Paris", ""])),
        (pa.decimal128(12, 3), st.decimals(-10_000, 10_000, places=3)),
    ]
).flatmap(lambda pair: st.tuples(st.just(pair[0]), st.lists(st.one_of(st.none(), pair[1]), min_size=4, max_size=4)))
TYPED_COLUMNS = st.fixed_dictionaries({column.name: SAME_TYPE for column in PLAN.columns})


@given(TYPED_COLUMNS)
def test_records_and_arrow_columns_of_any_type_give_the_same_bytes(drawn):
    table = pa.table({name: pa.array(values, type=kind) for name, (kind, values) in drawn.items()})
    encoder = Encoder(PLAN, ARRAYS)
    same(encoder.encode_records(table.to_pylist()), encoder.encode(table))


@given(ROWS)
def test_a_row_is_encoded_in_the_same_way_alone_and_among_others(rows):
    encoder = Encoder(PLAN, ARRAYS)
    together = encoder.encode(rows)
    for place, row in enumerate(rows):
        same(encoder.encode([row]), together.take(np.array([place])))


def test_a_table_in_chunks_gives_the_same_bytes(monkeypatch):
    rows = [ROW | {"age": age, "remarks": f"good {age} b c"} for age in range(10)]
    whole = Encoder(PLAN, ARRAYS).encode_records(rows)
    monkeypatch.setattr(encoder_module, "CHUNK_ROWS", 3)
    same(whole, Encoder(PLAN, ARRAYS).encode(pa.Table.from_pylist(rows)))


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.Table.from_pylist, tuple, list])
def test_every_sort_of_table_gives_the_same_bytes(make):
    rows = [ROW, ROW | {"age": None, "city": "Paris"}]
    same(Encoder(PLAN, ARRAYS).encode(rows), Encoder(PLAN, ARRAYS).encode(make(rows)))


def test_the_order_of_columns_and_columns_too_many_do_not_matter():
    backwards = {"more": 1} | dict(reversed(ROW.items()))
    same(encode(), Encoder(PLAN, ARRAYS).encode([backwards]))
    same(encode(), Encoder(PLAN, ARRAYS).encode(pa.Table.from_pylist([backwards])))


def test_the_rows_are_not_changed():
    row = dict(ROW)
    Encoder(PLAN, ARRAYS).encode([row])
    assert row == ROW


def test_no_rows_give_empty_blocks():
    for table in ([], pa.Table.from_pylist([ROW])[:0]):
        blocks = Encoder(PLAN, ARRAYS).encode(table)
        assert (blocks.numbers.shape, blocks.codes.shape, blocks.text.shape) == ((0, 12), (0, 2), (0, len(TERMS)))


def test_a_plan_without_columns_gives_rows_without_numbers():
    blocks = Encoder(EncodingPlan(columns=())).encode(pa.table({"a": [1, 2, 3]}))
    assert blocks.numbers.shape == (3, 0)
    assert blocks.text is None


def test_two_texts_stand_side_by_side():
    other = TEXT.model_copy(update={"name": "title", "n_dense": 0, "projection": None})
    blocks = Encoder(EncodingPlan(columns=(TEXT, other)), ARRAYS).encode([{"remarks": "good", "title": "a"}])
    dense = blocks.text.toarray()[0]
    assert [TERMS[i] for i in np.flatnonzero(dense[: len(TERMS)])] == ["w:good", "c:oo", "c:goo"]
    assert [TERMS[i] for i in np.flatnonzero(dense[len(TERMS) :])] == ["w:a", "c: a "]


@pytest.mark.parametrize("make", [list, pa.Table.from_pylist])
def test_a_missing_input_is_named(make):
    row = {name: value for name, value in ROW.items() if name != "city"} | {"City": "Rome"}
    with pytest.raises(TableError, match=r"lacks .*city.*\n  -> Rename 'City' to 'city'"):
        Encoder(PLAN, ARRAYS).encode(make([row]))


def test_numbers_too_large_for_float32_are_clipped_to_the_largest():
    plan = EncodingPlan(columns=(NumberColumn(name="x", low=-1e300, high=1e300),))
    found = Encoder(plan).encode({"x": [1e308, -1e308, 1.0]}).numbers[:, 0]
    assert np.isfinite(found).all()
    assert found[2] == 1.0


@pytest.mark.parametrize("value", [pd.NA, pd.NaT, np.float64("nan"), np.datetime64("NaT")])
def test_every_sort_of_nothing_is_missing(value):
    nothing = dict.fromkeys(ROW)
    same(encode(**nothing), encode(**dict.fromkeys(ROW, value)))


@pytest.mark.parametrize(
    "value", [10**400, [1, 2], {"a": [1]}, np.array([1, 2]), object(), b"\xff", np.timedelta64(1, "D")]
)
def test_odd_values_are_no_trouble(value):
    blocks = encode(**dict.fromkeys(ROW, value))
    assert blocks.codes[0, 0] == 3
    assert not np.isinf(blocks.numbers).any()


@pytest.mark.parametrize("odd", [3, 2**63, 10**400, -1, True, None, "7", math.inf])
def test_many_records_say_what_each_of_them_says(odd: object) -> None:
    age = NumberColumn(name="age", low=0, high=10, missing_codes=("-1",))
    city = CategoryColumn(name="city", levels=("Rome", "7"), counts=(2, 3), missing_codes=("-1",))
    encoder = Encoder(EncodingPlan(columns=(age, city)))
    records = [{"age": 0.5 * i, "city": "Rome"} for i in range(20)] + [{"age": odd, "city": odd}]
    found = encoder.encode_records(records)
    alone = [encoder.encode_records([record]) for record in records]
    np.testing.assert_array_equal(found.numbers, np.vstack([each.numbers for each in alone]))
    np.testing.assert_array_equal(found.codes, np.vstack([each.codes for each in alone]))


FRAMES = {
    "plain": pd.DataFrame([ROW | {"day": "2020-02-29"}, dict.fromkeys(ROW), ROW | {"age": "1,000", "city": 3}]),
    "numbers": pd.DataFrame({"age": [31, -1], "city": [3.0, math.nan], "day": ["29/02/2020"] * 2, "member": [1, 0]}),
    "only numbers": pd.DataFrame({"age": [31.5, 4], "city": [3, 2**53 + 1], "member": [1, 0]}),
    "small numbers": pd.DataFrame({"age": np.array([0.1, 7], dtype=np.float32), "city": np.array([3, 4], np.int8)}),
    "truths": pd.DataFrame({"member": [True, False], "age": [1.5, math.nan]}),
    "categories": pd.DataFrame({"city": pd.Categorical(["Rome", None]), "member": pd.Categorical([True, False])}),
    "infinite": pd.DataFrame({"age": [math.inf, -math.inf], "city": ["Oslo", " "]}),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_a_table_of_one_row_is_read_as_that_row_of_many(frame):
    whole = frame.reindex(columns=[*frame, *(name for name in ROW if name not in frame)])
    encoder = Encoder(PLAN, ARRAYS)
    for place in range(len(whole)):
        record = one_record(whole.iloc[[place]], encoder.inputs)
        if record is not None:
            same(encoder.encode_records([record]), encoder.encode(whole).take(np.array([place])))


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"x": [1, 2]}),
        pd.DataFrame({"z": [1]}),
        pd.DataFrame([[1, 2]], columns=["x", "x"]),
        pd.DataFrame({"x": [pd.Timestamp("2020-02-29")]}),
        pd.DataFrame({"x": pd.array([None], dtype="Int64")}),
        pd.DataFrame({"x": [2**53 + 1], "y": [0.5]}),
        pd.DataFrame({"x": [[1]]}),
        pd.Series({"x": 1}),
        pl.DataFrame({"x": [1]}),
    ],
    ids=["two rows", "another column", "twice", "a moment", "NA", "rounded", "a list", "a series", "polars"],
)
def test_what_is_no_record_of_plain_values_stays_a_table(frame):
    assert one_record(frame, ("x",)) is None


def test_a_table_of_one_row_is_a_record():
    frame = pd.DataFrame({"x": [1], "y": ["a"], "z": [math.nan], "t": [True]})
    record = one_record(frame, ("y", "x", "t"))
    assert record == {"y": "a", "x": 1, "t": True}
    assert [type(value) for value in record.values()] == [str, int, bool]
