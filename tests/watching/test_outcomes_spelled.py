"""Outcomes that are written in another way than in training are read, and are no alarm."""

import numpy as np
import pytest

from mlwright import Project
from mlwright.records.looks import TARGET

TOML = """
[project]
target = "bought"
[collect]
source = "rows.csv"
[explore]
skip = ["distributions"]
[train]
families = ["linear"]
candidates = 1
experience = false
"""


def rows(n, seed, ways):
    rng = np.random.default_rng(seed)
    lines = ["size,price,bought"]
    for _ in range(n):
        size, price = rng.normal(), rng.normal()
        answer = int(rng.random() < 1 / (1 + np.exp(-2 * size)))
        lines.append(f"{size:.3f},{price:.3f},{ways[answer][rng.integers(len(ways[answer]))]}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bought")
    (folder / "rows.csv").write_text(rows(600, 0, (["No", "No", "NO"], ["Yes", "Yes", "yes"])))
    (folder / "mlwright.toml").write_text(TOML)
    project = Project(folder)
    project.run(until="pack", n_jobs=1)
    return project


def test_outcomes_in_a_spelling_of_their_own_are_read_and_raise_no_alarm(project):
    file = project.path / "later.csv"
    file.write_text(rows(300, 1, (["nO", "n"], ["yEs", "Y"])))
    found = project.watch(str(file)).comparison
    assert found.outcomes.n_known == 300
    assert not [alert for alert in found.alerts if alert.what == TARGET]


def test_another_answer_is_still_told(project):
    file = project.path / "other.csv"
    file.write_text(rows(300, 2, (["No"], ["perhaps"])))
    found = project.watch(str(file)).comparison
    assert [alert for alert in found.alerts if alert.what == TARGET]
