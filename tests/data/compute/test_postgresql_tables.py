"""Tables of PostgreSQL as they are out there: odd types and names, views, parts, and connections that break."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from mlwright.core.errors import SourceUnreadable
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.check import ask
from mlwright.data.collect import collect
from mlwright.data.compute.table import open_split
from mlwright.data.profile import profile
from mlwright.data.split import split
from mlwright.records.profile import Profile
from mlwright.records.settings import CleanSettings, CollectSettings, ProfileSettings, ProjectSettings, SplitSettings

pytestmark = pytest.mark.postgresql

PASSWORD = "pass:w/rd@%"
N = 4_000
ODD = f"""
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE SCHEMA "Old Stuff";
CREATE TABLE "Old Stuff"."Order Lines" AS SELECT
    n AS "Order Id", (ARRAY['sad', 'ok', 'happy'])[n % 3 + 1]::mood AS feel,
    jsonb_build_object('a', n % 7) AS data, ARRAY['t' || n % 3] AS tags, (n * 1.0000000001)::numeric(38, 10) AS price,
    timestamptz '2024-01-01 02:00+02' + n * interval '1 min' AS at,
    '\\x00ff'::bytea AS pic, md5((n % 100)::text)::uuid AS key,
    n * interval '1 min' AS took, CASE WHEN n % 500 = 7 THEN 'infinity' ELSE date '2024-01-01' + n % 300 END AS due,
    'w' || n % 4 AS "weird""name", n % 5 AS "select" FROM generate_series(0, {N - 1}) n;
CREATE TABLE sales (n int, day date) PARTITION BY RANGE (day);
CREATE TABLE sales_1 PARTITION OF sales FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
CREATE TABLE sales_2 PARTITION OF sales FOR VALUES FROM ('2024-07-01') TO ('2025-01-01');
CREATE TABLE shops (town text, no int, PRIMARY KEY (town, no));
INSERT INTO shops SELECT 'Oslo', n FROM generate_series(1, 50) n;
CREATE TABLE visits AS SELECT n AS id, CASE WHEN n % 1000 = 0 THEN 'Rome' ELSE 'Oslo' END AS town, n % 50 + 1 AS shop,
    CASE WHEN n = 77 THEN 0 ELSE n END AS before FROM generate_series(1, {N}) n;
ALTER TABLE visits ADD PRIMARY KEY (id);
ALTER TABLE visits ADD FOREIGN KEY (town, shop) REFERENCES shops NOT VALID;
ALTER TABLE visits ADD FOREIGN KEY (before) REFERENCES visits NOT VALID;
CREATE TABLE bookings AS SELECT CASE WHEN n IN (10, 20, 30) THEN n + 1 ELSE n END AS booking_id, random() AS price
    FROM generate_series(1, {N}) n;
