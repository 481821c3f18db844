"""SQLite: opened for reading only, typed by all of its values."""

import datetime as dt
import hashlib
import sqlite3
from pathlib import Path

import pytest

from mlwright.core.errors import SourceEmpty, SourceMissing, SourceRefused, SourceUnreadable

SHOP = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, joined TEXT, spent REAL, photo BLOB);
INSERT INTO customers VALUES
    (2, 'Bob', '2024-01-02', 2, x'00ff'), (1, 'Anna', '2024-01-01', 1.5, NULL), (3, NULL, NULL, NULL, NULL);
CREATE TABLE "Order Details" ("Order ID" INTEGER, price);
INSERT INTO "Order Details" VALUES (1, 5), (2, 'free'), (3, 2.5);
CREATE TABLE hollow (a);
CREATE VIEW spenders AS SELECT name, spent FROM customers WHERE spent > 1.6;
"""


@pytest.fixture
def shop(tmp_path) -> Path:
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.executescript(SHOP)
    connection.close()
    return path


def test_a_table_comes_typed_and_in_the_order_of_its_key(read, shop):
    result = read(f"sqlite:///{shop}", query="customers")
    assert result.types == {"id": "int64", "name": "string", "joined": "date32[day]", "spent": "double"}
    assert result.rows == [
        (1, "Anna", dt.date(2024, 1, 1), 1.5),
        (2, "Bob", dt.date(2024, 1, 2), 2.0),
        (3, None, None, None),
    ]
    assert result.notices == ["Columns of raw bytes were left out: photo."]


def test_a_file_needs_no_url(read, shop, tmp_path):
    assert len(read(shop, query="customers").rows) == 3
    nameless = shop.rename(tmp_path / "shop")
    assert len(read(nameless, query="customers").rows) == 3


@pytest.mark.parametrize(
    "name", ["Order Details", '"Order Details"', "order details", "main.Order Details", 'main."Order Details"']
)
def test_a_table_is_found_by_its_name_however_it_is_quoted(read, shop, name):
    result = read(shop, query=name)
    assert result.types == {"Order ID": "int64", "price": "string"}
    assert result.column("price") == ["5", "free", "2.5"]


def test_a_view_and_a_select_are_read_too(read, shop):
    assert read(shop, query="spenders").rows == [("Bob", 2.0)]
    query = (
        "-- the rich\nWITH rich AS (SELECT * FROM customers WHERE spent > 1) SELECT count(*) AS n, '%' AS p FROM rich;"
    )
    assert read(shop, query=query).rows == [(2, "%")]


def test_columns_of_one_name_are_made_different(read, shop):
    assert read(shop, query="select id, id from customers").table.schema.names == ["id", "id_2"]


def test_without_a_query_several_tables_are_listed(read, shop):
    with pytest.raises(SourceRefused, match="holds 3 tables: Order Details, customers, hollow") as caught:
        read(shop)
    assert "collect.query" in caught.value.hint


def test_the_only_table_is_taken(read, tmp_path):
    connection = sqlite3.connect(tmp_path / "one.db")
    connection.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (7); CREATE VIEW v AS SELECT * FROM t")
    connection.close()
    result = read(tmp_path / "one.db")
    assert (result.rows, result.details) == ([(7,)], {"table": "t"})


@pytest.mark.parametrize(("query", "offer"), [("custmers", "customers"), ("select * from custmers", "customers")])
def test_a_missing_table_is_answered_with_the_nearest(read, shop, query, offer):
    with pytest.raises(SourceMissing, match="custmers") as caught:
        read(shop, query=query)
    assert str(caught.value.hint).startswith(f"Did you mean: {offer}")


def test_a_missing_column_and_broken_sql_are_told(read, shop):
    with pytest.raises(SourceMissing, match="no such column: nmae"):
        read(shop, query="select nmae from customers")
    with pytest.raises(SourceRefused, match="cannot be understood"):
        read(shop, query="select * fro customers")
    with pytest.raises(SourceRefused, match="no such function: nosuch"):
        read(shop, query="select nosuch(id) from customers")


def test_a_file_that_is_not_there_is_not_made(read, shop):
    with pytest.raises(SourceMissing, match=r"shp\.db is not there") as caught:
        read(f"sqlite:///{shop.parent}/shp.db", query="t")
    assert caught.value.hint == "Did you mean: shop.db?"
    assert [path.name for path in shop.parent.iterdir()] == ["shop.db"]


def test_what_is_no_database_is_refused(read, tmp_path):
    (tmp_path / "fake.db").write_text("a,b\n1,2\n" * 500)
    with pytest.raises(SourceUnreadable, match="file is not a database"):
        read(tmp_path / "fake.db", query="t")


def test_an_empty_database_and_an_empty_table_are_empty(read, shop, tmp_path):
    sqlite3.connect(tmp_path / "empty.db").close()
    with pytest.raises(SourceEmpty, match="holds no tables"):
        read(tmp_path / "empty.db")
    assert read(shop, query="hollow").rows == []


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("DELETE FROM customers", "begins with DELETE"),
        ("drop table customers", "begins with DROP"),
        ("select 1; delete from customers", "holds 2 statements"),
        ("customers; delete from customers", "begins with CUSTOMERS"),
        ("WITH x AS (SELECT 1) INSERT INTO customers (name) SELECT 'x'", "would change the database"),
        ("REPLACE INTO customers (id) VALUES (1)", "begins with REPLACE"),
        ("PRAGMA user_version = 5", "begins with PRAGMA"),
        ("ATTACH DATABASE 'other.db' AS other", "begins with ATTACH"),
        ("/* harmless */ UPDATE customers SET name = 'x'", "begins with UPDATE"),
    ],
)
def test_what_writes_is_refused_and_the_file_stays_as_it_was(read, shop, query, why):
    before = hashlib.sha256(shop.read_bytes()).hexdigest()
    with pytest.raises(SourceRefused, match=why):
        read(shop, query=query)
    assert hashlib.sha256(shop.read_bytes()).hexdigest() == before
    assert [path.name for path in shop.parent.iterdir()] == ["shop.db"]


def test_a_table_named_like_a_command_is_read_in_quotes(read, tmp_path):
    connection = sqlite3.connect(tmp_path / "log.db")
    connection.executescript('CREATE TABLE "Update Log" (a); INSERT INTO "Update Log" VALUES (1)')
    connection.close()
    with pytest.raises(SourceRefused, match="begins with UPDATE") as caught:
        read(tmp_path / "log.db", query="Update Log")
    assert '"Update Log"' in caught.value.hint
    assert read(tmp_path / "log.db", query='"Update Log"').rows == [(1,)]


def test_mixed_types_in_the_last_row_of_many_are_seen(read, tmp_path):
    connection = sqlite3.connect(tmp_path / "mixed.db")
    connection.execute("CREATE TABLE t (a)")
    connection.executemany("INSERT INTO t VALUES (?)", [*((n,) for n in range(25_000)), ("many",)])
    connection.commit()
    connection.close()
    result = read(tmp_path / "mixed.db")
    assert (result.types["a"], result.column("a")[0], result.column("a")[-1]) == ("string", "0", "many")
