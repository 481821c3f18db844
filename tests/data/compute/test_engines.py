"""The same questions to every engine that is installed give the same answers; the gaps are named in `engine.GAPS`."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import ibis
import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.errors import SourceRefused
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.check import ask
from mlwright.data.collect import collect
from mlwright.data.compute import aggregate, questions
from mlwright.data.compute.aggregate import Aggregates
from mlwright.data.compute.engine import GAPS, engine_of
from mlwright.data.compute.in_postgresql import PostgresqlTable, plain_columns
from mlwright.data.compute.table import Table, open_parquet, open_split
from mlwright.data.profile import profile
from mlwright.data.sources._spark import open_session
from mlwright.data.sources._spark_columns import plain_frame
from mlwright.data.split import split
from mlwright.records.settings import (
    CleanSettings,
    CollectSettings,
    ProfileSettings,
    ProjectSettings,
    SplitSettings,
)

PASSWORD = "pass:w/rd@%"
N = 20_000
ENGINES = [
    "duckdb",
    pytest.param("postgres", marks=pytest.mark.postgresql),
    pytest.param(
        "pyspark",
        marks=[
            pytest.mark.spark,
            pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed"),
            pytest.mark.skipif(
                not (shutil.which("java") or os.environ.get("JAVA_HOME")), reason="java is not installed"
            ),
        ],
    ),
]
KINDS = {"int64": "bigint", "double": "double precision", "bool": "boolean", "string": "text"}
KINDS |= {"timestamp[us]": "timestamp", "date32[day]": "date"}


def orders() -> pa.Table:
    """Columns of every sort, of few and of very many values, with missing ones in plain sight and not."""
    rng = np.random.default_rng(0)
    start = datetime(2020, 1, 1)
    notes = np.array([f"note {place}" for place in range(N)], dtype=object)
    notes[:4] = "?", " ? ", "  ", None
    return pa.table(
        {
            "number": np.where(rng.random(N) < 0.1, -999, rng.integers(1, 10**6, N)),
            "measure": pa.array(np.where(rng.random(N) < 0.2, np.nan, rng.normal(5, 2, N)), from_pandas=True),
            "few": rng.integers(0, 7, N),
            "flag": rng.random(N) < 0.3,
            "town": [f"KÃ¶ln {place % 40}" for place in range(N)],
            "note": pa.array(notes, pa.string()),
            "at": pa.array([start + timedelta(minutes=place) for place in range(N)], pa.timestamp("us")),
            "day": pa.array([(start + timedelta(days=place % 300)).date() for place in range(N)]),
            "same": ["one"] * N,
            "y": [("no", "yes")[place % 3 == 0] for place in range(N)],
        }
    )


@pytest.fixture(scope="module")
def server(postgresql: int) -> Iterator[str]:
    """The address of a PostgreSQL database that holds the table ``orders``."""
    given = {"host": "127.0.0.1", "port": postgresql, "user": "boss", "password": PASSWORD, "autocommit": True}
    with psycopg.connect(**given, dbname="postgres") as boss:
        boss.execute("create database engines")
    with psycopg.connect(**given, dbname="engines") as boss:
        table = orders()
        columns = ", ".join(f"{field.name} {KINDS[str(field.type)]}" for field in table.schema)
        boss.execute(f"create table orders ({columns})")
        boss.execute("create view seen as select * from orders")
        with boss.cursor().copy("copy orders from stdin") as copy:
            for row in table.to_pylist():
                copy.write_row(list(row.values()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOSS_PASSWORD", PASSWORD)
        yield f"postgresql://boss:env:BOSS_PASSWORD@127.0.0.1:{postgresql}/engines"


@pytest.fixture
def table(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Table:
    """The orders in one of the engines, large enough to be estimated."""
    monkeypatch.setattr(aggregate, "EXACT_ROWS", 1_000)
    monkeypatch.setattr(questions, "MOST_COUNTED", 1_000)
    monkeypatch.setattr(questions, "N_DRAWN", 5_000)
    monkeypatch.setattr("mlwright.data.compute.measure.N_HASHED", 4_000)
    pq.write_table(orders(), tmp_path / "orders.parquet")
    if request.param == "duckdb":
        return open_parquet(tmp_path / "orders.parquet")
    if request.param == "postgres":
        request.getfixturevalue("server")
        port = request.getfixturevalue("postgresql")
        found = ibis.postgres.connect(user="boss", password=PASSWORD, host="127.0.0.1", port=port, database="engines")
        return PostgresqlTable(found, '"orders"', plain_columns(found.con, '"orders"', orders().column_names), N)
    from mlwright.data.compute.in_spark import SparkTable

    session = open_session("spark:", {})
    return SparkTable(session, plain_frame(session.read.parquet(str(tmp_path / "orders.parquet")), "orders")[0])


@pytest.mark.parametrize("table", ENGINES, indirect=True)
def test_every_engine_finds_the_same_figures(table: Table) -> None:
    rows = orders()
    asked = Aggregates(table, dict.fromkeys(rows.column_names, ()))
    found = asked.figures({name: ("?",) if name == "note" else () for name in rows.column_names})
    assert engine_of(table.expr) in GAPS
    assert found["note"].n == N - 4
    assert found["measure"].n == N - rows["measure"].null_count
    numbers = rows["number"].to_numpy()
    assert (found["number"].minimum, found["number"].maximum) == (numbers.min(), numbers.max())
    assert found["number"].mean == pytest.approx(numbers.mean())
    assert found["measure"].std == pytest.approx(np.nanstd(rows["measure"].to_numpy(), ddof=1))
    assert found["at"].minimum == datetime(2020, 1, 1).timestamp() - datetime(1970, 1, 1).timestamp()
    assert [found[name].n_distinct for name in ("few", "flag", "town", "day", "y")] == [7, 2, 40, 300, 2]
    assert all(found[name].distinct_is_exact for name in ("few", "flag", "town", "day", "y"))
    for name in ("number", "measure", "note", "at"):
        true = len(set(rows[name].drop_null().to_pylist()))
        assert abs(found[name].n_distinct / true - 1) < 4 * found[name].distinct_error + 0.001
    known = np.sort(rows["measure"].drop_null().to_numpy())
    ranks = np.searchsorted(known, found["measure"].quantiles) / len(known)
    assert np.abs(ranks - [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]).max() < 1.5 * found["measure"].quantile_error
    assert asked.top("number")[0] == ("-999", int((numbers == -999).sum()))
    assert dict(asked.top("note", wanted=("?",)))["?"] == 2
    assert asked.top("town")[0] == ("KÃ¶ln 0", N // 40)


@pytest.mark.postgresql
def test_a_sample_is_fetched_and_all_rows_are_looked_at_where_they_are(server: str, tmp_path: Path) -> None:
    run = Run("run", Store(tmp_path), Clock(tmp_path / "cancel", None))
    settings = CollectSettings(source=server, query="orders", sample_rows=2_000)
    snapshot = collect(settings, run)
    assert 1_700 < snapshot.n_rows < 2_300
    assert snapshot.n_rows_there == N
    assert collect(settings, run).blob == snapshot.blob
    known = profile(snapshot, ProjectSettings(target="y"), settings, ProfileSettings(), CleanSettings(), run)
    assert known.n_rows == snapshot.n_rows
    assert known.of_all_rows.n_rows == N
    assert known.of_all_rows.column("town").top[0].count == N // 40
    looked = open_split(snapshot, split(snapshot, known, SplitSettings(), run), known, run)
    (constant,) = ask("constant_columns", looked, known).findings
    assert "sample" not in constant.sentence
    (damaged,) = ask("text_encoding_damage", looked, known).findings
    assert damaged.sentence.endswith(f"(Seen in a sample of {snapshot.n_rows:,} of the 20,000 rows.)")
    assert damaged.rows == ()


@pytest.mark.postgresql
@pytest.mark.parametrize("query", ["select * from orders", "seen"])
def test_rows_are_drawn_from_tables_only(server: str, tmp_path: Path, query: str) -> None:
    run = Run("run", Store(tmp_path), Clock(tmp_path / "cancel", None))
    with pytest.raises(SourceRefused, match="drawn from a table only"):
        collect(CollectSettings(source=server, query=query, sample_rows=2_000), run)


def test_rows_are_drawn_in_postgresql_only(tmp_path: Path) -> None:
    run = Run("run", Store(tmp_path), Clock(tmp_path / "cancel", None))
    with pytest.raises(SourceRefused, match="is no PostgreSQL"):
        collect(CollectSettings(source="sqlite:///shop.db", query="orders", sample_rows=2_000), run)
