"""A folder of text or JSON files that together are one table."""

from __future__ import annotations

import gzip
import json

import pytest

from mlwright.core.errors import SourceRefused


def test_files_follow_each_other_by_their_names_packed_or_not(read, tmp_path):
    (tmp_path / "2024-02.csv.gz").write_bytes(gzip.compress(b"town,id\nRome,3\n"))
    (tmp_path / "2024-01.csv").write_text("id,town\n1,Oslo\n2,Bonn\n")
    (tmp_path / ".hidden.csv").write_text("x\n1\n")
    result = read(tmp_path)
    assert result.rows == [(1, "Oslo"), (2, "Bonn"), (3, "Rome")]
    assert result.details == {"files": "2"}
    assert result.notices == []


def test_columns_are_put_together_and_an_empty_one_has_no_say(read, tmp_path):
    (tmp_path / "a.csv").write_text("id,price,note,old\n1,,x,7\n2,,y,8\n")
    (tmp_path / "b.csv").write_text("id,price,note\n1.5,9,3\n")
    (tmp_path / "c.jsonl").write_text(json.dumps({"id": 4, "price": 2, "note": "z", "home": {"town": "Oslo"}}))
    result = read(tmp_path)
    assert result.types == {
        "id": "double",
        "price": "int64",
        "note": "string",
        "old": "int64",
        "home.town": "string",
    }
    assert result.column("price") == [None, None, 9, 2]
    assert result.column("old") == [7, 8, None, None]
    assert result.notices == [
        "Columns that some files lack are missing in their rows: old (there in 1 of 3), home.town (there in 1 of 3).",
        "Columns of different types were put together: id (int64, double; read as double), "
        "note (string, int64; read as string).",
    ]


def test_what_one_file_had_to_be_mended_for_is_told_with_its_name(read, tmp_path):
    (tmp_path / "a.csv").write_text("made by Ann\n\nid,town\n" + "1,Oslo\n" * 20)
    (tmp_path / "b.csv").write_text("id,town\n" + "1,Oslo\n" * 20)
    result = read(tmp_path)
    assert len(result.rows) == 40
    assert all(notice.startswith("a.csv: ") for notice in result.notices)
    assert result.notices


def test_tables_of_different_things_are_not_piled_up(read, tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "customers.csv").write_text("id,age,town,churned\n1,30,Riga,yes\n")
    (tmp_path / "shop" / "orders.csv").write_text("id,customer_id,total,day\n1,1,9.5,2024-01-01\n")
    with pytest.raises(SourceRefused, match=r"several tables and not parts of one: orders\.csv") as refused:
        read(tmp_path / "shop")
    assert "--query" in refused.value.hint


def test_columns_that_some_files_spell_otherwise_are_one(read, tmp_path):
    (tmp_path / "01.csv").write_text("order id,Qty,qty\n1,2,3\n")
    (tmp_path / "02.csv").write_text("Order_ID,Qty,qty\n2,5,6\n")
    result = read(tmp_path)
    assert result.table.column_names == ["order id", "Qty", "qty_2"]
    assert result.rows == [(1, 2, 3), (2, 5, 6)]
    assert "Columns that some files spell otherwise were taken as one: Order_ID (order id)." in result.notices
