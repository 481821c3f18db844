"""The examples of clients get the predictions of the model, each in its own language."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mlwright.scoring.bundle import Bundle
from mlwright.testing.platforms import as_csv

ROOT = Path(__file__).parents[2]
CLIENTS, KEPT = ROOT / "examples" / "clients", ROOT / "tests" / "compat" / "bundle_1"
TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return Bundle.load(KEPT)


@pytest.fixture(scope="module")
def rows(bundle: Bundle) -> list[dict[str, Any]]:
    return [dict(golden.row) for golden in bundle.manifest.golden]


@pytest.fixture(scope="module")
def wanted(bundle: Bundle, rows: list[dict[str, Any]]) -> list[str]:
    found = [str(value) for value in bundle.predict(rows).tolist()]
    assert len(set(found)) == 2
    return found


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A real service that wants a token."""
    words = [sys.executable, "-m", "mlwright", "serve", str(KEPT), "--port", "0", "--token", "env:MLWRIGHT_TOKEN"]
    environment = {**os.environ, "MLWRIGHT_TOKEN": TOKEN}
    service = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)
    assert service.stdout is not None
    yield service.stdout.readline().split()[2]
    service.terminate()
    service.communicate(timeout=60)


@pytest.fixture
def files(rows: list[dict[str, Any]], tmp_path: Path) -> Path:
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    (tmp_path / "rows.csv").write_text(as_csv(rows, header=True))
    return tmp_path


def needs(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


def said(*words: object, token: str = TOKEN) -> str:
    environment = {**os.environ, "MLWRIGHT_TOKEN": token}
    done = subprocess.run([str(word) for word in words], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout


def test_curl(url: str, files: Path, wanted: list[str]) -> None:
    needs("curl")
    answer = json.loads(said(CLIENTS / "curl.sh", url, files / "rows.json"))
    assert [one["prediction"] for one in answer["predictions"]] == wanted


def test_python(url: str, files: Path, wanted: list[str]) -> None:
    assert said(sys.executable, CLIENTS / "client.py", url, files / "rows.json").split() == wanted


def test_java(url: str, files: Path, wanted: list[str]) -> None:
    needs("java", "javac")
    assert said("java", CLIENTS / "Client.java", url, files / "rows.csv").split() == wanted


def test_cpp(url: str, files: Path, wanted: list[str]) -> None:
    needs("g++")
    said("g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-o", files / "client", CLIENTS / "client.cpp")
    host, port = url.removeprefix("http://").split(":")
    assert said(files / "client", host, port, files / "rows.csv").split() == wanted


def test_a_spreadsheet_comes_back_with_one_more_column(url: str, files: Path, wanted: list[str]) -> None:
    needs("curl")
    said(CLIENTS / "spreadsheet.sh", url, files / "rows.csv", files / "answers.csv")
    before, after = (files / "rows.csv").read_text().splitlines(), (files / "answers.csv").read_text().splitlines()
    assert after == [f"{line},{answer}" for line, answer in zip(before, ["prediction", *wanted], strict=True)]


def test_a_spreadsheet_can_have_more_columns(url: str, files: Path, wanted: list[str]) -> None:
    needs("curl")
    said(CLIENTS / "spreadsheet.sh", url, files / "rows.csv", files / "answers.csv", "reasons=1&model=1")
    with (files / "answers.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert [line["prediction"] for line in lines] == wanted
    assert all(line["model"] and line["reason_1"] for line in lines)
    assert list(lines[0])[-2:] == ["reason_1", "model"]


def test_r(url: str, files: Path, wanted: list[str]) -> None:
    needs("Rscript")
    assert said("Rscript", CLIENTS / "client.R", url, files / "rows.csv").split() == wanted


def test_octave(url: str, rows: list[dict[str, Any]], wanted: list[str]) -> None:
    needs("octave")
    here = url.replace("http://", f"http://user:{TOKEN}@")
    for row, answer in list(zip(rows, wanted, strict=True))[::5]:
        fields = [word for name, value in row.items() for word in (name, "" if value is None else value)]
        assert said("octave", "--no-gui", CLIENTS / "client.m", here, *fields).split() == [answer]


CLIENTS_OF_FILES = {
    "curl": ("curl", "curl.sh", "rows.json"),
    "python": (sys.executable, "client.py", "rows.json"),
    "R": ("Rscript", "client.R", "rows.csv"),
    "spreadsheet": ("curl", "spreadsheet.sh", "rows.csv"),
}


@pytest.mark.parametrize("name", CLIENTS_OF_FILES)
def test_who_has_no_token_is_told_so(url: str, files: Path, name: str) -> None:
    program, client, rows = CLIENTS_OF_FILES[name]
    needs(program)
    first = [] if client.endswith(".sh") else [program]
    more = [files / "answers.csv"] if name == "spreadsheet" else []
    with pytest.raises(AssertionError, match="token is missing or wrong"):
        said(*first, CLIENTS / client, url, files / rows, *more, token="another-token-0123456789")
    assert not (files / "answers.csv").exists()
