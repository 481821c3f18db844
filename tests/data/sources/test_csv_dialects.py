"""However a text table is written, its rows come out."""

import bz2
import csv
import gzip
import io
import lzma
import zipfile

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

PEOPLE = "id,name,share\n1,Anna,1.5\n2,Bob,2\n3,Cläre,3\n"
ROWS = [(1, "Anna", 1.5), (2, "Bob", 2.0), (3, "Cläre", 3.0)]


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside/people.csv", content)
        archive.writestr("__MACOSX/._people.csv", b"clutter")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar"), ("^", "'^'")]
)
def test_the_delimiter_is_found(read_text, delimiter, name):
    result = read_text(PEOPLE.replace(",", delimiter))
    assert (result.rows, result.details["delimiter"]) == (ROWS, name)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(read_text, line_end):
    assert read_text(PEOPLE.replace("\n", line_end)).rows == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_form_of_unicode_is_read(read_text, encoding):
    result = read_text(PEOPLE.encode(encoding))
    assert (result.rows, result.details["encoding"], result.notices) == (ROWS, encoding, [])


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "name,town\nJürgen,Köln\nFrançois,Orléans\n"),
        ("cp1251", "имя,город\nИван,Москва\nПётр,Казань\n"),
        ("cp932", "名前,都市\n田中,東京\n鈴木,大阪\n"),
    ],
)
def test_an_older_encoding_is_guessed_and_told(read_text, encoding, text):
    header, body = text.split("\n", 1)
    result = read_text(f"{header}\n{body * 3}".encode(encoding))
    assert result.table.schema.names == header.split(",")
    assert result.details["encoding"] == encoding
    assert f"it was read as {encoding}, which is a guess" in result.notices[0]


def test_an_older_encoding_that_shows_late_is_found_too(read_text):
    plain = "".join(f"{n},plain\n" for n in range(200_000))
    result = read_text(f"id,word\n{plain}".encode() + "7,café\n".encode("cp1252"))
    assert result.column("word")[-1] == "café"
    assert result.details["encoding"] == "cp1252"


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("gzip", gzip.compress),
        ("bzip2", bz2.compress),
        ("xz", lzma.compress),
        ("zip", zipped),
        ("zstd", lambda content: pa.compress(content, codec="zstd", asbytes=True)),
    ],
)
def test_packed_files_are_known_by_their_first_bytes(read_text, name, pack):
    result = read_text(pack(PEOPLE.encode()), "people.csv")
    assert (result.rows, result.details["compression"]) == (ROWS, name)


def test_quotes_hold_delimiters_line_ends_and_quotes(read_text):
    result = read_text('id,text\n1,"a,\nb"\n2,"say ""hi"""\n3,5" pipe\n')
    assert result.column("text") == ["a,\nb", 'say "hi"', '5" pipe']


def test_quotes_may_be_escaped_with_a_backslash(read_text):
    result = read_text('id,text,n\n1,"say \\"hi\\", then",5\n2,"x",6\n3,"y",7\n')
    assert result.column("text") == ['say "hi", then', "x", "y"]


def test_single_quotes_around_all_values_of_a_column_are_taken_off(read_text):
    result = read_text("0.5,'-1'\n0.25,'1'\n0.75,'-1'\n0.1,'1'\n")
    assert result.column("column_2") == [-1, 1, -1, 1]


def test_apostrophes_are_no_quotes(read_text):
    assert read_text("id,word\n1,'tis\n2,don't\n3,it\n4,'s\n").column("word") == ["'tis", "don't", "it", "'s"]


def test_quotes_without_sense_are_ordinary_characters(read_text):
    result = read_text('ham\t"I am here\nspam\twin 5" now\nham\tok\nham\t"see you\nspam\tbye\n', "messages.tsv")
    assert result.details["quote"] == "none"
    assert result.column("column_2")[0] == '"I am here'
    assert len(result.rows) == 5


def test_a_quote_that_is_never_closed_far_down_swallows_nothing(read_text):
    rows = "".join(f"{n},fine\n" for n in range(150_000))
    result = read_text(f'id,text\n{rows}5,"oops\n{rows}')
    assert len(result.rows) == 300_001
    assert any("never closed" in notice for notice in result.notices)


@pytest.mark.parametrize(
    "text",
    [
        "id,x,y\n1,2,3\n4,5,6\n",
        "country,2019,2020,2021\nDE,1.5,2.5,3\nFR,1,2,3\n",
        "0,1,2,3\n5.5,a,7,x\n6.5,b,8,y\n",
        "word,meaning\nuno,one\ndue,two\n",
        ",x\nfirst,1\nsecond,2\n",
    ],
)
def test_a_header_is_known_as_one(read_text, text):
    result = read_text(text)
    assert result.details["header"] == "line 1"
    assert len(result.rows) == 2


