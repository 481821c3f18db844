"""What a model has learned is seen from outside: what it relies on, how answers move, what acts together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mlwright.judging.explain import explain
from mlwright.learning.evaluate import evaluate
from mlwright.records.settings import EvaluateSettings
from mlwright.records.understanding import Understanding
from mlwright.testing.small_job import small_job


def understood(folder: Path, table: pa.Table, task: str, **roles: Any) -> Understanding:
    job = small_job(folder, table, task=task, **roles)
    evaluation = evaluate(job.snapshot, job.profile, job.split, job.training, EvaluateSettings(), job.run)
    return explain(job.snapshot, job.profile, job.split, job.training, evaluation, job.run)


def numbers(n: int = 800) -> pa.Table:
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=n), rng.normal(size=n)
    plan = rng.choice(["basic", "pro"], n)
    return pa.table({"x": x, "noise": noise, "plan": plan, "y": 3 * x + 2.0 * (plan == "pro") + rng.normal(size=n)})


def test_what_matters_is_told_from_what_does_not(tmp_path: Path) -> None:
    found = understood(tmp_path, numbers(), "regression")
    assert [one.input for one in found.reliance][:2] == ["x", "plan"]
    by_name = {one.input: one.lost for one in found.reliance}
    assert by_name["x"].low > 0.3
    assert by_name["plan"].low > 0
    assert by_name["noise"].low <= 0.01


def test_answers_move_as_the_model_was_taught(tmp_path: Path) -> None:
    found = understood(tmp_path, numbers(), "regression")
    assert found.of_what == "y"
    x, plan = found.effects[:2]
    slopes = np.diff(x.mean) / np.diff(x.values)
    assert slopes == pytest.approx(np.full(len(slopes), 3.0), abs=0.3)
    by_name = dict(zip(plan.labels, plan.mean, strict=True))
    assert by_name["pro"] - by_name["basic"] == pytest.approx(2.0, abs=0.3)
    assert all(low <= mean <= high for low, mean, high in zip(x.low, x.mean, x.high, strict=True))


def test_in_a_sum_nothing_acts_together(tmp_path: Path) -> None:
    assert understood(tmp_path, numbers(), "regression").together == ()


def test_of_two_classes_the_probability_of_the_positive_one_is_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=800)
    y = np.where(rng.random(800) < 1 / (1 + np.exp(-2 * x)), "yes", "no")
    table = pa.table({"x": x, "z": rng.normal(size=800), "y": y})
    found = understood(tmp_path, table, "binary")
    assert found.of_what == "the probability of 'yes'"
    assert found.reliance[0].input == "x"
    assert found.effects[0].mean[0] < found.effects[0].mean[-1]


def test_what_was_said_and_what_happened_is_told_band_by_band(tmp_path: Path) -> None:
    found = understood(tmp_path, numbers(), "regression")
    by_name = {one.column: one.bands for one in found.along}
    assert sum(band.n_rows for band in by_name["x"]) == 400
    assert [band.said for band in by_name["x"]] == sorted(band.said for band in by_name["x"])
    assert sum(band.happened.low <= band.said <= band.happened.high for band in by_name["x"]) >= 6
    plan = {band.label: band for band in by_name["plan"]}
    assert plan["pro"].happened.value - plan["basic"].happened.value == pytest.approx(2.0, abs=0.8)
    assert plan["pro"].loss == pytest.approx(np.sqrt(2 / np.pi), abs=0.15)  # of noise with a spread of 1


def test_a_column_of_time_comes_first(tmp_path: Path) -> None:
    days = pa.array(np.datetime64("2024-01-01") + np.arange(800))
    found = understood(tmp_path, numbers().append_column("day", days), "regression", kinds={"day": "date"}, time="day")
    assert found.along[0].column == "day"
    assert found.along[0].is_time
    assert [one.is_time for one in found.along[1:]] == [False] * (len(found.along) - 1)


def test_several_bands_of_a_day_are_told_by_the_minute(tmp_path: Path) -> None:
    moments = pa.array(np.datetime64("2024-01-01T00:00:00") + np.arange(800) * np.timedelta64(300, "s"))
    table = numbers().append_column("at", moments)
    found = understood(tmp_path, table, "regression", kinds={"at": "date"}, time="at")
    labels = [band.label for band in found.along[0].bands]
    assert len(set(labels)) == len(labels) == 12
    assert all(":" in label for label in labels)


def test_single_rows_are_those_of_the_table_and_their_reasons_add_up(tmp_path: Path) -> None:
    table = numbers()
    found = understood(tmp_path, table, "regression")
    assert [case.title for case in found.cases][:2] == ["The highest answer", "The lowest answer"]
    for case in found.cases:
        row = table.slice(case.row - 1, 1).to_pylist()[0]
        assert float(case.truth.replace(",", "")) == pytest.approx(row["y"], rel=1e-3)
        added = sum(reason.adds for reason in case.reasons)
        assert added == pytest.approx(case.score - case.typical, abs=0.3)
    assert [case.reasons[0].input for case in found.cases[:2]] == ["x", "x"]
    assert found.cases[0].score > found.cases[1].score


def test_of_two_classes_the_surest_and_the_least_expected_are_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=800)
    table = pa.table({"x": x, "y": np.where(rng.random(800) < 1 / (1 + np.exp(-2 * x)), "yes", "no")})
    found = {case.title: case for case in understood(tmp_path, table, "binary").cases}
    assert found["The surest 'yes'"].answer == "yes"
    missed = found["'yes' in truth, and least expected"]
    assert missed.truth == table["y"][missed.row - 1].as_py() == "yes"
    assert missed.score < found["Where it wavers most"].score < found["The surest 'yes'"].score


def test_a_model_without_a_gain_relies_on_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pa.table({"x": rng.normal(size=200), "y": rng.permutation(200).astype(float)})
    found = understood(tmp_path, table, "regression")
    assert all(one.lost.low <= 0 for one in found.reliance)
