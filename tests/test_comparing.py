"""Two finished models side by side."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from mlwright import Project
from mlwright.comparing.compare import _independent, compare
from mlwright.core.errors import NothingToShow, SettingsError
from mlwright.records.evaluation import Estimate, MetricResult
from mlwright.statistics.shares import wilson


def make_project(folder, n_rows=500):
    """Whether a customer buys hangs on visits and, less, on age."""
    rng = np.random.default_rng(5)
    visits, age = rng.poisson(3, n_rows), rng.integers(18, 80, n_rows)
    bought = rng.random(n_rows) < 1 / (1 + np.exp(-1.5 * (visits - 3) - 0.03 * (age - 50)))
    rows = zip(visits, age, np.where(bought, "yes", "no"), strict=True)
    folder.mkdir()
    (folder / "data.csv").write_text("visits,age,bought\n" + "\n".join(",".join(map(str, row)) for row in rows) + "\n")
    sections = {
        "project": {"target": "bought"},
        "collect": {"source": "data.csv"},
        "train": {"families": ["linear"], "candidates": 2},
    }
    return Project.create(folder, sections)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with a run that may use everything, and one that must do without the column that matters."""
    made = make_project(tmp_path_factory.mktemp("compared") / "shop")
    made.run()
    file = made.path / "mlwright.toml"
    file.write_text(file.read_text() + '\n[profile]\nignore = ["visits"]\n')
    made.run()
    return made


def test_a_run_beside_itself_differs_in_nothing(project):
    run = project.runs()[0].run_id
    found = compare(run, run, project.path)
    assert found.better == "neither"
    assert found.sentence.startswith("They give the same answers on the same 100 rows")
    assert found.differences == ()


def test_what_surely_loses_is_told_and_why(project):
    full, poor = (state.run_id for state in project.runs())
    found = compare(full, poor, project.path)
    assert found.paired
    assert found.better == "first"
    assert found.worth_gain is not None
    assert found.worth_gain.high < 0
    assert "is surely better: on the same 100 rows" in found.sentence
    assert ("settings", "left out", "nothing", "'visits'") in {
        (each.part, each.what, each.first, each.second) for each in found.differences
    }
    other_way = compare(poor, full, project.path)
    assert other_way.better == "second"
    assert other_way.metrics[0].gain.value == pytest.approx(-found.metrics[0].gain.value)


def test_the_gain_is_the_mean_difference_of_the_rows(project):
    runs = [state.run_id for state in project.runs()]
    found = compare(*runs, project.path)
    store, losses = project.store, []
    for run in runs:
        evaluation = project.show("evaluation", run)
        truth = np.frombuffer(store.blobs.get(evaluation.truth))
        said = np.frombuffer(store.blobs.get(evaluation.predictions), dtype=np.float32).astype(float)
        losses.append(-np.log(np.where(truth == 1, said, 1 - said)))
    assert found.metrics[0].name == "log_loss"
    assert found.metrics[0].gain.value == pytest.approx((losses[0] - losses[1]).mean(), rel=1e-6)


def test_a_bundle_that_came_alone_is_compared_by_its_intervals(project, tmp_path):
    full, poor = (state.run_id for state in project.runs())
    alone = shutil.copytree(project.bundle_path(poor), tmp_path / "alone")
    found = compare(full, alone, project.path)
    paired = compare(full, poor, project.path)
    assert not found.paired
    assert found.metrics[0].gain.value == pytest.approx(paired.metrics[0].gain.value)
    width, narrow = (each.metrics[0].gain.high - each.metrics[0].gain.low for each in (found, paired))
    assert width > narrow


def test_without_a_test_no_rows_are_called_different_that_are_the_same(tmp_path):
    made = make_project(tmp_path / "shop", 200)
    file = made.path / "mlwright.toml"
    file.write_text(file.read_text() + "\n[split]\ntest_share = 0\n")
    run = made.run().run_id
    found = compare(run, run, made.path)
    assert not found.paired
    assert "each by what its own folds held out (200 and 200 rows), as if these were different ones" in found.sentence


def test_a_bundle_in_its_project_is_traced_to_its_run(project):
    full, poor = (state.run_id for state in project.runs())
    assert compare(project.bundle_path(full), project.bundle_path(poor), project.path).paired


def test_intervals_of_two_tests_hold_as_often_as_they_say():
    rng, held, draws = np.random.default_rng(3), 0, 1000
    for _ in range(draws):
        shares = rng.binomial(200, 0.7) / 200, rng.binomial(150, 0.8) / 150
        one, other = (_result(share, n) for share, n in zip(shares, (200, 150), strict=True))
        gain = _independent(one, other)
        held += gain.low <= 0.1 <= gain.high
    assert 0.93 <= held / draws <= 0.98


def _result(share: float, n: int) -> MetricResult:
    bounds = wilson(share, n)
    found = Estimate(value=share, low=bounds.low, high=bounds.high, method="Wilson")
    rest = {"simple": found, "baseline": found, "gain_over_baseline": found, "gain_over_simple": found}
    return MetricResult(name="accuracy", title="Accuracy", greater_is_better=True, model=found, **rest)


def test_other_questions_are_not_compared(project, tmp_path):
    other = make_project(tmp_path / "other", n_rows=120)
    file = other.path / "mlwright.toml"
    file.write_text(file.read_text().replace('target = "bought"', 'target = "age"'))
    other.run(until="decide")
    with pytest.raises(SettingsError, match=r"different questions: 'bought' \(binary\) and 'age'"):
        compare(project.path, other.path)


def test_what_is_none_of_these_is_named(project):
    with pytest.raises(NothingToShow, match="'nowhere' is no project, no bundle, and no run"):
        compare("nowhere", project.path, project.path)


def test_the_command_prints_writes_a_page_and_gives_json(project, tmp_path, capsys, monkeypatch):
    from mlwright.faces.cli.main import main

    full, poor = (state.run_id for state in project.runs())
    page = tmp_path / "page.html"
    with pytest.raises(SystemExit):
        main(["compare", full, poor, "-p", str(project.path), "-o", str(page)])
    assert "is surely better" in " ".join(capsys.readouterr().out.split())
    assert "surely better" in page.read_text("utf-8")
    with pytest.raises(SystemExit):
        main(["compare", full, poor, "-p", str(project.path), "--json"])
    assert json.loads(capsys.readouterr().out)["better"] == "first"
