"""The commands and the Python of the page on watching run as they stand there."""

import re
from pathlib import Path

import numpy as np
import pytest

from mlwright import Project
from mlwright.data.drifts import DRIFTS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "how-to" / "watch.md").read_text("utf-8")
MAY_END_WITH = {
    "status": {0},
    "undo": {0, 2},
    "history": {0},
    "watch": {0, 3},
    "show": {0},
    "drift": {0, 3},
    "space": {0},
}


def lines(n, seed):
    rng = np.random.default_rng(seed)
    visits = rng.poisson(3, n)
    bought = np.where(rng.random(n) < 1 / (1 + np.exp(-2.0 * (visits - 3))), "yes", "no")
    rows = [f"{age},{v},{b}" for age, v, b in zip(rng.integers(18, 80, n), visits, bought, strict=True)]
    return "\n".join(["age,visits,bought", *rows]) + "\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the project that the page speaks of, and new rows."""
    place = tmp_path_factory.mktemp("place")
    (place / "customers").mkdir()
    (place / "customers" / "rows.csv").write_text(lines(400, 0))
    overrule = re.search(r"\[deploy\]\n.*\n", PAGE).group()
    toml = (
        '[project]\ntarget = "bought"\n[collect]\nsource = "rows.csv"\n[train]\nfamilies = ["linear"]\ncandidates = 2\n'
    )
    (place / "customers" / "mlwright.toml").write_text(toml + overrule)
    (place / "november.csv").write_text(lines(300, 1))
    (place / "october.csv").write_text(lines(300, 2))
    project = Project(place / "customers")
    project.run(n_jobs=1)
    assert project.current() is not None
    return place


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)


def test_every_command_can_be_typed(place, type_in):
    for command in "".join(blocks("bash")).splitlines():
        assert type_in(command, place) in MAY_END_WITH[command.split()[1]], command


def test_the_python_runs(place, run_python):
    for text in blocks("python"):
        run_python(text, place)


def test_every_drift_test_is_documented():
    documented = re.findall(r"^## (\w+)$", (DOCS / "reference" / "drifts.md").read_text("utf-8"), re.M)
    assert documented == list(DRIFTS.names())
