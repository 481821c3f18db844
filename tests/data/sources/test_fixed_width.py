"""Tables whose fields begin at the same character of each line."""

from __future__ import annotations


def lines(n: int = 30) -> str:
    rows = [
        f"{row:<6}{'' if row % 4 == 0 else 'New Town':<12}{row / 4:>7.2f} 2024-01-{row % 28 + 1:02d}"
        for row in range(n)
    ]
    return "\n".join(["id    town          price day", *rows]) + "\n"


def test_fields_are_cut_where_every_line_is_blank(read_text):
    result = read_text(lines(), "table.txt")
    assert result.types == {"id": "int64", "town": "string", "price": "double", "day": "date32[day]"}
    assert result.column("town")[:2] == [None, "New Town"]
    assert result.column("price")[5] == 1.25
    assert result.notices == ["Read as columns of fixed width, which begin at the characters 1, 7, 21, 27."]


def test_a_column_of_sentences_is_one_column(read_text):
    text = "what they said\n" + "\n".join(
        f"{'so ' * (1 + row % 5)}{'it was' if row % 2 else 'is'}" for row in range(40)
    )
    assert list(read_text(text, "said.txt").types) == ["what they said"]


def test_codes_of_two_parts_under_one_name_are_one_column(read_text):
    text = "postcode\n" + "\n".join(f"AB{row % 10} {row % 9}CD" for row in range(40))
    assert read_text(text, "codes.txt").column("postcode")[0] == "AB0 0CD"
