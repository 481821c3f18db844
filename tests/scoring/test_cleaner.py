"""What the steps of a cleaning plan do, to a table and to a record alike."""

import datetime

import pyarrow as pa
import pytest

from mlwright.records.cleaning import (
    CleaningPlan,
    DoubtValues,
    MapPairs,
    MapValues,
    MarkMissing,
    Pair,
    ReadDate,
    ReadNumber,
    Reformat,
    SplitOff,
)
from mlwright.scoring.cleaner import Cleaner
from mlwright.scoring.columns import read_columns, to_arrow

SAID = {"cure": "test", "level": "repair", "reason": "because."}


def both_ways(columns, *steps):
    """The rows that the steps make of a table, after it was seen that they make the same of its records."""
    plan = CleaningPlan(n_rows=0, steps=steps)
    table = pa.table(columns)
    whole = to_arrow(Cleaner(plan).clean_columns(read_columns(table))).to_pylist()
    assert Cleaner(plan).clean_records(table.to_pylist()) == whole
    return whole


def values(columns, *steps):
    return [next(iter(row.values())) for row in both_ways(columns, *steps)]


def test_units_are_converted_and_what_is_no_number_is_missing_in_a_typed_column():
    step = ReadNumber(column="w", units={"kg": 1.0, "g": 0.001, "": 1.0}, **SAID)
    assert values({"w": ["1,200 kg", "500 g", "3", "heavy", None]}, step) == [1200.0, 0.5, 3.0, None, None]


def test_a_column_that_stays_text_keeps_what_is_no_number_and_writes_numbers_in_the_usual_way():
    step = ReadNumber(column="w", units={"kg": 1.0, "g": 0.001}, typed=False, usual=("# kg",), **SAID)
    assert values({"w": ["1.50 kg", "500 g", "heavy"]}, step) == ["1.50 kg", "0.5 kg", "heavy"]


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1.234,50", ",", 1234.5),
        ("1 234,5", ",", 1234.5),
        ("(1,234)", ".", -1234.0),
        ("(2013)", ".", None),
        ("1'234.5", ".", 1234.5),
        ("1,23", ".", None),
        ("0.052000000000000005", ".", 0.052),
    ],
)
def test_separators_and_brackets(text, decimal, number):
    step = ReadNumber(column="x", decimal=decimal, units={"": 1.0}, **SAID)
    assert values({"x": [text]}, step) == [number]


def test_hours_and_minutes_are_one_number():
    step = ReadNumber(column="t", units={"min": 1.0, "h": 60.0}, **SAID)
    assert values({"t": ["114 min", "1 h 54 min", "2h"]}, step) == [114.0, 114.0, 120.0]


def test_a_span_of_time_is_converted_to_the_unit_of_its_column():
    """It is no number of seconds beside minutes, nor hours as a clock would have them."""
    step = ReadNumber(column="t", units={"min": 1.0, "h": 60.0}, **SAID)
    span = datetime.timedelta(minutes=90)
    assert values({"t": [span, None]}, step) == [90.0, None]
    for unit in ("s", "ms", "us", "ns"):
        column = pa.array([span], pa.duration(unit))
        assert values({"t": column}, step) == [90.0]
    assert values({"t": [span]}, ReadNumber(column="t", units={"kg": 1.0}, **SAID)) == [None]


def test_dates_of_two_ways_become_days():
    step = ReadDate(column="d", formats=("%Y-%m-%d", "%m/%d/%Y"), **SAID)
    days = [datetime.date(2024, 3, 25), datetime.date(2024, 3, 25), None]
    assert values({"d": ["2024-03-25", "03/25/2024", "soon"]}, step) == days


def test_dates_in_a_column_that_stays_text_are_written_in_the_first_way():
    step = ReadDate(column="d", formats=("%d.%m.%Y", "%Y/%m/%d"), typed=False, **SAID)
    assert values({"d": ["25.03.2024", "2024/03/25", "soon"]}, step) == ["25.03.2024", "25.03.2024", "soon"]


def test_a_value_is_changed_only_beside_the_value_that_it_was_learned_with():
    step = MapPairs(column="town", given="zip", pairs=(Pair(given="1", before="Rme", after="Rome"),), **SAID)
    rows = both_ways({"town": ["Rme", "Rme", "Rome"], "zip": [1, 2, 1]}, step)
    assert [row["town"] for row in rows] == ["Rome", "Rme", "Rome"]


def test_a_missing_value_is_filled_where_the_plan_says_so():
    step = MapPairs(column="town", given="zip", pairs=(Pair(given="1", before=None, after="Rome"),), **SAID)
    rows = both_ways({"town": [None, None], "zip": ["1", "2"]}, step)
    assert [row["town"] for row in rows] == ["Rome", None]


def test_a_moved_word_goes_back_only_where_its_place_is_empty():
    step = SplitOff(column="town", into="state", values=("CO",), **SAID)
    rows = both_ways({"town": ["Denver CO", "Denver, CO", "Denver CO"], "state": [None, "", "TX"]}, step)
    assert [(row["town"], row["state"]) for row in rows] == [("Denver", "CO"), ("Denver", "CO"), ("Denver CO", "TX")]


def test_codes_are_set_into_their_pattern_or_left():
    step = Reformat(column="p", pattern="###-####", **SAID)
    assert values({"p": ["5551234", "(555) 1234", "55-1234", None]}, step) == ["555-1234", "555-1234", "55-1234", None]


def test_codes_of_numbers_keep_their_type():
    steps = (MarkMissing(column="n", codes=("-999",), **SAID), MapValues(column="n", values={"7": "8"}, **SAID))
    table = pa.table({"n": [-999, 7, 3]})
    cleaned = Cleaner(CleaningPlan(n_rows=0, steps=steps)).clean_columns(read_columns(table))
    assert cleaned.by_name["n"].type == pa.int64()
    assert cleaned.by_name["n"].to_pylist() == [None, 8, 3]


def test_a_doubt_changes_nothing_and_says_where():
    step = DoubtValues(column="c", values=("rde",), cure="test", level="doubt", reason="because.")
    table = read_columns(pa.table({"c": ["red", "rde"]}))
    cleaner = Cleaner(CleaningPlan(n_rows=0, steps=(step,)))
    assert cleaner.clean_columns(table).by_name["c"].to_pylist() == ["red", "rde"]
    ((_, touched),) = cleaner.follow(table)
    assert touched.rows.tolist() == [1]


def test_what_is_handed_over_is_not_changed():
    row = {"c": "rde"}
    step = MapValues(column="c", values={"rde": "red"}, **SAID)
    assert Cleaner(CleaningPlan(n_rows=0, steps=(step,))).clean_records([row]) == [{"c": "red"}]
    assert row == {"c": "rde"}


def test_a_step_about_a_column_that_is_not_there_is_left_out():
    step = MapValues(column="c", values={"a": "b"}, **SAID)
    assert values({"d": ["a"]}, step) == ["a"]
