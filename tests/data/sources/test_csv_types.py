"""What the columns of a text table are taken for: judged by all of their values."""

import datetime as dt

import pytest


def column_of(read_text, *values: str):
    """Types and values of a column whose spellings are given, beside a column that keeps blank lines away."""
    result = read_text("row,x\n" + "".join(f"r{place},{value}\n" for place, value in enumerate(values)))
    return result.types["x"], result.column("x")


@pytest.mark.parametrize(
    ("spellings", "kind", "values"),
    [
        (["1", "-2", "0"], "int64", [1, -2, 0]),
        (["9223372036854775807"], "int64", [2**63 - 1]),
        (["1", "2.5", "1e3", ".5", "-0.25"], "double", [1.0, 2.5, 1000.0, 0.5, -0.25]),
        (["true", "False", "TRUE"], "bool", [True, False, True]),
        (["2024-02-29", "1999-12-31"], "date32[day]", [dt.date(2024, 2, 29), dt.date(1999, 12, 31)]),
        (
            ["2024-01-01", "2024-01-01 10:30", "2024-01-01T10:30:15.25"],
            "timestamp[us]",
            [dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, 10, 30), dt.datetime(2024, 1, 1, 10, 30, 15, 250_000)],
        ),
    ],
)
def test_plain_spellings_become_values(read_text, spellings, kind, values):
    assert column_of(read_text, *spellings) == (kind, values)


def test_times_with_an_offset_are_told_in_utc(read_text):
    result = read_text("at,x\n2024-01-01T10:00:00Z,1\n2024-01-01T10:00:00+02:00,2\n")
    assert result.column("at") == [dt.datetime(2024, 1, 1, 10), dt.datetime(2024, 1, 1, 8)]
    assert "Times with an offset were turned into UTC: at." in result.notices


@pytest.mark.parametrize(
    "spellings",
    [
        ["007", "8"],
        ["00.5", "1.5"],
        ["9223372036854775808"],
        ["12345678901234567890", "1.5"],
        ["+491701234567"],
        ["0x1F"],
        ["1e400"],
        ["nan", "1"],
        ["inf", "1"],
        ["2023-02-29"],
        ["2024-01-01T10:00:00Z", "2024-01-01"],
        ["12:30"],
        ["yes", "no"],
    ],
)
def test_what_would_lose_its_spelling_stays_text(read_text, spellings):
    assert column_of(read_text, *spellings) == ("string", spellings)


@pytest.mark.parametrize("odd", ["?", " ", "NA", "null", "-"])
def test_one_value_that_is_no_number_keeps_the_column_as_it_is_written(read_text, odd):
    spellings = ["1"] * 5000 + [odd]
    assert column_of(read_text, *spellings) == ("string", spellings)


def test_an_odd_value_in_the_last_row_of_a_large_file_is_seen(read_text):
    text = "id,x\n" + "".join(f"{n},{n}\n" for n in range(700_000)) + "700000,unknown\n"
    assert len(text) > 2 * (4 << 20)
    result = read_text(text)
    assert result.types == {"id": "int64", "x": "string"}
    assert result.column("x")[-1] == "unknown"


def test_whole_numbers_first_and_fractions_late_are_fractions(read_text):
    text = "id,x\n" + "".join(f"{n},{n}\n" for n in range(600_000)) + "600000,0.5\n"
    result = read_text(text)
    assert result.types["x"] == "double"
    assert result.column("x")[-2:] == [599_999.0, 0.5]


def test_empty_fields_are_missing_and_quoted_ones_are_empty_text(read_text):
    result = read_text('id,text,number\n1,,\n2,"",""\n3,a,7\n')
    assert result.column("text") == [None, "", "a"]
    assert result.column("number") == [None, None, 7]


def test_a_column_without_values_is_text(read_text):
    result = read_text("id,x\n1,\n2,\n")
    assert (result.types["x"], result.column("x")) == ("string", [None, None])


def test_blanks_around_numbers_do_not_matter_and_around_words_are_kept(read_text):
    result = read_text("id, n, word\n1, 2, a\n3, 4, b\n")
    assert result.types == {"id": "int64", "n": "int64", "word": "string"}
    assert result.column("word") == [" a", " b"]


def test_a_decimal_comma_is_understood_where_it_cannot_be_a_delimiter(read_text):
    result = read_text("name;price\nanna;1,5\nbob;-2,25\ncleo;3\n")
    assert (result.details["decimal"], result.column("price")) == (",", [1.5, -2.25, 3.0])


