"""The commands of the page about scoring many rows run as they stand there."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlwright.faces.cli.main import build
from mlwright.scoring.folder import read_folder
from mlwright.shipping.scoring_job import MOST_ROWS, PART_CELLS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "score-many-rows.md").read_text("utf-8")


def test_the_page_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "tests" / "compat" / "bundle_1", "customers")
    manifest, _ = read_folder(Path("customers"))
    rows = [dict(golden.row) for golden in manifest.golden]
    with open("new.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows((rows * 27)[:27])
    said = ""
    for block in re.findall(r"^```bash\n(.*?)^```", PAGE, re.M | re.S):
        done = CliRunner().invoke(build(), shlex.split(block)[1:])
        assert done.exit_code == 0, done.output
        said = done.stdout
    assert said in re.findall(r"^```text\n(.*?)^```", PAGE, re.M | re.S)


def test_the_sizes_are_those_of_the_page() -> None:
    assert f"at most {MOST_ROWS:,} rows, and fewer where there are more than {PART_CELLS // MOST_ROWS} columns" in PAGE
