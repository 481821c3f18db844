"""A text table that is broken: mended and told where that is sensible, else refused with the place."""

import gzip
import os
import time
import zipfile
import zlib

import pytest

from mlwright.core.errors import SourceEmpty, SourceMissing, SourceUnreadable

HEADER = "id,word,x,y"


def rows(n: int) -> list[str]:
    return [HEADER] + [f"{i},w{i},{i * 2},{i * 3}" for i in range(n)]


def test_rows_that_are_too_short_are_filled_up_where_they_stood(read_text):
    lines = rows(100)
    lines[5] = "4,w4,8"
    result = read_text("\n".join(lines))
    assert result.rows[3:6] == [(3, "w3", 6, 9), (4, "w4", 8, None), (5, "w5", 10, 15)]
    assert result.notices == ["1 row of another width than 4 fields (line 6): 1 filled up or cut, 0 left out."]


def test_empty_fields_at_the_end_of_a_row_are_cut(read_text):
    lines = rows(100)
    lines[100] = "99,w99,198,297,,"
    assert read_text("\n".join(lines)).rows[-1] == (99, "w99", 198, 297)


def test_rows_whose_values_cannot_be_trusted_are_left_out(read_text):
    lines = rows(300)
    lines[10] = "9,w9, and more,18,27"
    lines[20] = "x,19,38"
    lines[30] = "alone"
    result = read_text("\n".join(lines))
    assert result.types == {"id": "int64", "word": "string", "x": "int64", "y": "int64"}
    assert [row[0] for row in result.rows] == [i for i in range(300) if i not in (9, 19, 29)]
    assert result.notices == [
        "3 rows of another width than 4 fields (lines 11, 21, 31): 0 filled up or cut, 3 left out."
    ]


def test_line_numbers_are_right_behind_values_of_several_lines(read_text):
    lines = rows(200)
    lines[3] = '2,"several\nlines\nhere",4,6'
    lines[50] = "49,w49,98"
    result = read_text("\n".join(lines))
    assert result.rows[49] == (49, "w49", 98, None)
    assert "(line 53)" in result.notices[0]


def test_broken_rows_are_put_back_in_every_block_of_a_large_file(read_text):
    lines = rows(400_000)
    short = [7, 150_000, 150_001, 299_999, 399_999]
    for i in short:
        lines[i + 1] = f"{i},w{i},{i * 2}"
    result = read_text("\n".join(lines))
    assert result.column("id") == list(range(400_000))
    assert [i for i, y in enumerate(result.column("y")) if y is None] == short
    assert "(lines 9, 150002, 150003, 300001, 400001, ...)" in result.notices[0]


def test_many_broken_rows_are_refused_with_their_lines(read_text):
    lines = rows(100)
    for place in range(1, 100, 3):
        lines[place] += ",extra"
    with pytest.raises(SourceUnreadable, match=r"33 of 100 rows do not have 4 fields \(lines 2 with 5, 5 with 5"):
        read_text("\n".join(lines))


def test_a_wrong_byte_far_down_is_found_with_its_place(read_text):
    good = "id,word\n" + "".join(f"{n},é\n" for n in range(200_000))
    with pytest.raises(SourceUnreadable, match=rf"byte {len(good.encode()) + 2} \(line 200002\)") as caught:
        read_text(good.encode() + b"5,\xff\n")
    assert "iconv" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_empty(read_text, content):
    with pytest.raises(SourceEmpty, match=r"table\.csv"):
        read_text(content)


def test_a_header_without_rows_is_empty(read_text):
    with pytest.raises(SourceEmpty, match="has a header but no rows"):
        read_text("a,b,c\n")


