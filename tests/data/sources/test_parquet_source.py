"""Parquet of every type comes out in the plain ones."""

import datetime as dt
import decimal
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.errors import SourceEmpty, SourceUnreadable
from mlwright.data.sources.parquet import Parquet
from mlwright.records.settings import CollectSettings

BERLIN = dt.timezone(dt.timedelta(hours=1))


@pytest.fixture
def read_table(read, tmp_path):
    def write_and_read(**columns: pa.Array):
        pq.write_table(pa.table(columns), tmp_path / "a.parquet")
        return read(tmp_path / "a.parquet")

    return write_and_read


@pytest.mark.parametrize(
    ("array", "kind", "values"),
    [
        (pa.array([1, None], pa.int8()), "int64", [1, None]),
        (pa.array([1, 2], pa.uint64()), "int64", [1, 2]),
        (pa.array([1, 2**64 - 1], pa.uint64()), "string", ["1", str(2**64 - 1)]),
        (pa.array([0.5, None], pa.float16()), "double", [0.5, None]),
        (pa.array([decimal.Decimal("1.50"), None]), "double", [1.5, None]),
        (pa.array([dt.timedelta(seconds=1.5)]), "double", [1.5]),
        (pa.array([True, None]), "bool", [True, None]),
        (pa.array(["a", None]).dictionary_encode(), "string", ["a", None]),
        (pa.array([5, 6]).dictionary_encode(), "int64", [5, 6]),
        (pa.array(["a"], pa.large_string()), "string", ["a"]),
        (pa.array([dt.date(2024, 2, 29)], pa.date64()), "date32[day]", [dt.date(2024, 2, 29)]),
        (pa.array([1500], pa.timestamp("ns")), "timestamp[us]", [dt.datetime(1970, 1, 1, 0, 0, 0, 1)]),
        (pa.array([1], pa.timestamp("s")), "timestamp[us]", [dt.datetime(1970, 1, 1, 0, 0, 1)]),
        (
            pa.array([dt.datetime(2024, 1, 1, 10, tzinfo=BERLIN)], pa.timestamp("us", "+01:00")),
            "timestamp[us]",
            [dt.datetime(2024, 1, 1, 9)],
        ),
        (pa.array([dt.time(10, 30)], pa.time32("s")), "string", ["10:30:00"]),
        (pa.array([[1, 2], None, []]), "string", ["[1, 2]", None, "[]"]),
        (pa.array([b"text", None]), "string", ["text", None]),
        (pa.array([uuid.UUID(int=5).bytes], pa.uuid()), "string", [str(uuid.UUID(int=5))]),
        (pa.nulls(2), "string", [None, None]),
    ],
)
def test_every_type_has_a_plain_one(read_table, array, kind, values):
    result = read_table(x=array)
    assert (result.types, result.column("x")) == ({"x": kind}, values)


def test_structs_are_columns_with_dots(read_table):
    result = read_table(home=pa.array([{"city": "Rome", "at": {"lat": 41.9}}, None]))
    assert result.types == {"home.city": "string", "home.at.lat": "double"}
    assert result.rows == [("Rome", 41.9), (None, None)]


def test_raw_bytes_are_left_out_and_told(read_table):
    result = read_table(id=pa.array([1, 2]), photo=pa.array([b"\xff\xd8", None]))
    assert result.types == {"id": "int64"}
    assert result.notices == ["Columns of raw bytes were left out: photo."]


def test_the_labels_that_pandas_gives_to_rows_are_no_column(read_table):
    result = read_table(x=pa.array([1, 2]), __index_level_0__=pa.array([70, 12]))
    assert result.types == {"x": "int64"}
    assert "What pandas called the rows was left out: __index_level_0__." in result.notices


def test_times_with_a_zone_are_told(read_table):
    result = read_table(at=pa.array([dt.datetime(2024, 1, 1, tzinfo=BERLIN)], pa.timestamp("us", "Europe/Berlin")))
    assert result.notices == ["Times with a time zone were turned into UTC: at."]


