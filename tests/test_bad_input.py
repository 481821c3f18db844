"""Each bad input ends in one clear error, exit status 2, and nothing is lost."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

import mlwright
from mlwright.core.errors import MlwrightError
from mlwright.faces.cli.main import main

GOOD = "age,town,bought\n" + "".join(
    f"{20 + i % 50},{'RigaLundGraz'[i % 3 * 4 :][:4]},{'yes' if i % 7 < 3 else 'no'}\n" for i in range(60)
)


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["mlwright", *arguments])
        with pytest.raises(SystemExit) as leave:
            main()
        return int(leave.value.code or 0), capsys.readouterr().err

    return run


BAD_FILES = {
    "an empty file": (b"", "y", r"empty|no rows|holds nothing"),
    "a header and no rows": (b"a,b,y\n", "y", r"no rows|header"),
    "one row": (b"a,b,y\n1,2,3\n", "y", r"1 row|too few|row"),
    "a target that is not there": (GOOD.encode(), "Bougth", r"'Bougth' .*"),
    "a target that is all missing": (b"a,y\n" + b"".join(b"%d,\n" % i for i in range(60)), "y", r"holds no value"),
    "a constant target": (b"a,y\n" + b"".join(b"%d,yes\n" % i for i in range(60)), "y", r"holds only 'yes'"),
    "a target of names, all different": (
        b"a,y\n" + b"".join(b"%d,name%d\n" % (i, i) for i in range(60)),
        "y",
        r"differ",
    ),
    "ragged rows": (b"a,b,y\n" + b"1,2\n1,2,3,4,5\n" * 40, "y", r"line|rows"),
}


@pytest.mark.parametrize(("content", "target", "says"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_file_is_refused_in_words(call, tmp_path, content, target, says):
    Path("bad.csv").write_bytes(content)
    status, said = call("run", "bad.csv", "--target", target, "--until", "split")
    assert status == 2, said
    assert "->" in said
    assert "Traceback" not in said
    assert re.search(says, said), said
    assert Path("bad.csv").read_bytes() == content
    assert not Path("bad").exists()


def labels(n: int) -> list[str]:
    return ["yes" if i * 37 % 11 < 5 else "no" for i in range(n)]


def write(name: str, columns: dict[str, list[object]]) -> None:
    rows = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    Path(name).write_text("\n".join([",".join(columns), *rows]) + "\n")


AWKWARD = {
    "infinities and huge numbers": {
        "a": ["inf", "-inf", "1e300", "-1e308", *range(116)],
        "b": [i * 7919 % 101 for i in range(120)],
        "y": labels(120),
    },
    "a class of one row": {
        "a": list(range(120)),
        "b": [i * 7919 % 101 for i in range(120)],
        "y": [*"abc" * 39, "a", "b", "d"],
    },
    "many more columns than rows": {
        **{f"c{k}": [i * (k + 3) % 101 for i in range(60)] for k in range(400)},
        "y": labels(60),
    },
}


@pytest.mark.parametrize("columns", AWKWARD.values(), ids=AWKWARD.keys())
def test_awkward_data_still_becomes_a_model(call, columns):
    write("data.csv", columns)
    Path("mlwright.toml").write_text(
        '[project]\ntarget = "y"\n[collect]\nsource = "data.csv"\n'
        '[train]\nfamilies = ["linear", "lightgbm"]\ncandidates = 2\n'
    )
    status, said = call("run", "--until", "evaluate")
    assert status == 0, said


def test_a_missing_file_is_answered_with_the_nearest_name(call):
    Path("customers.csv").write_text(GOOD)
    status, said = call("run", "custmers.csv", "--target", "bought")
    assert status == 2
    assert "customers.csv" in said


def test_a_missing_target_is_answered_with_the_nearest_column(call):
    Path("customers.csv").write_text(GOOD)
    status, said = call("run", "customers.csv", "--target", "bougth", "--until", "split")
    assert (status, "bought" in said) == (2, True)


def test_an_unknown_key_is_answered_with_the_nearest(call):
    Path("mlwright.toml").write_text('[project]\ntarget = "y"\n[train]\nbugdet = "5m"\n')
    status, said = call("run")
    assert status == 2
    assert "unknown key 'train.bugdet'" in said
    assert "budget" in said


def test_an_unknown_key_of_an_amount_is_answered_with_the_nearest(call):
    toml = '[project]\ntarget = "y"\n[decide]\nbenefit = {true_positive = {colum = "value"}}\n'
    Path("mlwright.toml").write_text(toml)
    status, said = call("run")
    assert status == 2
    assert "unknown key 'decide.benefit.true_positive.colum'" in said
    assert "Did you mean: column?" in said


@pytest.mark.parametrize(
    ("more", "what", "hint"),
    [
        ("[decide]\n", r"has \[decide\] twice, again in line 5\.", "Put its keys under the first one"),
        ("must = []\n", r"says a key twice, again in line 5: must = \[\]", "Keep one of them"),
        ("today = nobody\n", r"cannot be read as TOML, in line 5: today = nobody", "text stands in quotes"),
        ("today = [1,\n", r"cannot be read as TOML: .*end of document", "Close the bracket"),
    ],
)
def test_settings_that_are_badly_written_are_shown_with_their_line(call, more, what, hint):
    Path("mlwright.toml").write_text('[project]\ntarget = "y"\n[decide]\nmust = []\n' + more)
    status, said = call("run")
    assert status == 2
    assert re.search(what, said), said
    assert hint in said


def test_a_budget_that_is_no_time_is_refused(call):
    Path("customers.csv").write_text(GOOD)
    status, said = call("run", "customers.csv", "--target", "bought", "--budget", "soon")
    assert status == 2
    assert "'soon' is not a length of time" in said


def test_a_folder_without_a_project_says_how_to_make_one(call):
    status, said = call("show", "findings")
    assert status == 2
    assert "mlwright run" in said or "mlwright init" in said


def test_a_slip_in_a_name_is_found_before_anything_is_read(call):
    Path("mlwright.toml").write_text(
        '[project]\ntarget = "y"\n[collect]\nsource = "not_there.csv"\n[decide]\nmust = ["beats_basline"]\n'
    )
    status, said = call("run")
    assert status == 2
    assert "decide.must names 'beats_basline'" in said
    assert "beats_baseline" in said


def test_an_unknown_stage_is_named(call):
    Path("mlwright.toml").write_text('[project]\ntarget = "y"\n[collect]\nsource = "x.csv"\n')
    status, said = call("run", "--until", "evalute")
    assert status == 2
    assert "evaluate" in said


def test_a_full_disk_ends_in_one_sentence_and_what_was_there_stays(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root only")
    try:
        (tmp_path / "wide.csv").write_text(
            "a,b,y\n"
            + "".join(
                f"{i * 7919 % 104729}.{i},{i * 31 % 9973}.{i * 17 % 97},{'yes' if i % 7 < 3 else 'no'}\n"
                for i in range(40_000)
            )
        )
        command = [
            sys.executable,
            "-m",
            "mlwright",
            "run",
            str(tmp_path / "wide.csv"),
            "--target",
            "y",
            "-p",
            str(disk / "p"),
        ]
        ended = subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "TMPDIR": str(tmp_path)}
        )
        assert ended.returncode == 2, ended.stderr
        assert "The disk that holds" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert (disk / "p" / "mlwright.toml").exists()
        assert not list(disk.rglob("*.part"))
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.parametrize(("n_rows", "target"), [(60, "z"), (0, "y"), (3, "y")])
def test_an_error_about_a_table_in_memory_names_no_file_that_nobody_has_written(n_rows, target):
    table = pa.table({"a": list(range(n_rows)), "y": [i % 2 for i in range(n_rows)]})
    with pytest.raises(MlwrightError, match=r"[Tt]he table") as told:
        mlwright.fit(table, target=target, budget=5)
    assert ".parquet" not in str(told.value)
    assert "mlwright-" not in str(told.value)