def test_a_missing_file_is_answered_with_the_nearest_name(read, tmp_path):
    (tmp_path / "customers.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SourceMissing, match=r"custmers\.csv is not there") as caught:
        read(tmp_path / "custmers.csv")
    assert caught.value.hint == "Did you mean: customers.csv?"


def test_a_missing_folder_is_named(read, tmp_path):
    with pytest.raises(SourceMissing, match=r"The folder .*nowhere is not there"):
        read(tmp_path / "nowhere" / "a.csv")


@pytest.mark.parametrize("name", ["a\0b.csv", "x" * 3000 + ".csv"])
def test_an_impossible_name_is_missing(read, name):
    with pytest.raises(SourceMissing, match="is not there"):
        read(name)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7 \n%...", "a PDF document"),
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "a web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old Excel workbook"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "a pointer of Git LFS"),
        (b"% title\n@RELATION iris\n@ATTRIBUTE x REAL\n@DATA\n1\n", "an ARFF file"),
        (b"\x80\x04\x95\x10\x00", "a Python pickle"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(read_text, content, what):
    with pytest.raises(SourceUnreadable, match=what):
        read_text(content)


def test_noise_is_no_text(read_text):
    noise = zlib.compress(b"".join(str(n).encode() for n in range(50_000)))
    with pytest.raises(SourceUnreadable, match="binary data"):
        read_text(noise)


def test_a_device_and_a_pipe_are_refused_without_waiting(read, tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for place in ("/dev/zero", tmp_path / "pipe.csv"):
        with pytest.raises(SourceUnreadable, match="a device or a pipe"):
            read(place)


def test_a_cut_off_archive_is_broken(read_text):
    packed = gzip.compress("".join(f"{n},{n * n}\n" for n in range(10_000)).encode())
    with pytest.raises(SourceUnreadable, match="broken inside its gzip packing"):
        read_text(packed[: len(packed) // 2])


def test_an_archive_of_two_files_is_ambiguous(read, tmp_path):
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", "x\n1\n")
        archive.writestr("b.csv", "x\n1\n")
    with pytest.raises(SourceUnreadable, match=r"holds 2 files: a\.csv, b\.csv"):
        read(tmp_path / "two.zip")


def test_an_archive_that_would_fill_the_disk_is_refused_before_it_is_read(read, tmp_path):
    with (
        zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("bomb.csv", "w") as member,
    ):
        for _ in range(20):
            member.write(bytes(64 << 20))
    began = time.thread_time()
    with pytest.raises(SourceUnreadable, match=r"unpacks to more than 1\.3 GB"):
        read(tmp_path / "bomb.zip")
    assert time.thread_time() - began < 2


def test_a_value_of_fifty_megabytes_is_refused_with_its_row(read_text):
    with pytest.raises(SourceUnreadable, match=r"a value of 50 MB \(row 3, column 'word'\)"):
        read_text(b"id,word\n1,a\n2,b\n3," + b"x" * 50_000_000 + b"\n4,d\n")


def test_a_file_that_is_one_line_is_refused(read_text):
    with pytest.raises(SourceUnreadable, match="does not end within"):
        read_text(b"x" * 20_000_000)


def test_more_than_ten_thousand_columns_are_refused(read_text):
    wide = ",".join(["7"] * 10_001)
    with pytest.raises(SourceUnreadable, match="10001 columns; mlwright takes up to 10000"):
        read_text("\n".join([wide] * 3))


def _rows_quoted(n: int, *, broken: int, text: str) -> str:
    rows = [f'{i},"text {i}",{2 * i}' for i in range(n)]
    rows[broken] = text
    return "a,text,b\n" + "\n".join(rows) + "\n"


def test_line_breaks_inside_quotes_are_read_in_silence(read_text):
    one = read_text(_rows_quoted(100, broken=50, text='50,"two lines, with\na ""word"", and more\n",100'))
    all_of_them = read_text("a,text,b\n" + "".join(f'{i},"text {i},\nmore",{i}\n' for i in range(100)))
    assert (len(one.rows), one.notices) == (100, [])
    assert (len(all_of_them.rows), all_of_them.notices) == (100, [])


def test_two_rows_that_a_quote_joins_far_down_are_named(read_text):
    result = read_text(_rows_quoted(100_000, broken=90_000, text='90000,"text 90000,180000'))
    assert len(result.rows) == 99_999
    assert any('line 90,002 (90000,"text 90000,180000): 2 lines were read as 1 row' in n for n in result.notices)


def test_rows_between_two_stray_quotes_are_named(read_text):
    rows = [f"{i},text {i},{2 * i}" for i in range(100)]
    rows[50], rows[60] = '50,"text 50,100', '60,text 60",120'
    result = read_text("a,text,b\n" + "\n".join(rows) + "\n")
    assert any("line 52 (50," in notice and "11 lines were read as 1 row" in notice for notice in result.notices)


@pytest.mark.parametrize("broken", [50, 99])
def test_a_broken_quote_in_a_small_file_loses_no_row_and_is_named(read_text, broken):
    result = read_text(_rows_quoted(100, broken=broken, text=f'{broken},"text {broken},7'))
    assert len(result.rows) == 100
    assert any(f"line {broken + 2} (" in n and "ordinary characters" in n for n in result.notices)


def test_a_quote_that_is_never_closed_is_named_where_the_file_makes_no_sense_without_quotes(read_text):
    rows = "".join(f'{i},"text, {i}",{i}\n' for i in range(60_000))
    plain = "".join(f"{i},text {i},{i}\n" for i in range(1000))
    with pytest.raises(SourceUnreadable, match=r'never closed.*line 60,002 \(7,"oops,7\)'):
        read_text(f'a,text,b\n{rows}7,"oops,7\n{plain}')


def test_a_quote_inside_a_value_without_quotes_is_a_character(read_text):
    result = read_text(_rows_quoted(100, broken=50, text='50,5" pipe,100'))
    assert (result.column("text")[50], len(result.rows), result.notices) == ('5" pipe', 100, [])


def test_remarks_and_a_second_table_below_the_first_are_left_out_and_told(read_text):
    rows = "".join(f"{row},town {row},{row / 2}\n" for row in range(40))
    result = read_text(f"id,town,price\n{rows}\nmonth,n\n" + "".join(f"{month},{month}\n" for month in range(1, 13)))
    assert len(result.rows) == 40
    assert result.types == {"id": "int64", "town": "string", "price": "double"}
    assert result.notices == ["Left out below the table: 13 lines from line 43 on, of another width than 3 fields."]


def test_a_file_whose_rows_grow_wider_halfway_is_refused(read_text):
    with pytest.raises(SourceUnreadable, match="10 of 30 rows do not have 3 fields"):
        read_text("a,b,c\n" + "1,2,3\n" * 20 + "1,2,3,4\n" * 10)