def test_a_folder_of_files_is_one_table_in_the_order_of_their_names(read, tmp_path):
    for month, columns in (("02", {"a": [3.5], "late": ["x"]}), ("01", {"a": [1, 2]})):
        folder = tmp_path / "sales" / "year=2024" / f"month={month}"
        folder.mkdir(parents=True)
        pq.write_table(pa.table(columns), folder / "part-0.parquet")
    (tmp_path / "sales" / "_SUCCESS").touch()
    result = read(tmp_path / "sales")
    assert result.types == {"a": "double", "late": "string", "year": "int64", "month": "string"}
    assert result.rows == [(1.0, None, 2024, "01"), (2.0, None, 2024, "01"), (3.5, "x", 2024, "02")]
    assert result.details == {"files": "2"}


def test_columns_of_different_types_in_two_files_become_text(read, tmp_path):
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": ["x"]}), tmp_path / "2.parquet")
    assert read(tmp_path).column("a") == ["1", "2", "x"]


def test_a_folder_without_tables_is_refused_with_what_it_holds(read, tmp_path):
    (tmp_path / "a.pdf").write_text("a\n1\n")
    with pytest.raises(SourceUnreadable, match=r"a folder that holds no tables \(Parquet, CSV, JSON\) but: a\.pdf"):
        read(tmp_path)


def test_a_damaged_file_is_refused(read, tmp_path):
    pq.write_table(pa.table({"a": list(range(10_000))}), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(whole[:-30])
    with pytest.raises(SourceUnreadable, match="no whole Parquet file"):
        read(tmp_path / "a.parquet")
    (tmp_path / "a.parquet").write_bytes(whole[:100] + bytes(4000) + whole[4100:])
    with pytest.raises(SourceUnreadable, match="no whole Parquet file"):
        read(tmp_path / "a.parquet")


def test_a_file_without_rows_is_empty(read_table, read, tmp_path):
    with pytest.raises(SourceEmpty, match="holds no rows"):
        read_table(a=pa.array([], pa.int64()))
    (tmp_path / "b.parquet").touch()
    with pytest.raises(SourceEmpty, match="0 bytes"):
        read(tmp_path / "b.parquet")


def test_the_content_counts_more_than_the_ending(read, tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.csv")
    assert read(tmp_path / "a.csv").rows == [(1,)]


def test_names_with_blanks_around_them_are_mended_in_a_file_that_could_be_copied(read, tmp_path):
    pq.write_table(pa.table({" size ": [1.5, 2.5], "y": [1, 2]}), tmp_path / "t.parquet")
    found = read(tmp_path / "t.parquet")
    assert list(found.types) == ["size", "y"]
    assert found.rows == [(1.5, 1), (2.5, 2)]


def test_a_folder_says_which_columns_files_lack_or_store_otherwise_and_what_was_not_read(read, tmp_path):
    pq.write_table(pa.table({"id": [1, 2], "day": ["2024-01-01", "x"], "old": [1, 2]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"day": pa.array([3, 4], pa.date32()), "id": [3.5, 4.0]}), tmp_path / "b.parquet")
    (tmp_path / "readme.csv").write_text("a\n1\n")
    result = read(tmp_path)
    assert result.column("id") == [1, 2, 3.5, 4]
    assert result.column("old") == [1, 2, None, None]
    assert result.notices == [
        "Columns that some files lack are missing in their rows: old (there in 1 of 2).",
        "Columns of different types were put together: id (int64, double; read as double), "
        "day (string, date32[day]; read as string).",
        "Files that are no Parquet were not read: readme.csv.",
    ]


def test_a_column_that_one_file_lacks_is_read_as_a_dictionary_too(tmp_path):
    names = pa.table({"n": list(range(400)), "city": ["Oslo", "Rome"] * 200})
    pq.write_table(names, tmp_path / "a.parquet")
    pq.write_table(names.drop_columns(["city"]), tmp_path / "b.parquet")
    coded = Parquet(CollectSettings(source=str(tmp_path))).read_coded()
    found = pa.Table.from_batches(coded.batches)
    assert pa.types.is_dictionary(found.schema.field("city").type)
    assert found["city"].to_pylist() == ["Oslo", "Rome"] * 200 + [None] * 400