@pytest.mark.parametrize(
    "text",
    ["5.1,3.5,setosa\n4.9,3.0,setosa\n6.0,2.9,virginica\n", "1,2\n3,4\n", "high,low\nhigh,high\nlow,low\n"],
)
def test_without_a_header_columns_are_numbered(read_text, text):
    result = read_text(text)
    assert result.details["header"] == "none"
    assert result.table.schema.names == [f"column_{n + 1}" for n in range(result.table.num_columns)]
    assert len(result.rows) == text.count("\n")


def test_lines_above_the_table_are_skipped_and_told(read_text):
    result = read_text("Sales report\nmade 2024\n\nid,x,y\n1,2,3\n4,5,6\n")
    assert result.rows == [(1, 2, 3), (4, 5, 6)]
    assert "Skipped above the table: 2 lines." in result.notices


def test_the_delimiter_that_excel_announces_is_believed(read_text):
    assert read_text("sep=;\na;b\n1;2\n3;4\n").table.to_pylist() == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]


def test_a_header_one_short_is_that_of_row_names(read_text):
    result = read_text('"x","y"\n"a",1,2\n"b",3,4\n')
    assert result.table.schema.names == ["row_name", "x", "y"]


def test_a_delimiter_at_the_end_of_every_row_makes_an_empty_column(read_text):
    result = read_text("x,y\n1,2,\n3,4,\n")
    assert result.column("y") == [2, 4]
    assert result.column("column_3") == [None, None]


def test_names_are_made_different_and_none_is_empty(read_text):
    result = read_text("a,A, a ,,b,__row__\n1,2,3,4,5,6\n")
    assert result.table.schema.names == ["a", "A_2", "a_3", "column_4", "b", "__row___2"]
    assert any("renamed" in notice for notice in result.notices)
    assert any("column_4" in notice for notice in result.notices)


def test_one_column_of_sentences_is_one_column(read_text):
    result = read_text("text\nHello, world\nfine\nbye\nso, so, so\n")
    assert result.column("text") == ["Hello, world", "fine", "bye", "so, so, so"]


def test_sentences_of_as_many_words_under_one_name_are_one_column(read_text):
    result = read_text("remark\n" + "".join(f"the {n} bikes were late\n" for n in range(200)))
    assert (list(result.types), result.column("remark")[0]) == (["remark"], "the 0 bikes were late")


def test_a_line_of_units_under_the_header_is_told_and_left_out(read_text):
    rows = "".join(f"{i},{i / 2},{i * i},town {i % 2}\n" for i in range(1, 9))
    result = read_text("id,weight,cost,town\n-,kg,$1000,\n" + rows)
    assert result.column("weight") == [i / 2 for i in range(1, 9)]
    assert result.column("cost") == [i * i for i in range(1, 9)]
    assert result.notices == [
        "The line under the header holds units and no values, and was left out: id (-), weight (kg), cost ($1000)."
    ]


def test_names_over_several_columns_are_joined_with_those_below(read_text):
    rows = "".join(f"{i},{i / 2},{i * i},{i * 3}\n" for i in range(1, 9))
    result = read_text("Person,,Scores,\nid,age,first,second\n" + rows)
    assert result.table.schema.names == ["Person id", "Person age", "Scores first", "Scores second"]
    assert result.column("Scores first") == [i * i for i in range(1, 9)]
    assert len(result.notices) == 1
    assert "The head has two rows" in result.notices[0]


def test_a_column_without_a_name_among_texts_does_not_make_a_row_a_head(read_text):
    result = read_text("name,,town\nAnna,red,Riga\nBob,blue,Lund\nCleo,green,Graz\n")
    assert result.rows == [("Anna", "red", "Riga"), ("Bob", "blue", "Lund"), ("Cleo", "green", "Graz")]


def test_a_first_row_with_one_odd_value_is_a_row(read_text):
    rows = "".join(f"{i},{i / 2},{i * i}\n" for i in range(1, 9))
    assert read_text("id,weight,cost\n0,none yet,7\n" + rows).column("id") == list(range(9))


def test_nul_characters_are_left_out_and_counted(read_text):
    result = read_text(b"id,word\n1,a\0b\n2,c\n")
    assert result.column("word") == ["ab", "c"]
    assert "Left out: 1 NUL character." in result.notices


def test_blank_lines_are_no_rows(read_text):
    assert read_text("a,b\n\n1,2\n\n\n3,4\n\n").rows == [(1, 2), (3, 4)]


def test_two_thousand_columns_are_read(read_text):
    header = ",".join(f"c{n}" for n in range(2000))
    result = read_text(header + "\n" + "\n".join(",".join(str(row + n) for n in range(2000)) for row in range(20)))
    assert (result.table.num_rows, result.table.num_columns) == (20, 2000)
    assert result.column("c1999") == list(range(1999, 2019))


