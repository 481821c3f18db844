"""Scored rows as one file or one table: there whole, or not at all."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from mlwright.core.errors import SettingsError, StorageError
from mlwright.records.settings import CollectSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.scored_whole import score_into
from mlwright.shipping.scoring_job import Job

N_ROWS = 2_500


@pytest.fixture
def rows(many_rows: pa.Table) -> pa.Table:
    """Rows with a text that needs quotes."""
    notes = pa.array(['says "no", then\nleaves', "", None, "plain", "ünïcode"] * (N_ROWS // 5))
    return many_rows[:N_ROWS].append_column("remark", notes)


@pytest.fixture
def place(tmp_path: Path, rows: pa.Table, monkeypatch: pytest.MonkeyPatch) -> Path:
    pq.write_table(rows, tmp_path / "in.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def job(bundle: Bundle, source: str = "in.parquet", query: str | None = None) -> Job:
    return Job(bundle, CollectSettings(source=source, query=query))


def test_csv_in_is_csv_out(old_bundle: Bundle, rows: pa.Table, place: Path) -> None:
    pa_csv.write_csv(rows, place / "in.csv")
    done = score_into(job(old_bundle, "in.csv"), "out.csv")
    assert done.n_rows == N_ROWS
    found = pa_csv.read_csv("out.csv", parse_options=pa_csv.ParseOptions(newlines_in_values=True))
    assert found["row"].to_pylist() == list(range(N_ROWS))
    assert found["prediction"].to_pylist() == old_bundle.predict(rows).tolist()
    assert found["remark"].to_pylist()[:2] == ['says "no", then\nleaves', ""]
    assert sorted(each.name for each in place.iterdir()) == ["in.csv", "in.parquet", "out.csv"]
    with pytest.raises(StorageError, match=r"out\.csv is there already"):
        score_into(job(old_bundle, "in.csv"), "out.csv")


def test_a_table_of_sqlite_is_scored_into_another(old_bundle: Bundle, rows: pa.Table, place: Path) -> None:
    with sqlite3.connect("shop.db") as connection:
        rows.to_pandas().to_sql("customers", connection, index=False)
    score_into(job(old_bundle, "sqlite:///shop.db", "customers"), "sqlite:///shop.db", "scored")
    with sqlite3.connect("shop.db") as connection:
        found = connection.execute("select row, remark, prediction from scored order by row").fetchall()
    assert [each[0] for each in found] == list(range(N_ROWS))
    assert [each[1] for each in found[:3]] == ['says "no", then\nleaves', "", None]
    assert [each[2] for each in found] == old_bundle.predict(rows).tolist()
    with pytest.raises(StorageError, match=r"The table scored of sqlite:///shop\.db is there already"):
        score_into(job(old_bundle), "sqlite:///shop.db", "scored")


@pytest.mark.postgresql
def test_a_table_of_postgresql_is_scored_into_another(
    old_bundle: Bundle, rows: pa.Table, place: Path, postgresql: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "pass:w/rd@%")
    url = f"postgresql://boss:env:SHOP_PASSWORD@127.0.0.1:{postgresql}/postgres"
    score_into(job(old_bundle), url, "Scored once")
    score_into(job(old_bundle, url, "Scored once"), url, "scored_twice")
    where = {"host": "127.0.0.1", "port": postgresql, "user": "boss", "password": "pass:w/rd@%", "dbname": "postgres"}
    with psycopg.connect(**where, autocommit=True) as base:
        found = base.execute('select "row", remark, prediction from scored_twice order by "row"').fetchall()
        base.execute('drop table "Scored once", scored_twice')
    assert [each[0] for each in found] == list(range(N_ROWS))
    assert [each[1] for each in found[:3]] == ['says "no", then\nleaves', "", None]
    assert [each[2] for each in found] == old_bundle.predict(rows).tolist()


@pytest.mark.parametrize("moment", ["before the table", "in the table", "after the table"])
def test_a_kill_leaves_no_half_table_and_no_second_row(old_bundle: Bundle, place: Path, moment: str) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from mlwright.shipping import scored_table, scored_whole\n"
        "from mlwright.scoring.bundle import Bundle; from mlwright.records.settings import CollectSettings\n"
        "def die(*given): os.kill(os.getpid(), signal.SIGKILL)\n"
        "moment, table = sys.argv[2], scored_table.NewTable\n"
        "if moment == 'before the table': table.fill = die\n"
        "if moment == 'in the table': scored_table._insert = die\n"
        "if moment == 'after the table': scored_whole.shutil.rmtree = die\n"
        "job = scored_whole.Job(Bundle.load(Path(sys.argv[1])), CollectSettings(source='in.parquet'))\n"
        "scored_whole.score_into(job, 'sqlite:///out.db', 'scored')"
    )
    died = subprocess.run([sys.executable, "-c", code, str(old_bundle.folder), moment], timeout=60)
    assert died.returncode == -signal.SIGKILL
    assert score_into(job(old_bundle), "sqlite:///out.db", "scored").n_rows == N_ROWS
    with sqlite3.connect("out.db") as connection:
        assert connection.execute("select count(*), count(distinct row) from scored").fetchone() == (N_ROWS, N_ROWS)


def test_what_cannot_be_meant_is_refused(old_bundle: Bundle, place: Path) -> None:
    with pytest.raises(SettingsError, match="names a database, but no table"):
        score_into(job(old_bundle), "sqlite:///shop.db")
    with pytest.raises(SettingsError, match="--table is for databases only"):
        score_into(job(old_bundle), "out.csv", "scored")
    with pytest.raises(StorageError, match="no database that scored rows can be written to"):
        score_into(job(old_bundle), "mysql://shop", "scored")
