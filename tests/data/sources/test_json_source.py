"""JSON in all its layouts."""

import datetime as dt
import gzip
import json

import pytest

from mlwright.core.errors import SourceEmpty, SourceUnreadable

PEOPLE = [{"id": n, "name": f"p{n}", "share": n / 2} for n in range(1, 4)]
ROWS = [(1, "p1", 0.5), (2, "p2", 1.0), (3, "p3", 1.5)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.json", json.dumps(PEOPLE)),
        ("pretty.json", json.dumps(PEOPLE, indent=2)),
        ("lines.jsonl", "\n".join(map(json.dumps, PEOPLE))),
        ("lines.ndjson", "\r\n".join(map(json.dumps, PEOPLE)) + "\r\n"),
        ("sequence.json", "\n".join(json.dumps(person, indent=2) for person in PEOPLE)),
        ("wrapped.json", json.dumps({"page": 1, "data": PEOPLE})),
        ("no_ending", json.dumps(PEOPLE)),
        ("packed.json.gz", gzip.compress(json.dumps(PEOPLE).encode(), mtime=0)),
        ("wide.json", json.dumps(PEOPLE).encode("utf-16")),
    ],
)
def test_every_layout_gives_the_same_table(read_text, name, text):
    result = read_text(text, name)
    assert result.types == {"id": "int64", "name": "string", "share": "double"}
    assert result.rows == ROWS


def test_nested_objects_are_columns_with_dots_and_lists_are_text(read_text):
    row = {"id": 1, "home": {"city": "Rome", "at": {"lat": 41.9}}, "tags": ["a", 1, None], "none": {}}
    result = read_text(json.dumps([row, {"id": 2}]), "a.json")
    assert result.types == {"id": "int64", "home.city": "string", "home.at.lat": "double", "tags": "string"}
    assert result.rows == [(1, "Rome", 41.9, '["a", 1, null]'), (2, None, None, None)]


@pytest.mark.parametrize(
    ("values", "kind", "stored"),
    [
        ([1, 2], "int64", [1, 2]),
        ([1, 2.5], "double", [1.0, 2.5]),
        ([True, False], "bool", [True, False]),
        ([1, "x"], "string", ["1", "x"]),
        ([True, 1], "string", ["true", "1"]),
        (["1", "2"], "string", ["1", "2"]),
        ([2**63, 1], "string", [str(2**63), "1"]),
        (["2024-01-01", "2024-01-02"], "date32[day]", [dt.date(2024, 1, 1), dt.date(2024, 1, 2)]),
        (["2024-01-01", "soon"], "string", ["2024-01-01", "soon"]),
        (["2024-01-01T10:00:00Z"], "timestamp[us]", [dt.datetime(2024, 1, 1, 10)]),
        (["", "a"], "string", ["", "a"]),
        (["\ud800", "a"], "string", ["?", "a"]),
        ([None, None], "string", [None, None]),
    ],
)
def test_types_are_those_of_all_values(read_text, values, kind, stored):
    result = read_text(json.dumps([{"x": value, "row": n} for n, value in enumerate(values)]), "a.json")
    assert (result.types["x"], result.column("x")) == (kind, stored)


def test_a_value_of_another_type_in_the_last_row_is_seen(read_text):
    rows = [{"id": n, "x": n} for n in range(25_000)] + [{"id": 25_000, "x": "many", "late": 1}]
    result = read_text("\n".join(map(json.dumps, rows)), "a.jsonl")
    assert result.types == {"id": "int64", "x": "string", "late": "int64"}
    assert result.rows[0] == (0, "0", None)
    assert result.rows[-1] == (25_000, "many", 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[{"a": 1},\n{"a": }]', r"expecting value in line 2, found '}\]'"),
        ('[{"a": 1},\n{"a": 2}', "a comma or the end of the list was expected"),
        ('[{"a": 1},\n{"a": "two', "the text is cut off in line 2"),
        ('{"a": 1}\n{"a": 2', "the text is cut off in line 2"),
        ("[[1, 2], [3, 4]]", "an object {...} was expected in line 1"),
        ('"words"', "an object {...} was expected"),
        ('[{"a": 1}] [', "there is more after the end of the list"),
        ('[{"a": ' + '{"a": ' * 5000, "nested too deep"),
    ],
)
def test_broken_json_is_refused_with_its_line(read_text, text, says):
    with pytest.raises(SourceUnreadable, match=says):
        read_text(text, "a.json")


@pytest.mark.parametrize("text", ["[]", "[ \n ]"])
def test_an_empty_list_is_empty(read_text, text):
    with pytest.raises(SourceEmpty, match="holds no objects"):
        read_text(text, "a.json")


def test_an_object_of_twenty_megabytes_is_refused(read_text):
    with pytest.raises(SourceUnreadable, match="an object of more than 16 MB begins in line 1"):
        read_text('{"a": [' + "12345678," * 2_200_000 + "1]}", "a.json")


def test_keys_without_end_are_refused(read_text):
    with pytest.raises(SourceUnreadable, match="columns; mlwright takes up to 10000"):
        read_text(json.dumps([{f"user{n}": 1} for n in range(10_001)]), "a.json")


@pytest.mark.parametrize(
    ("content", "rows", "told"),
    [
        ({"id": [1, 2], "x": ["a", None]}, [(1, "a"), (2, None)], "columns"),
        ({"id": {"0": 1, "1": 2}, "x": {"0": "a", "1": "b"}}, [(1, "a"), (2, "b")], "columns"),
        ({"a7": {"id": 1, "n": 5}, "b2": {"n": 6, "id": 2}}, [("a7", 1, 5), ("b2", 2, 6)], "objects by their key"),
        ({"id": 1, "home": {"town": "Oslo"}}, [(1, "Oslo")], "objects"),
    ],
)
def test_one_object_may_be_a_whole_table(read_text, content, rows, told):
    result = read_text(json.dumps(content), "t.json")
    assert result.rows == rows
    assert result.details["rows"] == told


def test_of_several_lists_none_is_taken(read_text):
    content = {"people": [{"id": 1}], "orders": [{"id": 2}]}
    with pytest.raises(SourceUnreadable, match="holds 2 lists of rows: people, orders"):
        read_text(json.dumps(content), "t.json")


def test_values_that_mongodb_writes_with_their_type_are_values(read_text):
    inner = '"user":{"since":{"$date":"2024-01-01T00:00:00Z"}}'
    row = '{"_id":{"$oid":"65a%d"},"at":{"$date":%d},"n":{"$numberLong":"%d"},' + inner + "}\n"
    result = read_text("".join(row % (n, 86_400_000 * n, n) for n in (1, 2)), "events.jsonl")
    assert result.types == {"_id": "string", "at": "timestamp[us]", "n": "int64", "user.since": "timestamp[us]"}
    assert result.rows[0][:3] == ("65a1", dt.datetime(1970, 1, 2), 1)
    assert read_text('{"n":{"$numberLong":"many"}}\n' * 2, "odd.jsonl").column("n") == ["many", "many"]
