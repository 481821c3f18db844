"""Excel workbooks, made with openpyxl in sight."""

import datetime as dt
import io
import zipfile

import openpyxl
import pytest

from mlwright.core.errors import SourceEmpty, SourceMissing, SourceUnreadable


@pytest.fixture
def workbook(tmp_path):
    def make(**sheets: list[list[object]]) -> str:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "book.xlsx"
        book.save(path)
        return str(path)

    return make


def test_cells_keep_their_types(read, workbook):
    rows = [
        ["id", "day", "at", "price", "paid", "name"],
        [1, dt.date(2024, 1, 1), dt.datetime(2024, 1, 1, 10, 30), 1.5, True, "Anna"],
        [2, dt.date(2024, 1, 2), dt.datetime(2024, 1, 2), 2, None, None],
    ]
    result = read(workbook(Sales=rows))
    assert result.types == {
        "id": "int64",
        "day": "date32[day]",
        "at": "timestamp[us]",
        "price": "double",
        "paid": "bool",
        "name": "string",
    }
    assert result.rows[0] == (1, dt.date(2024, 1, 1), dt.datetime(2024, 1, 1, 10, 30), 1.5, True, "Anna")
    assert result.details == {"sheet": "Sales", "header": "row 1"}
    assert result.notices == []


def test_blank_rows_titles_and_margins_are_skipped(read, workbook):
    rows = [[], [None, "Sales of 2024"], [], [None, "id", "x", "y"], [None, 1, 2, 3], [], [None, 4, 5, None], []]
    result = read(workbook(Sales=rows))
    assert result.table.schema.names == ["id", "x", "y"]
    assert result.rows == [(1, 2, 3), (4, 5, None)]
    assert result.details["header"] == "row 4"


def test_a_sheet_without_a_header_has_numbered_columns(read, workbook):
    result = read(workbook(Data=[[1, 2.5, "a"], [2, 3.5, "b"], [3, 4.5, "a"]]))
    assert result.table.schema.names == ["column_1", "column_2", "column_3"]
    assert len(result.rows) == 3


def test_mixed_cells_are_text_and_errors_are_empty(read, workbook):
    result = read(workbook(Data=[["id", "mixed", "ratio"], [1, "x", 0.5], [2, 7, "#DIV/0!"], [3, True, "#N/A"]]))
    assert result.column("mixed") == ["x", "7", "true"]
    assert result.column("ratio") == [0.5, None, None]
    assert "Excel errors (like #N/A) that count as empty: 2 cells." in result.notices


def test_the_first_sheet_is_read_and_the_others_are_named(read, workbook):
    location = workbook(First=[["a"], [1], [2]], Second=[["b"], [3]])
    result = read(location)
    assert result.table.schema.names == ["a"]
    assert result.notices == ["The sheet 'First' was read. The workbook has more sheets, which were not read: Second."]
    assert read(location, sheet="Second").rows == [(3,)]


def test_a_sheet_that_is_not_there_is_answered_with_the_nearest(read, workbook):
    with pytest.raises(SourceMissing, match="has no sheet 'Secnd'; it has First, Second") as caught:
        read(workbook(First=[["a"], [1]], Second=[["b"], [3]]), sheet="Secnd")
    assert "Second" in caught.value.hint


@pytest.mark.parametrize("rows", [[], [[], []], [["a", "b"]]])
def test_a_sheet_without_rows_is_empty(read, workbook, rows):
    with pytest.raises(SourceEmpty, match=r"Sheet 'Data' of .* holds no rows") as caught:
        read(workbook(Data=rows, Other=[["a"], [1]]))
    assert "Other" in caught.value.hint


def test_what_only_ends_like_a_workbook_is_refused(read, tmp_path, workbook):
    (tmp_path / "fake.xlsx").write_text("a,b\n1,2\n")
    with pytest.raises(SourceUnreadable, match="no readable Excel workbook"):
        read(tmp_path / "fake.xlsx")
    broken = io.BytesIO()
    with zipfile.ZipFile(workbook(Data=[["a"], [1]])) as old, zipfile.ZipFile(broken, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, content[: len(content) // 2] if "sheet1" in member else content)
    (tmp_path / "broken.xlsx").write_bytes(broken.getvalue())
    with pytest.raises(SourceUnreadable, match="no readable Excel workbook"):
        read(tmp_path / "broken.xlsx")


def test_a_workbook_with_a_password_is_called_by_its_name(read, tmp_path):
    (tmp_path / "locked.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(SourceUnreadable, match=r"an old Excel workbook \(.xls\), or one with a password"):
        read(tmp_path / "locked.xlsx")


def test_a_workbook_is_known_by_its_content(read, workbook, tmp_path):
    (tmp_path / "download").write_bytes(open(workbook(Data=[["a", "b"], [1, 2]]), "rb").read())
    assert read(tmp_path / "download").rows == [(1, 2)]


def test_a_sheet_with_a_title_alone_gives_way_to_the_first_one_with_a_table(read, workbook):
    result = read(workbook(Cover=[["Report 2024"], ["made by hand"]], Data=[["a", "b"], [1, 2], [3, 4]]))
    assert result.table.schema.names == ["a", "b"]
    assert result.notices == ["The sheet 'Data' was read. The workbook has more sheets, which were not read: Cover."]


def test_names_that_span_columns_are_put_before_the_names_below_them(read, workbook):
    rows = [["Person", None, "Money", None, "y"], ["name", "age", "in", "out"], ["p", 20, 1.5, 2, "a"], ["q", 21, 2, 3]]
    result = read(workbook(Data=rows))
    assert result.table.schema.names == ["Person name", "Person age", "Money in", "Money out", "y"]
    assert len(result.table) == 2
    assert "The head has two rows, whose names were joined: Person name" in result.notices[0]


def test_a_head_of_two_rows_is_known_beside_empty_columns_on_the_left(read, workbook):
    rows = [[None, "Shop", "2023", None], [None, None, "sales", "staff"], [None, "a", 1.5, 3], [None, "b", 2.5, 4]]
    result = read(workbook(Data=rows))
    assert result.table.schema.names == ["Shop", "2023 sales", "2023 staff"]
    assert result.rows == [("a", 1.5, 3), ("b", 2.5, 4)]


def test_a_head_with_a_gap_above_rows_of_values_is_one_row(read, workbook):
    result = read(workbook(Data=[["a", None, "c"], ["x", 1, 2], ["y", 3, 4], ["z", 5, 6]]))
    assert len(result.table) == 3


def test_cells_that_are_merged_downwards_all_hold_what_the_first_says(read, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [
        ["Sales of 2024"],
        ["route", "year", "fare"],
        ["north", 2020, 10.5],
        [None, 2021, 11.5],
        [None, 2022, None],
        ["south", 2020, 9],
        [None, 2021, 8],
        [None, 2020, 7],
    ]:
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A3:A5")
    sheet.merge_cells("A6:A7")
    book.save(tmp_path / "routes.xlsx")
    result = read(str(tmp_path / "routes.xlsx"))
    assert result.column("route") == ["north", "north", "north", "south", "south", None]
    assert result.column("fare") == [10.5, 11.5, None, 9, 8, 7]
