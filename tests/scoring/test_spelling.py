"""A value is spelled and read in the same way alone and in an array, whatever type it comes in."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlwright.scoring.moments import to_moment, to_moment_array
from mlwright.scoring.spelling import (
    canonical,
    canonical_array,
    is_missing,
    missing_array,
    spelled,
    to_number,
    to_number_array,
)

NUMBER_LIKE = st.text(alphabet="0123456789.,-+eE$€% infa", max_size=12)
DATE_LIKE = st.one_of(
    st.text(alphabet="0123456789-:T/ Z+.", max_size=26),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.datetimes().map(lambda moment: moment.strftime("%d/%m/%Y")),
    st.dates().map(lambda day: day.isoformat()),
)


@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        (3, "3"),
        (3.0, "3"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        (True, "true"),
        (np.bool_(False), "false"),
        (np.float64(2.5), "2.5"),
        (np.int64(7), "7"),
        (Decimal("3.00"), "3"),
        (Decimal("3.50"), "3.5"),
        ("  a b ", "a b"),
        ("", None),
        (" \t", None),
        (None, None),
        (math.nan, None),
        (b"abc", "abc"),
        (date(2020, 1, 31), "2020-01-31"),
        (datetime(2020, 1, 31, 10, 30), "2020-01-31T10:30:00"),
    ],
)
def test_the_spelling_of_one_value(value: object, spelling: str | None) -> None:
    assert canonical(value) == spelling


@pytest.mark.parametrize(
    "array",
    [
        pa.array([1, None, -3]),
        pa.array([1.0, None, math.nan, 0.1, math.inf]),
        pa.array([True, None, False]),
        pa.array(["a", " a ", "", None, "\u00a0b"]),
        pa.array(["a", None, "b"]).dictionary_encode(),
        pa.array(["a", None], pa.string_view()),
        pa.array([b"x", None]),
        pa.array([Decimal("1.50"), Decimal("2.00"), None]),
        pa.array([date(2020, 1, 31), None]),
        pa.array([datetime(2020, 1, 31, 1, 2, 3), None]),
        pa.array([datetime(2020, 1, 31, tzinfo=UTC)], pa.timestamp("ms", tz="UTC")),
        pa.array([timedelta(hours=1), None]),
        pa.array([None, None]),
        pa.array([], pa.string()),
        pa.array([[1, 2], None]),
    ],
    ids=lambda array: str(array.type),
)
def test_an_array_of_any_type_is_spelled_and_read_like_its_values(array: pa.Array) -> None:
    values = array.to_pylist()
    assert canonical_array(array).tolist() == [canonical(value) for value in values]
    assert same(to_number_array(array), [to_number(value) for value in values])
    assert same(to_moment_array(array), [to_moment(value) for value in values])
    assert missing_array(array, ("1", "a")).tolist() == [is_missing(value, ("1", "a")) for value in values]


def test_an_array_in_several_chunks_is_one_array() -> None:
    chunks = pa.chunked_array([["a", "b"], [], [None, "a"]], pa.string())
    assert canonical_array(chunks).tolist() == ["a", "b", None, "a"]
    assert canonical_array(pa.chunked_array([], pa.string())).tolist() == []


def test_spellings_that_meet_share_a_place() -> None:
    levels, places = spelled(pa.array(["b", " b", None, "a", "b "]))
    assert levels == ("b", "a")
    assert places.tolist() == [0, 0, -1, 1, 0]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.5", 1234.5),
        ("$1,200", 1200.0),
        ("-$5", -5.0),
        ("$-5", -5.0),
        ("15%", 15.0),
        ("15 %", 15.0),
        ("20 €", 20.0),
        (" 7 ", 7.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("+3", 3.0),
        ("1e-3", 0.001),
        ("1e400", math.inf),
        ("-Infinity", -math.inf),
        ("19:30", 19.5),
        ("7:30 p.m.", 19.5),
        ("06:00:36", 6.01),
    ],
)
def test_numbers_are_read_from_text(text: str, number: float) -> None:
    assert to_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "12,34",
        "1,2345",
        "1_000",
        "0x1f",
        "--1",
        "-$-5",
        "nan",
        "٣",
        "1 2",
        "%",
        "3:2",
        "16:9",
        "25:00",
        "at 10:30",
    ],
)
def test_what_is_no_number_is_not_read_as_one(text: str) -> None:
    assert math.isnan(to_number(text))


@given(st.lists(NUMBER_LIKE | st.floats().map(repr) | st.integers().map(str) | st.none(), max_size=8))
@example(["1e400", "1", None])
@settings(max_examples=300)
def test_numbers_are_read_from_an_array_as_from_its_values(texts: list[str | None]) -> None:
    assert same(to_number_array(pa.array(texts, pa.string())), [to_number(text) for text in texts])


@given(st.lists(st.floats() | st.none(), max_size=8), st.sampled_from([("-1",), ("0", "?"), ("inf",), ("1.0",)]))
@settings(max_examples=100)
def test_missing_codes_count_alike_alone_and_in_an_array(values: list[float | None], codes: tuple[str, ...]) -> None:
    values = [*values, -1.0, 0.0, math.inf]
    assert missing_array(pa.array(values, pa.float64()), codes).tolist() == [is_missing(v, codes) for v in values]


@pytest.mark.parametrize(
    ("value", "format", "seconds"),
    [
        ("1970-01-02", None, 86400.0),
        ("1970-01-01 00:00:01.5", None, 1.5),
        ("1970-01-01T01:00+01:00", None, 0.0),
        ("1970-01-01 00:00:05 Z", None, 5.0),
        ("1970-01-01 00:00:05 UTC", None, 5.0),
        ("1970-01-01 01:00 CET", None, 0.0),
        ("02/01/1970", "%d/%m/%Y", 86400.0),
        ("1970-01-02", "%d/%m/%Y", 86400.0),
        (19700102, "%Y%m%d", 86400.0),
        (date(1970, 1, 2), None, 86400.0),
        (datetime(1970, 1, 1, 1), None, 3600.0),
        (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), None, -1.0),
    ],
)
def test_moments_are_read(value: object, format: str | None, seconds: float) -> None:
    assert to_moment(value, format) == seconds


@pytest.mark.parametrize(
    "text", ["2020-02-30", "2020-13-01", "31/01/2020", "2020", "2020-01-31T25:00", "soon", "", None]
)
def test_what_is_no_moment_is_not_read_as_one(text: str | None) -> None:
    assert math.isnan(to_moment(text))


@given(st.lists(DATE_LIKE | st.none(), max_size=6), st.sampled_from([None, "%d/%m/%Y", "%m/%d/%Y %H:%M"]))
@example(["2020-02-30", "2020-01-01", None, " 2020-01-01"], None)
@example(["0000-01-01", "9999-12-31 23:59:59"], None)
@settings(max_examples=300)
def test_moments_are_read_from_an_array_as_from_its_values(texts: list[str | None], format: str | None) -> None:
    assert same(to_moment_array(pa.array(texts, pa.string()), format), [to_moment(text, format) for text in texts])


def same(left: np.ndarray, right: list[float]) -> bool:
    return left.shape == (len(right),) and np.array_equal(left, np.array(right, dtype=float), equal_nan=True)
