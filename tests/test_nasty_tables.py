"""Tables that break others: each gives a model with a figure, or a refusal that says what to do."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright import Project
from mlwright.core.errors import MlwrightError
from mlwright.data.insights import SEEKERS
from mlwright.data.views import VIEWS

FAMILIES = ["linear", "lightgbm"]


def evaluated(folder: Path, columns: dict, **train):
    """The whole way to the evaluation, with a small count of candidates."""
    file = folder / "rows.parquet"
    pq.write_table(pa.table(columns), file)
    sections = {
        "project": {"target": "y"},
        "collect": {"source": str(file)},
        "explore": {"skip": VIEWS.names(), "skip_insights": SEEKERS.names()},
        "train": {"candidates": 2, "families": FAMILIES} | train,
    }
    project = Project.create(folder / "project", sections)
    project.run(until="evaluate", n_jobs=1)
    return project.show("evaluation"), project.show("leaderboard")


def rng_of(seed=0):
    return np.random.default_rng(seed)


def test_a_class_of_three_rows(tmp_path):
    x = rng_of().normal(size=300)
    y = np.where(x > 0, "a", "b")
    y[:3] = "r"
    evaluation, training = evaluated(tmp_path, {"x": x, "y": y})
    assert evaluation.metrics[0].gain_over_baseline.value > 0
    assert "r" in training.model.classes


def test_many_more_columns_than_rows(tmp_path):
    rng = rng_of()
    columns = {f"c{i}": rng.normal(size=150) for i in range(400)}
    evaluation, _ = evaluated(tmp_path, columns | {"y": np.where(columns["c7"] > 0, "yes", "no")})
    assert np.isfinite(evaluation.metrics[0].model.value)


def test_all_columns_are_names(tmp_path):
    rng = rng_of()
    columns = {f"c{i}": rng.choice(list("pqrs"), 300) for i in range(4)}
    evaluation, _ = evaluated(tmp_path, columns | {"y": np.where(columns["c0"] == "p", "yes", "no")})
    assert evaluation.metrics[0].gain_over_baseline.low > 0


def test_nothing_but_text(tmp_path):
    rng = rng_of()
    words = np.array(
        ["the", "train", "was", "late", "and", "crew", "very", "kind", "again", "never", "seat", "food", "cold"]
    )
    texts = [" ".join(rng.choice(words, 12)) + f" {i}" for i in range(300)]
    y = ["good" if "kind" in text else "bad" for text in texts]
    evaluation, _ = evaluated(tmp_path, {"remark": texts, "y": y})
    assert evaluation.metrics[0].gain_over_baseline.low > 0


def test_all_columns_but_one_are_empty(tmp_path):
    x = rng_of().normal(size=200)
    empty = {f"e{i}": pa.nulls(200, pa.float64()) for i in range(5)}
    evaluation, _ = evaluated(tmp_path, empty | {"x": x, "y": np.where(x > 0, "yes", "no")})
    assert evaluation.metrics[0].gain_over_baseline.low > 0


def test_one_row_again_and_again(tmp_path):
    with pytest.raises(MlwrightError) as refused:
        evaluated(tmp_path, {"x": [1.0] * 200, "y": ["a"] * 200})
    assert refused.value.hint


def test_two_rows_again_and_again(tmp_path):
    evaluation, _ = evaluated(tmp_path, {"x": [1.0, 2.0] * 100, "y": ["a", "b"] * 100})
    assert np.isfinite(evaluation.metrics[0].model.value)


def test_as_many_classes_as_rows_is_refused(tmp_path):
    names = [f"customer {i}" for i in range(600)]
    with pytest.raises(MlwrightError) as refused:
        evaluated(tmp_path, {"x": rng_of().normal(size=600), "y": names})
    assert refused.value.hint


@pytest.mark.parametrize("shift", [1e12, -1e12])
def test_a_target_far_from_zero(tmp_path, shift):
    x = rng_of().normal(size=300)
    evaluation, training = evaluated(tmp_path, {"x": x, "y": shift + 1e6 * x})
    found = evaluation.metrics[0]
    assert found.model.value < 0.5 * found.baseline.value
    assert training.corrected.model.low <= training.corrected.model.value


def test_a_target_with_enormous_outliers(tmp_path):
    x = rng_of().normal(size=400)
    y = 10 * x + rng_of(1).normal(size=400)
    y[::80] = 1e9
    evaluation, _ = evaluated(tmp_path, {"x": x, "y": y})
    assert all(np.isfinite([found.model.value, found.model.low]).all() for found in evaluation.metrics)


@pytest.mark.parametrize("others", [["Berlin", "Paris", "Rome"], [f"a short text {n} of words" for n in range(300)]])
def test_a_few_enormous_cells_are_looked_at_like_all_others(tmp_path, others):
    rng = rng_of()
    texts = [others[n % len(others)] for n in range(300)]
    for place in range(0, 240, 30):
        texts[place] = " ".join(rng.choice(["alpha", "beta", "gamma", "x1"], 50_000))[:200_000]
    file = tmp_path / "rows.parquet"
    pq.write_table(
        pa.table({"x": rng.normal(size=300), "t": texts, "y": np.where(rng.random(300) < 0.5, "a", "b")}), file
    )
    project = Project.create(tmp_path / "project", {"project": {"target": "y"}, "collect": {"source": str(file)}})
    project.run(until="check", n_jobs=1)
    assert project.show("profile").column("t").length_max == 200_000
    assert all(len(finding.sentence) < 2000 for finding in project.show("findings").findings)