WORDS = st.text(st.sampled_from("ab ,;|\t\"'\né1."), min_size=1, max_size=8).filter(lambda text: text.strip() == text)
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(WORDS, min_size=width, max_size=width), min_size=3, max_size=12)
)


@settings(max_examples=60)
@given(table=TABLES, delimiter=st.sampled_from(",;\t|"), line_end=st.sampled_from(["\n", "\r\n"]))
def test_what_a_csv_writer_writes_is_read_as_it_was(read_text, table, delimiter, line_end):
    header = ["key", *(f"name {n}" for n in range(len(table[0])))]
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([header, *([f"k{n}", *row] for n, row in enumerate(table))])
    result = read_text(written.getvalue())
    assert result.table.schema.names == header
    texts = [name for name, kind in result.types.items() if kind == "string"]
    for name in texts:
        place = header.index(name) - 1
        assert result.column(name) == [f"k{n}" if place < 0 else row[place] for n, row in enumerate(table)]
    assert all(result.types[name] in ("string", "int64", "double") for name in header)


def test_a_line_about_the_file_that_is_wider_than_its_table_is_no_header(read_text):
    about = '"EXTF";700;21;"Buchungsstapel";12;20240131;;"RE"\n'
    result = read_text(about + "Umsatz;Konto;Text\n" + '12,50;4530;"Tanken"\n0,99;4910;"Porto"\n' * 5)
    assert result.table.column_names == ["Umsatz", "Konto", "Text"]
    assert result.rows[:2] == [(12.5, 4530, "Tanken"), (0.99, 4910, "Porto")]
    assert result.notices == ["Skipped above the table: 1 line."]


def test_the_word_for_an_answer_below_a_question_is_no_part_of_its_name(read_text):
    head = "Respondent,Which have you seen?,,Age\n,Film I,Film II,Response\n"
    result = read_text(head + "".join(f"{n},yes,no,{20 + n}\n" for n in range(9)))
    seen = ["Which have you seen? Film I", "Which have you seen? Film II"]
    assert result.table.column_names == ["Respondent", *seen, "Age"]


def test_a_title_that_a_spreadsheet_has_filled_up_with_delimiters_is_no_row(read_text):
    result = read_text("Staff 2024,,,\n,,,\nname,age,town,pay\n" + "".join(f"p{n},{n},Rome,{n}.5\n" for n in range(12)))
    assert result.table.column_names == ["name", "age", "town", "pay"]
    assert result.rows[0] == ("p0", 0, "Rome", 0.5)
    assert result.notices == ["Skipped above the table: 2 lines."]


def test_a_first_row_of_one_value_without_a_head_below_it_is_a_row(read_text):
    result = read_text("1,,\n" + "".join(f"2,{n},{n}\n" for n in range(12)))
    assert len(result.rows) == 13


def test_the_head_is_known_and_left_out_where_joined_files_repeat_it(read_text):
    part = "shop;day;sold\n" + "".join(f"s{n};2024-03-{n + 1:02d};1,{n}\n" for n in range(9))
    result = read_text(part * 3)
    assert result.table.column_names == ["shop", "day", "sold"]
    assert (len(result.rows), result.types["sold"], result.types["day"]) == (27, "double", "date32[day]")
    assert result.notices == ["Left out: 2 rows that repeat the header, as where files were joined."]


def test_a_row_that_shares_names_with_the_head_is_a_row(read_text):
    result = read_text("town,street,n\n" + "Rome,street,1\ntown,Via Appia,2\n" * 6)
    assert len(result.rows) == 12


def test_remarks_below_a_table_are_left_out_and_told(read_text):
    rows = "".join(f"{n},w{n},{n}.5\n" for n in range(40))
    result = read_text(f"id,word,x\n{rows},,\nSource: the town hall,,\n")
    assert (len(result.rows), result.types["id"]) == (40, "int64")
    told = "Left out below the table: 2 rows with at most one filled cell ('Source: the town hall')."
    assert result.notices == [told]


def test_a_last_case_of_which_little_is_known_is_a_row(read_text):
    rows = "".join(f"{n},w{n},{n}.5\n" for n in range(40))
    assert len(read_text(f"id,word,x\n{rows}40,,\n").rows) == 41
    assert len(read_text("word,n,x\n" + "".join(f"w{n},{n},{n}.5\n" for n in range(40)) + "w40,,\n").rows) == 41


def test_a_head_below_the_remarks_is_no_row_either(read_text):
    rows = "".join(f"{n},w{n},{n}.5\n" for n in range(40))
    result = read_text(f"id,word,x\n{rows},,\nSource: the town hall,,\nid,word,x\n")
    assert (len(result.rows), result.rows[-1]) == (40, (39, "w39", 39.5))
    assert len(result.notices) == 2


def test_rows_that_are_all_the_same_have_no_head(read_text):
    assert len(read_text("milk,bread\n" * 30).rows) == 30
