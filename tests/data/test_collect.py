"""Collect: from a source to one Parquet file in the store."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.errors import (
    RunCancelled,
    SettingsError,
    SourceEmpty,
    SourceMissing,
    SourceUnreadable,
    StorageError,
)
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.collect import collect
from mlwright.data.compute.table import open_snapshot
from mlwright.records.settings import CollectSettings

PEOPLE = "id,name,share\n1,Anna,1.5\n2,Bob,2\n3,Cleo,\n"


@pytest.fixture
def run(tmp_path) -> Run:
    folder = tmp_path / "project" / ".mlwright"
    return Run("2024-01-01-1", Store(folder), Clock(tmp_path / "cancel", None))


@pytest.fixture
def people(tmp_path) -> Path:
    (tmp_path / "people.csv").write_text(PEOPLE)
    return tmp_path / "people.csv"


def table_of(snapshot, run) -> pa.Table:
    return pq.read_table(run.path(snapshot.blob))


def files_of(run) -> list[str]:
    return sorted(
        path.name for path in run.store.folder.rglob("*") if not path.is_dir() and path.name != "journal.jsonl"
    )


def test_a_snapshot_says_what_was_read_and_holds_it(people, run):
    snapshot = collect(CollectSettings(source=str(people)), run)
    assert snapshot.n_rows == 3
    assert [(field.name, field.type) for field in snapshot.fields] == [
        ("id", "int64"),
        ("name", "string"),
        ("share", "double"),
    ]
    assert table_of(snapshot, run).to_pylist()[2] == {"id": 3, "name": "Cleo", "share": None}
    assert (snapshot.lineage.source, snapshot.lineage.location) == ("csv", str(people))
    assert snapshot.lineage.details["delimiter"] == "comma"
    assert snapshot.size_bytes == run.path(snapshot.blob).stat().st_size
    assert files_of(run) == [snapshot.blob]


def test_the_same_data_is_the_same_blob_and_the_same_snapshot(people, run):
    first = collect(CollectSettings(source=str(people)), run)
    second = collect(CollectSettings(source=str(people)), run)
    assert first.blob == second.blob
    assert first.digest() == second.digest()


def test_other_data_is_another_blob(people, run):
    first = collect(CollectSettings(source=str(people)), run)
    people.write_text(PEOPLE.replace("Cleo", "Cleopatra"))
    assert collect(CollectSettings(source=str(people)), run).blob != first.blob


def test_the_same_bytes_come_out_of_another_process(people, run, tmp_path):
    script = (
        "import sys; from pathlib import Path; from mlwright.core.run import Clock, Run\n"
        "from mlwright.core.store import Store; from mlwright.data.collect import collect\n"
        "from mlwright.records.settings import CollectSettings\n"
        "run = Run('r', Store(Path(sys.argv[2])), Clock(Path('none'), None))\n"
        "print(collect(CollectSettings(source=sys.argv[1]), run).blob)"
    )
    with people.open("a") as file:
        file.writelines(f"{n},name {n % 7},{n / 3}\n" for n in range(150_000))
    told = subprocess.run(
        [sys.executable, "-c", script, str(people), str(tmp_path / "other")], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == collect(CollectSettings(source=str(people)), run).blob


def test_rows_lie_in_groups_of_about_a_hundred_thousand(people, run):
    people.write_text("id,word\n" + "".join(f"{n},some words {n}\n" for n in range(450_000)))
    snapshot = collect(CollectSettings(source=str(people)), run)
    file = pq.ParquetFile(run.path(snapshot.blob))
    sizes = [file.metadata.row_group(place).num_rows for place in range(file.num_row_groups)]
    assert sum(sizes) == 450_000
    assert len(sizes) >= 2
    assert all(100_000 <= size < 350_000 for size in sizes[:-1])
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_one_row_is_enough_to_be_collected(people, run):
    people.write_text("a,b\n1,2\n")
    assert collect(CollectSettings(source=str(people)), run).n_rows == 1


def test_notices_of_the_reader_come_along(people, run):
    people.write_text("a,a\n1,2\n3,4,5\n" + "6,7\n" * 100)
    notices = collect(CollectSettings(source=str(people)), run).notices
    assert any("renamed: 'a' to 'a_2'" in notice for notice in notices)
    assert any("line 3" in notice and "1 left out" in notice for notice in notices)


def test_settings_for_other_sources_are_told_as_unused(people, run):
    notices = collect(CollectSettings(source=str(people), sheet="Data", query="select 1"), run).notices
    assert "collect.sheet was not used: the source is of the kind 'csv'." in notices
    assert "collect.query was not used: the source is of the kind 'csv'." in notices


def test_without_a_source_nothing_is_collected(run):
    with pytest.raises(SettingsError, match="No source is set"):
        collect(CollectSettings(), run)


def test_a_missing_file_is_missing(run, tmp_path):
    with pytest.raises(SourceMissing, match="nothing is not there"):
        collect(CollectSettings(source=str(tmp_path / "nothing")), run)


def test_a_table_without_rows_leaves_nothing_behind(people, run):
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), people)
    with pytest.raises(SourceEmpty, match="holds no rows"):
        collect(CollectSettings(source=str(people)), run)
    assert files_of(run) == []


def test_a_parquet_file_that_needs_no_change_is_copied(run, tmp_path):
    pq.write_table(pa.table({"a": [1, 2], "b": ["x", None]}), tmp_path / "a.parquet", compression="gzip")
    snapshot = collect(CollectSettings(source=str(tmp_path / "a.parquet")), run)
    assert run.path(snapshot.blob).read_bytes() == (tmp_path / "a.parquet").read_bytes()
    assert snapshot.n_rows == 2


def test_a_parquet_file_can_be_read_where_it_lies(run, tmp_path):
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "a.parquet")
    snapshot = collect(CollectSettings(source=str(tmp_path / "a.parquet"), in_place=True), run)
    assert run.path(snapshot.blob).resolve() == tmp_path / "a.parquet"
    assert open_snapshot(snapshot, run).arrow(["a"]).to_pydict() == {"a": [1, 2]}


def test_a_file_that_needs_a_change_is_copied_though_it_may_stay(people, run):
    snapshot = collect(CollectSettings(source=str(people), in_place=True), run)
    assert snapshot.borrowed is None
    assert not run.path(snapshot.blob).is_symlink()


@pytest.mark.parametrize("meanwhile", ["written anew", "taken away"])
def test_a_file_that_is_read_in_place_and_changes_is_told(meanwhile, run, tmp_path):
    file = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [1, 2]}), file)
    snapshot = collect(CollectSettings(source=str(file), in_place=True), run)
    file.unlink()
    if meanwhile == "written anew":
        pq.write_table(pa.table({"a": [1, 2, 3]}), file)
    with pytest.raises(SourceUnreadable, match=r"a\.parquet (changed|was taken away) while it was worked on"):
        open_snapshot(snapshot, run)


def test_a_file_that_changes_while_it_is_read_is_refused(run, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("a,b\n" + "1,2\n" * 100_000)

    class Writer(Clock):
        """Somebody who writes a line while the file is read: when the reading first looks for a cancel."""

        has_written = False

        def check(self):
            if not self.has_written:
                self.has_written = True
                with open(file, "a") as end:
                    end.write("3,4\n")

    run.clock = Writer(tmp_path / "cancel", None)
    with pytest.raises(SourceUnreadable, match=r"a\.csv changed while it was read"):
        collect(CollectSettings(source=str(file)), run)
    assert files_of(run) == []


def test_a_fault_in_the_middle_leaves_nothing_behind(run, tmp_path):
    rows = list(range(100_000))
    table = pa.table({"a": pa.array(rows, pa.uint32())})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=10_000, compression="none")
    content = bytearray((tmp_path / "a.parquet").read_bytes())
    middle = len(content) // 2
    content[middle - 40_000 : middle] = bytes(40_000)
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(SourceUnreadable, match=r"a\.parquet"):
        collect(CollectSettings(source=str(tmp_path / "a.parquet")), run)
    assert files_of(run) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_told_and_leaves_nothing_behind(people, run):
    (run.scratch() / "collected.parquet").symlink_to("/dev/full")
    with pytest.raises(StorageError, match=r"The disk that holds .*scratch is full"):
        collect(CollectSettings(source=str(people)), run)
    assert files_of(run) == []


def test_a_cancel_ends_the_reading_and_leaves_nothing_behind(people, run):
    people.write_text("id,word\n" + "".join(f"{n},some words {n}\n" for n in range(100_000)))
    run.clock.cancel_file.touch()
    with pytest.raises(RunCancelled):
        collect(CollectSettings(source=str(people)), run)
    assert files_of(run) == []


def test_three_times_the_file_takes_hardly_more_memory(tmp_path):
    script = (
        "import resource, sys; from pathlib import Path; from mlwright.core.run import Clock, Run\n"
        "from mlwright.core.store import Store; from mlwright.data.collect import collect\n"
        "from mlwright.records.settings import CollectSettings\n"
        "run = Run('r', Store(Path(sys.argv[2])), Clock(Path('none'), None))\n"
        "collect(CollectSettings(source=sys.argv[1]), run)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    rows = "".join(f"{n},{n * 0.37},some words and a number {n}\n" for n in range(100_000))
    used = []
    for name, n_times in (("small.csv", 8), ("large.csv", 24)):
        with open(tmp_path / name, "w") as file:
            file.write("id,share,text\n")
            file.writelines(rows for _ in range(n_times))
        command = [sys.executable, "-c", script, str(tmp_path / name), str(tmp_path / f"of {name}")]
        used.append(int(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    assert used[1] < 1.5 * used[0]
