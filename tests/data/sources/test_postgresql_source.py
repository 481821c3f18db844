"""A real PostgreSQL server, started for these tests and gone after them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
import pytest

from mlwright.core.errors import SourceMissing, SourceRefused, SourceUnreadable

pytestmark = pytest.mark.postgresql

PASSWORD = "pass:w/rd@%"
PEOPLE = """
CREATE TABLE people (id int PRIMARY KEY, name text, born date, height numeric(5, 2), happy boolean, photo bytea);
INSERT INTO people VALUES (3, NULL, NULL, NULL, NULL, NULL), (1, 'Anna', '1990-02-28', 1.75, true, '\\x00ff'),
    (2, '', '2001-12-31', 'NaN', false, NULL);
CREATE SCHEMA sales;
CREATE TABLE sales."Order Details" ("Order ID" int, price money);
INSERT INTO sales."Order Details" VALUES (1, '$5.00');
CREATE TABLE hollow (a int);
CREATE TABLE endless (d date);
INSERT INTO endless VALUES ('infinity');
CREATE VIEW adults AS SELECT name FROM people WHERE born < '2000-01-01';
CREATE ROLE reader LOGIN PASSWORD 'reader';
GRANT SELECT ON hollow TO reader;
"""


@dataclass
class Server:
    """A running server: its port, and a connection that may do anything."""

    port: int
    boss: psycopg.Connection

    def url(self, user: str = "boss", secret: str = ":env:BOSS_PASSWORD", database: str = "shop") -> str:
        return f"postgresql://{user}{secret}@127.0.0.1:{self.port}/{database}"


@pytest.fixture(scope="module")
def server(postgresql) -> Iterator[Server]:
    with filled(postgresql) as boss:
        yield Server(postgresql, boss)


def filled(port: int) -> psycopg.Connection:
    arguments = {"host": "127.0.0.1", "port": port, "user": "boss", "password": PASSWORD, "autocommit": True}
    with psycopg.connect(**arguments, dbname="postgres") as first:
        first.execute("CREATE DATABASE shop")
        first.execute("CREATE DATABASE lonely")
    with psycopg.connect(**arguments, dbname="lonely") as lonely:
        lonely.execute("CREATE TABLE single AS SELECT generate_series(1, 3) AS n")
    boss = psycopg.connect(**arguments, dbname="shop")
    boss.execute(PEOPLE)
    return boss


@pytest.fixture(autouse=True)
def passwords(monkeypatch):
    monkeypatch.setenv("BOSS_PASSWORD", PASSWORD)
    monkeypatch.setenv("READER_PASSWORD", "reader")


def test_a_table_comes_typed_and_in_the_order_of_its_key(read, server):
    result = read(server.url(), query="people")
    assert result.types == {
        "id": "int64",
        "name": "string",
        "born": "date32[day]",
        "height": "double",
        "happy": "bool",
    }
    assert result.rows[0] == (1, "Anna", date(1990, 2, 28), 1.75, True)
    assert result.rows[1][:3] == (2, "", date(2001, 12, 31))
    assert result.rows[2] == (3, None, None, None, None)
    assert result.notices == ["Columns of raw bytes were left out: photo."]
    assert result.details == {"table": "people"}


@pytest.mark.parametrize(
    ("expression", "kind", "value"),
    [
        ("7::int2", "int64", 7),
        ("(2^40)::int8", "int64", 2**40),
        ("0.5::float4", "double", 0.5),
        ("12345.67::numeric", "double", 12345.67),
        ("'x'::varchar(5)", "string", "x"),
        ("'6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid", "string", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
        ("""'{"a": [1, null]}'::jsonb""", "string", '{"a": [1, null]}'),
        ("array[1, 2]", "string", "[1, 2]"),
        ("timestamp '2024-01-01 10:30'", "timestamp[us]", datetime(2024, 1, 1, 10, 30)),
        ("timestamptz '2024-01-01 10:30+02'", "timestamp[us]", datetime(2024, 1, 1, 8, 30)),
        ("interval '1 day 1 hour'", "double", 90_000.0),
        ("time '10:30'", "string", "10:30:00"),
        ("inet '10.0.0.1'", "string", "10.0.0.1"),
        ("null::int", "int64", None),
    ],
)
def test_types_are_those_that_the_database_declares(read, server, expression, kind, value):
    result = read(server.url(), query=f"select {expression} as x")
    assert (result.types, result.rows) == ({"x": kind}, [(value,)])


def test_a_select_is_sent_as_it_is_written(read, server):
    query = "select '%' as percent, ' :x' as colon, id::text from people where name ilike '%nn%'"
    assert read(server.url(), query=query).rows == [("%", " :x", "1")]


@pytest.mark.parametrize("name", ["sales.Order Details", 'sales."Order Details"', "SALES.order details"])
def test_a_table_of_another_schema_is_found(read, server, name):
    assert read(server.url(), query=name).rows == [(1, "$5.00")]


@pytest.mark.parametrize("name", ["people", "public.people", "People"])
def test_a_table_of_the_usual_schema_is_found(read, server, name):
    assert len(read(server.url(), query=name).rows) == 3


def test_without_a_query_the_only_table_is_taken_and_of_several_none(read, server):
    assert read(server.url(database="lonely")).rows == [(1,), (2,), (3,)]
    with pytest.raises(SourceRefused, match=r"4 tables: endless, hollow, people, sales\.Order Details"):
        read(server.url())


def test_an_empty_table_has_no_rows(read, server):
    assert read(server.url(), query="hollow").rows == []


def test_rows_are_streamed_from_the_server(read, server):
    server.boss.execute(
        "CREATE TABLE IF NOT EXISTS many AS SELECT n, 'row ' || n AS t FROM generate_series(1, 60000) n"
    )
    result = read(server.url(), query="select * from many order by n")
    assert result.column("n") == list(range(1, 60_001))
    assert result.table.column("n").num_chunks > 3


@pytest.mark.parametrize(
    ("query", "kind", "says"),
    [
        ("poeple", SourceMissing, "has no table 'poeple'"),
        ("select * from poeple", SourceMissing, 'relation "poeple" does not exist'),
        ("select nmae from people", SourceMissing, 'column "nmae" does not exist'),
        ("select nosuch(1)", SourceRefused, r"function nosuch\(integer\) does not exist"),
        ("select 1 +* 2", SourceRefused, "cannot be understood|syntax error|operator does not exist"),
        ("select 1 / (id - 1) from people", SourceUnreadable, "division by zero"),
    ],
)
def test_what_is_wrong_with_a_query_is_told(read, server, query, kind, says):
    with pytest.raises(kind, match=says):
        read(server.url(), query=query)


def test_dates_that_no_calendar_holds_are_missing_and_counted(read, server):
    result = read(server.url(), query="select d, timestamptz '-infinity' t, date '0044-03-15 BC' c from endless")
    assert result.rows == [(None, None, None)]
    assert "before the year 1 or after 9999 became missing: 3." in " ".join(result.notices)


def test_a_missing_table_is_answered_with_the_nearest(read, server):
    for query in ("poeple", "select * from poeple"):
        with pytest.raises(SourceMissing) as caught:
            read(server.url(), query=query)
        assert caught.value.hint == "Did you mean: people?"


def test_a_wrong_password_is_refused(read, server, monkeypatch):
    monkeypatch.setenv("BOSS_PASSWORD", "wrong-one")
    with pytest.raises(SourceRefused, match="password authentication failed") as caught:
        read(server.url(), query="people")
    assert "wrong-one" not in str(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_a_missing_password_and_an_unknown_user_are_refused(read, server):
    with pytest.raises(SourceRefused, match="no password supplied"):
        read(server.url(secret=""), query="people")
    with pytest.raises(SourceRefused, match="password authentication failed"):
        read(server.url(user="nobody"), query="people")


def test_a_missing_database_is_told(read, server):
    with pytest.raises(SourceMissing, match='database "shp" does not exist'):
        read(server.url(database="shp"), query="people")


def test_a_table_that_may_not_be_read_is_refused(read, server):
    with pytest.raises(SourceRefused, match="permission denied for table people"):
        read(server.url(user="reader", secret=":env:READER_PASSWORD"), query="people")


def test_the_whole_url_may_stand_in_a_variable(read, server, monkeypatch):
    monkeypatch.setenv("SHOP_URL", f"postgres://boss:pass%3Aw%2Frd%40%25@127.0.0.1:{server.port}/shop")
    assert len(read("env:SHOP_URL", query="people").rows) == 3


def test_the_connection_itself_refuses_to_write(read, server):
    server.boss.execute(
        "CREATE OR REPLACE FUNCTION sneak() RETURNS int LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO hollow VALUES (1); RETURN 1; END $$"
    )
    with pytest.raises(SourceRefused, match="read-only transaction"):
        read(server.url(), query="select sneak()")
    assert server.boss.execute("SELECT count(*) FROM hollow").fetchone() == (0,)


def test_no_connection_is_left_open(read, server):
    read(server.url(), query="people")
    for broken in ("poeple", "select 1 / (id - 1) from people"):
        with pytest.raises((SourceMissing, SourceUnreadable)):
            read(server.url(), query=broken)
    assert _only_the_boss_is_connected(server.boss, patience_s=20)


def _only_the_boss_is_connected(boss, patience_s):
    """Whether all other connections end; a server notices a closed one a moment later."""
    open_ones = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = 'shop'"
    deadline = time.monotonic() + patience_s
    while (n_open := boss.execute(open_ones).fetchone()[0]) > 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    return n_open == 1
