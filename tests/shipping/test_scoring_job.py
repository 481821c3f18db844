"""Batch scoring: every row once, whatever happens in between."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import dataset

from mlwright.core.errors import StorageError, TableError
from mlwright.records.settings import CollectSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping import scoring_job
from mlwright.shipping.scoring_job import Job, score

N_ROWS = 5_500


@pytest.fixture
def rows(many_rows: pa.Table) -> pa.Table:
    return many_rows[:N_ROWS]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring_job, "PART_CELLS", 0)


def written(folder: Path) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in sorted(folder.glob("part-*.parquet"))])


@pytest.mark.usefixtures("small_parts")
def test_a_folder_of_files_is_scored_part_by_part_in_its_order(
    old_bundle: Bundle, rows: pa.Table, tmp_path: Path
) -> None:
    source = tmp_path / "in"
    source.mkdir()
    pq.write_table(rows[:3_100], source / "a.parquet")
    pq.write_table(rows[3_100:], source / "b.parquet")
    told: list[int] = []
    wanted = CollectSettings(source=str(source))
    done = score(Job(old_bundle, wanted, tell=lambda share, n_rows: told.append(n_rows)), tmp_path / "out")
    assert (done.n_rows, done.n_parts, done.n_kept, sum(told)) == (N_ROWS, 6, 0, N_ROWS)
    found = written(tmp_path / "out")
    assert found.column("row").to_pylist() == list(range(N_ROWS))
    assert found.column("prediction").to_pylist() == old_bundle.predict(rows).tolist()


@pytest.mark.usefixtures("small_parts")
def test_only_what_is_missing_is_made_again(old_bundle: Bundle, rows: pa.Table, tmp_path: Path) -> None:
    pq.write_table(rows, tmp_path / "in.parquet")
    wanted, out = CollectSettings(source=str(tmp_path / "in.parquet")), tmp_path / "out"
    score(Job(old_bundle, wanted), out)
    whole = written(out)
    facts = out / "_scoring.json"
    facts.write_text(facts.read_text().replace(f'"n_rows": {N_ROWS}', '"n_rows": null'))
    (out / "part-000003.parquet").unlink()
    (out / "part-000001.part").write_bytes(b"half")
    before = (out / "part-000000.parquet").stat().st_mtime_ns
    done = score(Job(old_bundle, wanted), out)
    assert (done.n_kept, done.n_parts, done.unread) == (5, 6, {})
    assert written(out).equals(whole)
    assert (out / "part-000000.parquet").stat().st_mtime_ns == before


def test_values_that_cannot_be_read_are_told_also_of_parts_from_before(
    old_bundle: Bundle, rows: pa.Table, tmp_path: Path
) -> None:
    name = next(item.name for item in old_bundle.inputs if item.kind == "number")
    values = [(value and str(value)) if n % 5 else "far" for n, value in enumerate(rows[name].to_pylist())]
    texts = rows.set_column(rows.column_names.index(name), name, pa.array(values))
    pq.write_table(texts, tmp_path / "in.parquet")
    for n_kept in (0, 1):
        done = score(Job(old_bundle, CollectSettings(source=str(tmp_path / "in.parquet"))), tmp_path / "out")
        assert (done.n_kept, done.unread) == (n_kept, {name: N_ROWS // 5})


def test_a_job_that_is_killed_goes_on_without_a_lost_or_doubled_row(
    old_bundle: Bundle, rows: pa.Table, tmp_path: Path
) -> None:
    many = pa.concat_tables([rows] * 4)
    many = many.set_column(many.column_names.index("row"), "row", pa.array(np.arange(len(many))))
    pq.write_table(many, tmp_path / "in.parquet", row_group_size=1_000)
    out = tmp_path / "out"
    code = (
        "import sys; from pathlib import Path; from mlwright.shipping import scoring_job as s\n"
        "from mlwright.scoring.bundle import Bundle; from mlwright.records.settings import CollectSettings\n"
        "s.PART_CELLS = 0\n"
        "job = s.Job(Bundle.load(sys.argv[1]), CollectSettings(source=sys.argv[2]), n_jobs=2)\n"
        "s.score(job, Path(sys.argv[3]))"
    )
    command = [sys.executable, "-c", code, str(old_bundle.folder), str(tmp_path / "in.parquet"), str(out)]
    process = subprocess.Popen(command)
    while len(list(out.glob("part-*.parquet"))) < 3 and process.poll() is None:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    n_there = len(list(out.glob("part-*.parquet")))
    assert n_there < 22
    subprocess.run(command, check=True)
    assert written(out).column("row").to_pylist() == list(range(len(many)))


def test_a_table_of_a_database_is_scored_as_it_was_at_one_moment(
    old_bundle: Bundle, rows: pa.Table, tmp_path: Path
) -> None:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        rows[:50].to_pandas().to_sql("customers", connection, index=False)
    wanted = CollectSettings(source=f"sqlite:///{path}", query="customers")
    done = score(Job(old_bundle, wanted), tmp_path / "out")
    assert done.n_rows == 50
    with sqlite3.connect(path) as connection:
        connection.execute("delete from customers")
    assert score(Job(old_bundle, wanted), tmp_path / "out").n_kept == 1
    assert written(tmp_path / "out").column("row").to_pylist() == list(range(50))
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [
        ".lock",
        "_scoring.json",
        "part-000000.parquet",
    ]
    assert dataset.dataset(tmp_path / "out").to_table().num_rows == 50


def test_what_does_not_belong_together_is_refused(old_bundle: Bundle, rows: pa.Table, tmp_path: Path) -> None:
    pq.write_table(rows[:20], tmp_path / "in.parquet")
    wanted, out = CollectSettings(source=str(tmp_path / "in.parquet")), tmp_path / "out"
    score(Job(old_bundle, wanted), out)
    with pytest.raises(StorageError, match="begun with another level"):
        score(Job(old_bundle, wanted, level=0.9), out)
    pq.write_table(rows[:30], tmp_path / "in.parquet")
    with pytest.raises(StorageError, match="files that have changed since"):
        score(Job(old_bundle, wanted), out)
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "mine.txt").write_text("mine")
    with pytest.raises(StorageError, match=r"holds something else: mine\.txt"):
        score(Job(old_bundle, wanted), tmp_path / "else")


def test_a_table_without_an_input_ends_in_one_clear_error(old_bundle: Bundle, rows: pa.Table, tmp_path: Path) -> None:
    name = old_bundle.inputs[0].name
    pq.write_table(rows[:20].drop_columns([name]), tmp_path / "in.parquet")
    with pytest.raises(TableError, match=f"lacks 1 column: {name}"):
        score(Job(old_bundle, CollectSettings(source=str(tmp_path / "in.parquet"))), tmp_path / "out")


@pytest.mark.usefixtures("small_parts")
def test_columns_that_are_stored_as_lists_of_values_are_answered_and_kept_as_any_other(
    old_bundle: Bundle, rows: pa.Table, tmp_path: Path
) -> None:
    """Parquet stores texts that recur as places in a list, which are not taken apart on the way."""
    texts = [clause.name for clause in old_bundle.inputs if clause.kind != "number"]
    (tmp_path / "in").mkdir()
    half = rows[2_500:].set_column(
        rows.column_names.index(texts[0]),
        texts[0],
        pa.array([None, "unheard of", *rows[texts[0]][2_502:].to_pylist()], pa.string()),
    )
    pq.write_table(rows[:2_500], tmp_path / "in" / "a.parquet", row_group_size=700)
    pq.write_table(half, tmp_path / "in" / "b.parquet", use_dictionary=[texts[0]])
    score(Job(old_bundle, CollectSettings(source=str(tmp_path / "in"))), tmp_path / "out")
    found, given = written(tmp_path / "out"), pa.concat_tables([rows[:2_500], half])
    assert found.select(rows.column_names).equals(given)
    assert found["prediction"].to_pylist() == old_bundle.predict(given).tolist()
