"""Mistakes are grouped by what is more than chance, and each group has the remedy that was planted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mlwright.judging.diagnose import diagnose
from mlwright.judging.probe import probe
from mlwright.learning.evaluate import evaluate
from mlwright.records.diagnosis import Diagnosis, Mistakes
from mlwright.records.robustness import Robustness
from mlwright.records.settings import DecideSettings, EvaluateSettings, ProbeSettings
from mlwright.testing.small_job import SmallJob, small_job

NOT_PROBED = Robustness(metric="log_loss", results=(), skipped=())


def diagnosed(job: SmallJob, *, probed: bool = False, **decide: object) -> Diagnosis:
    start, wanted = (job.snapshot, job.profile, job.split, job.training), DecideSettings.model_validate(decide)
    evaluation = evaluate(*start, EvaluateSettings(), job.run)
    robustness = probe(*start, evaluation, ProbeSettings(), wanted, job.run) if probed else NOT_PROBED
    return diagnose(*start, evaluation, robustness, EvaluateSettings(), wanted, job.run)


def of(diagnosis: Diagnosis, remedy: str) -> Mistakes:
    return next(mistakes for mistakes in diagnosis.mistakes if mistakes.remedy == remedy)


def customers(n: int, seed: int, wrong: float = 0.0) -> pa.Table:
    """Who leaves depends on age alone; of some labels another is said."""
    rng = np.random.default_rng(seed)
    age = rng.normal(size=n)
    left = rng.random(n) < 1 / (1 + np.exp(-4 * age))
    said = np.where(rng.random(n) < wrong, ~left, left)
    return pa.table({"age": age, "noise": rng.normal(size=n), "y": np.where(said, "yes", "no")})


def test_where_a_model_is_right_about_its_doubt_no_group_is_told(tmp_path: Path) -> None:
    told = 0
    for seed in range(20):
        job = small_job(tmp_path / str(seed), customers(600, seed), seed=seed)
        told += any(mistakes.p_value is not None for mistakes in diagnosed(job).mistakes)
    assert told <= 3  # 5 in 100 are allowed for, and 3 of 20 are within chance of that


def test_wrong_labels_of_late_are_suspected(tmp_path: Path) -> None:
    """A new clerk has mixed up one label in ten among the latest rows, which are those of the test."""
    rng, table = np.random.default_rng(0), customers(3000, 0)
    wrong = (rng.random(3000) < 0.1) & (np.arange(3000) >= 1500)
    labels = np.array(table["y"].to_pylist())
    labels[wrong] = np.where(labels[wrong] == "no", "yes", "no")
    day = pa.array(np.datetime64("2024-01-01") + np.arange(3000), pa.date32())
    table = table.set_column(2, "y", pa.array(labels)).append_column("day", day)
    job = small_job(tmp_path, table, kinds={"day": "date"}, time="day", ignore=("day",))
    found = of(diagnosed(job), "labels_to_look_at")
    assert found.p_value is not None
    assert found.p_value < 0.01
    assert np.isin(found.rows, np.flatnonzero(wrong)).mean() > 0.9
    assert (found.gain, found.gain_is) == (None, "not known")
    priced = of(diagnosed(job, probed=True), "labels_to_look_at")
    assert priced.gain_is == "about"
    assert priced.gain is not None
    assert priced.gain.low <= priced.gain.value <= priced.gain.high


def test_a_value_that_helps_is_to_be_collected(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    income, age = rng.normal(size=2000), rng.normal(size=2000)
    y = 5 * income + age + rng.normal(size=2000)
    table = pa.table({"income": pa.array(income, mask=rng.random(2000) < 0.3), "age": age, "y": y})
    found = of(diagnosed(small_job(tmp_path, table, task="regression")), "collect_the_value")
    assert found.where == "income is missing"
    assert found.advice == "Collect 'income' where it is missing."
    assert found.gain_is == "about"
    assert found.gain is not None
    assert 0 < found.gain.low < found.gain.value < found.gain.high


def test_a_person_is_handed_the_cases_that_could_go_either_way(tmp_path: Path) -> None:
    table = {"true_positive": 50.0, "false_positive": -10.0}
    found = of(diagnosed(small_job(tmp_path, customers(1500, 0)), benefit=table), "hand_to_a_person")
    assert found.p_value is None
    assert found.where.startswith("the probability is nearest to ")
    assert found.n_rows == 75
    assert found.money is not None
    assert found.money.low > 0
    assert f"costs less than {found.money.value / 100:.3g}" in found.advice


def test_a_part_that_lacks_rows_is_told_from_one_that_lacks_a_column(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x, shop = rng.normal(size=3000), rng.choice(["old", "new"], 3000, p=[0.8, 0.2])
    y = 3 * x + rng.normal(size=3000) * np.where(shop == "new", 6.0, 1.0)
    found = of(diagnosed(small_job(tmp_path, pa.table({"x": x, "shop": shop, "y": y}), task="regression")), "more_rows")
    assert found.where == "shop is 'new'"
    assert found.advice.startswith("Look for a column that tells these rows apart")
    assert found.gain is not None
    assert found.gain_is == "at most"
    assert found.share_of_loss == pytest.approx(0.6, abs=0.1)


def test_the_same_job_gives_the_same_diagnosis(tmp_path: Path) -> None:
    first, second = (diagnosed(small_job(tmp_path / name, customers(600, 1))) for name in "ab")
    assert first == second
