"""What is read once for all stages of a run, and how long that takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mlwright.learning.load import load_after, open_model, open_s
from mlwright.records.model import CoreRef
from mlwright.testing.small_job import SmallJob, small_job


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> SmallJob:
    x = np.random.default_rng(0).normal(size=160)
    return small_job(tmp_path_factory.mktemp("job"), pa.table({"x": x, "y": 2 * x}), task="regression", test_share=0.5)


def test_stages_that_ask_one_model_read_it_once(job: SmallJob) -> None:
    assert open_model(job.training.model, job.run) is open_model(job.training.model, job.run)
    assert open_model(job.training.baseline, job.run) is not open_model(job.training.model, job.run)


def test_boosted_trees_take_longer_to_be_made_ready_than_other_cores_of_their_size(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(bytes(1_000_000))
    linear, boosted, symmetric = (
        open_s([CoreRef(form=form, blob=blob)], tmp_path.joinpath)
        for form, blob in (("linear", "a"), ("lightgbm", "b"), ("catboost", "c"))
    )
    assert (linear, boosted, symmetric) == pytest.approx((0.01, 0.07, 0.11))
    assert open_s([CoreRef(form="linear", blob="a")] * 2, tmp_path.joinpath) == linear


def test_the_load_knows_how_long_the_model_takes_to_be_read(job: SmallJob) -> None:
    load = load_after(job.training, job.profile.roles, job.split, job.run)
    cores = [core for member in job.training.model.members for core in member.cores]
    assert load.open_s == open_s(cores, job.run.path) > 0
