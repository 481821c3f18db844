"""A count of candidates in place of a clock: the same data, settings and seed give the same bundle."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright import Project

FAMILIES = ["linear", "lightgbm", "extra_trees"]


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    rng = np.random.default_rng(0)
    age, city = rng.normal(size=400), rng.choice(["Ulm", "Bonn", "Jena"], size=400)
    target = np.where(1.5 * age + (city == "Ulm") + rng.logistic(size=400) > 0, "yes", "no")
    file = tmp_path_factory.mktemp("data") / "people.parquet"
    pq.write_table(pa.table({"age": age, "city": city, "target": target}), file)
    return file


def bundle_of(folder: Path, table: Path, seed: int = 0, n_jobs: int = 1):
    sections = {
        "project": {"name": "people", "target": "target", "seed": seed},
        "collect": {"source": str(table)},
        "explore": {"skip": ["associations"]},
        "train": {"candidates": 3, "families": FAMILIES},
    }
    project = Project.create(folder, sections)
    project.run(until="pack", n_jobs=n_jobs)
    return project.bundle()


def test_two_runs_give_the_same_bundle_and_say_what_it_rests_on(tmp_path, table):
    first, second = (bundle_of(tmp_path / name, table) for name in ("a", "b"))
    assert first.manifest.bundle_id == second.manifest.bundle_id
    assert first.manifest.files == second.manifest.files
    making = first.manifest.making
    assert (making.seed, making.n_jobs, making.candidates) == (0, 1, 3)
    assert {"lightgbm", "scikit-learn", "numpy"} <= making.packages.keys()
    other = bundle_of(tmp_path / "c", table, seed=1)
    assert other.manifest.bundle_id != first.manifest.bundle_id