def test_points_part_thousands_where_commas_are_decimal(read_text):
    result = read_text("plot;value;area\na;50.000;84,2\nb;1.020.000;181,4\nc;500;1.181,4\n")
    assert result.column("value") == [50_000, 1_020_000, 500]
    assert result.column("area") == [84.2, 181.4, 1181.4]
    assert result.details["decimal"] == ","


def test_amounts_with_a_unit_in_words_are_written_so_too(read_text):
    rows = ["1,5;284.996 EUR;1.250,5 kg;CHF 1.000;8.30 Uhr", "2,5;90 EUR;3 kg;CHF 20;9.15 Uhr"]
    result = read_text("\n".join(["area;price;mass;from;at", *rows, ""]))
    assert result.column("price") == ["284996 EUR", "90 EUR"]
    assert result.column("mass") == ["1250.5 kg", "3 kg"]
    assert result.column("from") == ["CHF 1000", "CHF 20"]
    assert result.column("at") == ["8.30 Uhr", "9.15 Uhr"]


def test_amounts_with_a_sign_are_written_as_such_text_is_read_everywhere(read_text):
    result = read_text("price;share;code\n132.500,00 €;12,5 %;A,1\n9,90\u00a0€;3 %;B,2\n")
    assert result.column("price") == ["132500.00 €", "9.90 €"]
    assert result.column("share") == ["12.5 %", "3 %"]
    assert result.column("code") == ["A,1", "B,2"]


def test_blanks_part_thousands_where_commas_are_decimal(read_text):
    result = read_text("price;disk;word\n20 729,63;1\u202f200;a 100\n903,15;500;b 200\n1 120 614,15;80;c\n")
    assert result.column("price") == [20729.63, 903.15, 1120614.15]
    assert result.column("disk") == [1200, 500, 80]
    assert result.column("word") == ["a 100", "b 200", "c"]


def test_thousands_without_any_decimal_comma_are_known_by_two_points(read_text):
    assert read_text("name;people\nanna;1.500\nbob;2.250.000\n").column("people") == [1500, 2_250_000]


@pytest.mark.parametrize("other", ["0.5", "12.25", "1234.567"])
def test_a_decimal_point_anywhere_speaks_against_decimal_commas(read_text, other):
    result = read_text(f"name;people;share\nanna;1.500;{other}\nbob;2.250;1.5\n")
    assert result.column("people") == [1.5, 2.25]


def test_codes_that_a_program_wrote_with_a_zero_do_not_speak_against_decimal_commas(read_text):
    result = read_text("town;zip;profit\nOslo;;0\nBurlington;27217.0;20,9\nReno;10009.0;-5,4\n")
    assert result.column("profit") == [0, 20.9, -5.4]
    assert result.column("zip") == [None, "27217.0", "10009.0"]
    assert read_text("name;people;share\nanna;1,500;2.0\nbob;2,250;1.0\n").column("people") == ["1,500", "2,250"]


def test_commas_that_may_group_thousands_are_left_alone(read_text):
    result = read_text("name;people\nanna;1,500\nbob;2,250\n")
    assert result.column("people") == ["1,500", "2,250"]


def test_a_comma_that_may_be_either_is_told_and_read_as_asked(read, tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("town;price\nOslo;1,250\nRiga;2,375\n")
    result = read(path)
    assert result.column("price") == ["1,250", "2,375"]
    assert result.notices == [
        "The file leaves open whether commas in numbers like '1,250' are decimal: they were read as parting thousands. "
        "If they are decimal, set collect.decimal to ','."
    ]
    asked = read(path, decimal=",")
    assert asked.column("price") == [1.25, 2.375]
    assert asked.notices == [
        "The file leaves open whether commas in numbers like '1,250' are decimal: they were read as decimal, as asked."
    ]
    assert read(path, decimal=".").notices == []


def test_numbers_that_show_their_decimal_mark_go_before_what_is_asked(read, tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("town;price\nOslo;0.5\nRiga;1.5\n")
    assert read(path, decimal=",").column("price") == [0.5, 1.5]
    path.write_text("town;people\nOslo;1,250,000\nRiga;605,000\n")
    assert read(path, decimal=",").column("people") == ["1,250,000", "605,000"]
    path.write_text("town;price\nOslo;0,125\nRiga;1,250\n")
    assert read(path, decimal=".").column("price") == [0.125, 1.25]
    path.write_text('town,price\nOslo,"1,250"\nRiga,"2,375"\n')
    assert read(path, decimal=",").column("price") == [1.25, 2.375]
