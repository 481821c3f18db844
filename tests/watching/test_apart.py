"""A relation that turned round among many columns is found by a small model, and what it costs."""

import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright import Project
from mlwright.judging.costs import Costs
from mlwright.judging.drawn import Drawn
from mlwright.watching.apart import teach, tell
from mlwright.watching.looking import Windows

TOML = """
[project]
target = "cost"
[collect]
source = "then.parquet"
[train]
families = ["linear"]
candidates = 1
experience = false
"""
STRONG = [0.9, 0.88, 0.86, 0.84, 0.82, 0.8, 0.78, 0.76, 0.74, 0.6]
"""Correlations of ten pairs of columns; the last one is none of those that are counted as pairs."""


def rows(n, seed, *, turned=False):
    """Twenty columns in pairs. Where the last two lean apart, the cost is hard to say; turned round, they mostly do."""
    rng = np.random.default_rng(seed)
    columns = {}
    for at, strong in enumerate(STRONG):
        sign = -1 if turned and at == len(STRONG) - 1 else 1
        one = rng.normal(size=n)
        columns[f"a{at}"], columns[f"b{at}"] = one, sign * strong * one + np.sqrt(1 - strong**2) * rng.normal(size=n)
    hard = columns["a9"] * columns["b9"] < 0
    columns["cost"] = 3 * columns["a0"] + np.where(hard, 3.0, 0.5) * rng.normal(size=n)
    return pa.table(columns)


def error(table):
    """Of the best answer there is."""
    return np.abs(table["cost"].to_numpy() - 3 * table["a0"].to_numpy()).mean()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    pq.write_table(rows(3_000, 0), folder / "then.parquet")
    (folder / "mlwright.toml").write_text(TOML)
    Project(folder).run(until="pack", n_jobs=1)
    return folder


def watched(trained, tmp_path, table):
    folder = tmp_path / "pairs"
    shutil.copytree(trained, folder)
    pq.write_table(table.drop_columns(["cost"]), tmp_path / "new.parquet")
    return Project(folder).watch(tmp_path / "new.parquet")


def test_rows_like_those_of_training_cannot_be_told_from_them(trained, tmp_path):
    response = watched(trained, tmp_path, rows(1_000, 1))
    assert (response.action, response.comparison.alerts, response.comparison.notes) == ("nothing", (), ())
    assert abs(response.comparison.memory.apart.area - 0.5) < 0.08


def test_a_relation_that_turned_round_is_told_with_its_columns_and_what_it_costs_at_least(trained, tmp_path):
    response = watched(trained, tmp_path, rows(1_000, 1, turned=True))
    alert = response.comparison.alerts[0]
    assert alert.what == "the inputs together"
    assert "'a9'" in alert.sentence
    assert "'b9'" in alert.sentence
    then, now = (error(rows(100_000, 2, turned=turned)) for turned in (False, True))
    assert 0 < alert.harm.loss.low < now - then
    assert "may cost more" in alert.harm.unknown
    assert alert.harm.n_labels >= 30


def test_by_chance_the_evidence_stays_what_it_promises():
    rng = np.random.default_rng(0)
    windows = Windows(np.zeros(300, np.int64), np.zeros(1), np.zeros(1))
    found = []
    for seed in range(150):
        cells = rng.integers(0, 10, size=(1_500, 6)).astype(np.uint8)
        drawn = Drawn(tuple("abcdef"), cells[:900], np.full(900, -1), Costs(np.arange(0), np.zeros(0), np.zeros(0)))
        model = teach(drawn, cells[900:1_200], seed)
        found.append(tell(model, cells[1_200:], np.zeros(300, np.int64), windows, drawn.names)[0])
    assert np.mean(found) < 1.0
    assert np.mean(np.array(found) >= 10) <= 0.1
