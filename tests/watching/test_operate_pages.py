"""Every command of the pages about looking after a model runs as it stands there."""

import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest

from mlwright.faces.cli.main import main

DOCS = Path(__file__).parents[2] / "docs" / "how-to"
ENDS = re.compile(r"mlwright operate [a-z ]+$")


@pytest.fixture(scope="module")
def finished(a_shop, tmp_path_factory):
    project = a_shop.opened(tmp_path_factory.mktemp("pages") / "churn", n=400)
    toml = project.path / "mlwright.toml"
    watched = "[watch]\nsource = 'new.csv'\n[operate]\ntraining_cost = 1000.0\nrows = 1000\n"
    toml.write_text(toml.read_text() + watched)
    return project.path


def commands(page):
    blocks = re.findall(r"^```bash\n(.*?)^```", (DOCS / page).read_text(), re.M | re.S)
    return [line.split("   #")[0].strip() for block in blocks for line in block.splitlines() if line]


@pytest.mark.parametrize("page", ["look-after.md", "roll-back.md", "replay-history.md"])
def test_a_page_can_be_followed(page, finished, a_shop, tmp_path, monkeypatch):
    """Nothing here is a mistake of ours (1); that there is no challenger, or no bundle before, is said in words (2)."""
    monkeypatch.chdir(tmp_path)
    for name in ("churn", "demand", "fraud"):
        shutil.copytree(finished, tmp_path / name)
        (tmp_path / name / "new.csv").write_text(a_shop.rows(60, 5))
    hours = np.datetime64("2026-01-01T00") + np.arange(600)
    lines = a_shop.rows(600, 6).splitlines()
    rows = [f"{line},{hour}" for line, hour in zip(lines[1:], hours, strict=True)]
    (tmp_path / "history.csv").write_text("\n".join([f"{lines[0]},hour", *rows]))
    assert commands(page)
    for command in commands(page):
        typed = shlex.split(command)[1:]
        with pytest.raises(SystemExit) as leave:
            main([*typed, "--once"] if ENDS.fullmatch(command) else typed)
        assert leave.value.code in (0, 2, None), command