CREATE ROLE clerk LOGIN PASSWORD 'clerk';
GRANT SELECT ON visits TO clerk;
INSERT INTO sales SELECT n, date '2024-01-01' + n % 360 FROM generate_series(1, {N}) n;
"""


@pytest.fixture(scope="module")
def url(postgresql: int) -> Iterator[str]:
    given = {"host": "127.0.0.1", "port": postgresql, "user": "boss", "password": PASSWORD, "autocommit": True}
    with psycopg.connect(**given, dbname="postgres") as boss:
        boss.execute("CREATE DATABASE odd")
    with psycopg.connect(**given, dbname="odd") as boss:
        boss.execute(ODD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOSS_PASSWORD", PASSWORD)
        yield f"postgresql://boss:env:BOSS_PASSWORD@127.0.0.1:{postgresql}/odd"


def looked(tmp_path: Path, source: str, query: str, **settings: object) -> Profile:
    run = Run("run", Store(tmp_path), Clock(tmp_path / "cancel", None))
    asked = CollectSettings(source=source, query=query, **settings)
    return profile(collect(asked, run), ProjectSettings(task="none"), asked, ProfileSettings(), CleanSettings(), run)


def test_odd_types_are_the_same_in_the_sample_and_in_place(url: str, tmp_path: Path) -> None:
    query = '"Old Stuff"."Order Lines"'
    fetched = looked(tmp_path / "all", url, query)
    there = looked(tmp_path / "some", url, query, sample_rows=1_000).of_all_rows
    assert there.n_rows == N
    for own, true in zip(there.columns, fetched.columns, strict=True):
        assert (own.name, own.kind, own.n_missing) == (true.name, true.kind, true.n_missing)
        for figure in ("minimum", "maximum", "mean"):
            expected = getattr(true, figure)
            assert getattr(own, figure) == (expected if expected is None else pytest.approx(expected)), own.name
    assert there.column("due").n_missing == N // 500
    assert there.column("took").maximum == 60 * (N - 1)
    assert there.column("feel").top == fetched.column("feel").top
    assert there.column('weird"name').n_distinct == 4


def test_foreign_keys_are_tested_where_the_table_is(url: str, tmp_path: Path) -> None:
    run = Run("run", Store(tmp_path), Clock(tmp_path / "cancel", None))
    settings = CollectSettings(source=url, query="visits", sample_rows=1_000)
    snapshot = collect(settings, run)
    one, two = sorted(snapshot.counted_references, key=lambda each: each.n_lost)
    assert (one.columns, one.table, one.keys, one.n_lost, one.examples) == (("before",), "visits", ("id",), 1, ("0",))
    assert (two.columns, two.keys, two.n_rows, two.n_lost) == (("town", "shop"), ("town", "no"), N, N // 1000)
    known = profile(snapshot, ProjectSettings(task="none"), settings, ProfileSettings(), CleanSettings(), run)
    looked_at = open_split(snapshot, split(snapshot, known, SplitSettings(), run), known, run)
    found = ask("broken_references", looked_at, known).findings
    assert len(found) == 2
    assert all("sample" not in finding.sentence for finding in found)


def test_keys_that_repeat_are_counted_where_the_table_is(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlwright.data.compute.aggregate.EXACT_ROWS", 1_000)
    monkeypatch.setattr("mlwright.data.compute.questions.MOST_COUNTED", 500)
    run = Run("run", Store(tmp_path), Clock(tmp_path / "cancel", None))
    settings = CollectSettings(source=url, query="bookings", sample_rows=1_000)
    snapshot = collect(settings, run)
    known = profile(snapshot, ProjectSettings(task="none"), settings, ProfileSettings(), CleanSettings(), run)
    assert known.of_all_rows.column("booking_id").n_distinct == N - 3
    looked_at = open_split(snapshot, split(snapshot, known, SplitSettings(), run), known, run)
    (found,) = ask("repeated_keys", looked_at, known).findings
    assert found.sentence == "'booking_id' should name each row, but 3 rows repeat a value of another one."


def test_a_foreign_key_that_may_not_be_tested_is_told_and_stops_nothing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLERK_PASSWORD", "clerk")
    run = Run("run", Store(tmp_path), Clock(tmp_path / "cancel", None))
    source = url.replace("boss:env:BOSS_PASSWORD", "clerk:env:CLERK_PASSWORD")
    snapshot = collect(CollectSettings(source=source, query="visits"), run)
    assert snapshot.n_rows == N
    assert "Whether all town, shop are in 'shops' was not tested:" in " ".join(snapshot.notices)


def test_a_table_of_partitions_is_one_table(url: str, tmp_path: Path) -> None:
    assert looked(tmp_path, url, "sales", sample_rows=1_000).of_all_rows.column("n").maximum == N


def test_a_query_that_takes_too_long_for_the_database_is_told(url: str, tmp_path: Path) -> None:
    slow = f"{url}?options=-c%20statement_timeout%3D50ms"
    with pytest.raises(SourceUnreadable, match="canceling statement due to statement timeout") as caught:
        looked(tmp_path, slow, "select pg_sleep(1) is null as x from sales")
    assert caught.value.hint == "Ask for less, or raise the limit of the database."


def test_a_connection_that_breaks_while_figures_are_computed_is_told(
    url: str, postgresql: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlwright.data.compute.in_postgresql import PostgresqlTable

    usual = PostgresqlTable._some

    def broken(self: PostgresqlTable, share: float) -> object:
        with psycopg.connect(
            host="127.0.0.1", port=postgresql, user="boss", password=PASSWORD, dbname="postgres", autocommit=True
        ) as boss:
            boss.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'odd'")
        return usual(self, share)

    monkeypatch.setattr("mlwright.data.compute.aggregate.EXACT_ROWS", 1_000)
    monkeypatch.setattr("mlwright.data.compute.questions.N_DRAWN", 1_000)
    monkeypatch.setattr(PostgresqlTable, "_some", broken)
    with pytest.raises(SourceUnreadable, match=r"cannot compute the figures: .*(terminat|closed)") as caught:
        looked(tmp_path, url, "sales", sample_rows=1_000)
    assert PASSWORD not in str(caught.value)


def test_a_table_that_grows_meanwhile_is_seen_as_it_was_at_one_moment(
    url: str, postgresql: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlwright.data.compute.in_postgresql import PostgresqlTable

    usual = PostgresqlTable.fetch

    def while_it_grows(self: PostgresqlTable, expr: object) -> object:
        with psycopg.connect(
            host="127.0.0.1", port=postgresql, user="boss", password=PASSWORD, dbname="odd", autocommit=True
        ) as boss:
            boss.execute("INSERT INTO sales SELECT 10 * n, date '2024-02-01' FROM generate_series(1, 500) n")
        return usual(self, expr)

    monkeypatch.setattr(PostgresqlTable, "fetch", while_it_grows)
    column = looked(tmp_path, url, "sales", sample_rows=1_000).of_all_rows.column("day")
    assert column.n_missing == 0
    assert sum(each.count for each in column.top) <= N
