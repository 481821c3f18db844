"""Web pages: the table of a page is read as one of a workbook is."""

import datetime as dt
import re

import pytest

from mlwright.core.errors import SourceMissing, SourceUnreadable

PAGE = """<!doctype html><html><head><title>Rain</title><style>td {color: red}</style></head><body>
<table id="menu"><tr><td>Home</td><td>About</td></tr></table>
<table><caption>Rain of <b>2024</b></caption>
  <thead><tr><th rowspan="2">town</th><th colspan="2">spring</th></tr><tr><th>mm</th><th>first day</th></tr></thead>
  <tbody>
    <tr><td rowspan="2"><a href="/riga">Riga</a></td><td>12.5<script>track("Riga")</script></td><td>2024-03-01</td></tr>
    <tr><td>8</td><td>2024-04-01</td></tr>
    <tr><td>Br&uuml;x &amp; Most</td><td></td><td>2024-03-02</td></tr>
  </tbody>
  <tfoot><tr><td>all</td><td>20.5</td><td></td></tr></tfoot>
</table></body></html>"""


def test_the_largest_table_is_read_as_a_reader_sees_it(read_text):
    result = read_text(PAGE, "rain.html")
    assert result.types == {"town": "string", "spring mm": "double", "spring first day": "date32[day]"}
    assert result.rows == [
        ("Riga", 12.5, dt.date(2024, 3, 1)),
        ("Riga", 8.0, dt.date(2024, 4, 1)),
        ("Brüx & Most", None, dt.date(2024, 3, 2)),
    ]
    assert result.details == {"table": "Rain of 2024", "encoding": "utf-8"}
    assert result.notices == [
        "The page has more tables, which were not read: menu.",
        "1 row in the foot of the table was left out.",
    ]


@pytest.mark.parametrize("asked", [{"sheet": "menu"}, {"query": "menu"}, {"sheet": "1"}])
def test_another_table_is_asked_for_by_its_caption_id_or_number(read, tmp_path, asked):
    (tmp_path / "rain.html").write_text(PAGE, "utf-8")
    assert read(tmp_path / "rain.html", **asked).rows == [("Home", "About")]


def test_a_table_that_is_not_there_is_told_with_those_that_are(read, tmp_path):
    (tmp_path / "rain.html").write_text(PAGE, "utf-8")
    with pytest.raises(SourceMissing, match="has no table 'menus'") as caught:
        read(tmp_path / "rain.html", sheet="menus")
    assert caught.value.hint == "Set collect.sheet to: menu"


def test_ends_may_be_left_out_and_a_first_row_of_names_is_found(read_text):
    result = read_text("<table><tr><td>id<td>price<tr><td>1<td>2.5<tr><td>2<td>3<tr><td>3<td>4</table>", "t.htm")
    assert result.types == {"id": "int64", "price": "double"}
    assert result.rows == [(1, 2.5), (2, 3.0), (3, 4.0)]


def test_a_table_within_a_cell_is_one_of_its_own(read_text):
    inner = "<table id='inner'><tr><th>x<th>y<tr><td>1<td>2<tr><td>3<td>4</table>"
    result = read_text(f"<table><tr><td>left {inner} right</td></tr></table>", "t.html")
    assert result.rows == [(1, 2), (3, 4)]
    assert result.notices == ["The page has more tables, which were not read: 1."]


def test_a_page_without_a_table_is_told(read_text):
    with pytest.raises(SourceUnreadable, match=re.escape("login.html is a web page without a table")):
        read_text("<html><body>Sign in</body></html>", "login.html")


def test_spans_that_no_table_has_do_no_harm(read_text):
    page = "<table><tr><th>x<th>y<tr><td rowspan=999999999>1<td colspan=zwei>2<tr><td>3</table>"
    assert read_text(page, "t.html").rows == [(1, 2), (1, 3)]
