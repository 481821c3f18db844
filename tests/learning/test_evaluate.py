from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mlwright.learning.evaluate import evaluate
from mlwright.learning.unseen import kept_scores, kept_target
from mlwright.records.evaluation import Evaluation, MetricResult
from mlwright.records.settings import EvaluateSettings
from mlwright.records.trials import LeaderboardRow
from mlwright.testing.small_job import SmallJob, small_job


def customers(n: int = 400, seed: int = 0, share: float = 0.3) -> pa.Table:
    """Who leaves depends on `age` and, less, on `plan`."""
    rng = np.random.default_rng(seed)
    age, plan = rng.normal(size=n), rng.choice(["basic", "plus", "pro"], size=n)
    logit = 1.5 * age + (plan == "pro") + math.log(share / (1 - share))
    left = rng.random(n) < 1 / (1 + np.exp(-logit))
    return pa.table({"age": age, "plan": plan, "noise": rng.normal(size=n), "y": np.where(left, "yes", "no")})


def evaluated(job: SmallJob, level: float = 0.95) -> Evaluation:
    settings = EvaluateSettings(level=level)
    return evaluate(job.snapshot, job.profile, job.split, job.training, settings, job.run)


def metric(evaluation: Evaluation, name: str) -> MetricResult:
    return next(found for found in evaluation.metrics if found.name == name)


def test_a_model_that_knows_something_is_better_than_the_dummy_beyond_doubt(tmp_path: Path) -> None:
    evaluation = evaluated(small_job(tmp_path, customers(2000)))
    assert evaluation.metrics[0].name == "log_loss"
    assert all(metric(evaluation, name).gain_over_baseline.low > 0 for name in ("log_loss", "roc_auc", "brier"))
    assert metric(evaluation, "roc_auc").model.low < 0.85 < metric(evaluation, "roc_auc").model.high + 0.03


def test_figures_are_those_of_the_kept_predictions(tmp_path: Path) -> None:
    job = small_job(tmp_path, customers())
    evaluation = evaluated(job)
    target = kept_target(evaluation.truth, job.run)
    said = kept_scores(evaluation.predictions, len(target), job.run)[:, 0]
    loss = -np.log(np.where(target == 1, said, 1 - said)).mean()
    assert metric(evaluation, "log_loss").model.value == pytest.approx(loss)
    assert evaluation.n_rows == len(target) == job.split.n_test


def test_counts_of_answers_are_those_at_the_chosen_threshold(tmp_path: Path) -> None:
    job = small_job(tmp_path, customers())
    evaluation = evaluated(job)
    assert evaluation.confusion is not None
    target = kept_target(evaluation.truth, job.run)
    answers = kept_scores(evaluation.predictions, len(target), job.run)[:, 0] >= (job.training.model.threshold or 0.5)
    (_, false_alarms), (missed, found) = evaluation.confusion.counts
    assert evaluation.confusion.classes == ("no", "yes")
    assert found == (answers & (target == 1)).sum()
    assert false_alarms == (answers & (target == 0)).sum()
    assert found + missed == target.sum()


def test_twenty_rows_and_one_class_missing_among_them(tmp_path: Path) -> None:
    table = customers(400, share=0.08)
    last = np.flatnonzero(np.array(table["y"]) == "no")[:20]
    order = np.concatenate([np.setdiff1d(np.arange(400), last), last])
    table = table.take(order).append_column("day", pa.array(np.arange(400), pa.timestamp("s")))
    evaluation = evaluated(small_job(tmp_path, table, kinds={"day": "date"}, time="day", test_share=0.05))
    assert evaluation.n_rows == 20
    names = {found.name for found in evaluation.metrics}
    assert "log_loss" in names
    assert not {"roc_auc", "recall"} & names


def test_a_handful_of_rows_is_no_reason_to_fail(tmp_path: Path) -> None:
    assert evaluated(small_job(tmp_path, customers(100), test_share=0.03)).n_rows == 3


def test_a_record_with_undefined_figures_survives_being_kept(tmp_path: Path) -> None:
    evaluation = evaluated(small_job(tmp_path, customers(300, share=0.1)))
    assert math.isnan(metric(evaluation, "precision").baseline.value)
    again = Evaluation.model_validate_json(evaluation.model_dump_json())
    assert again.digest() == evaluation.digest()


def test_the_same_job_gives_the_same_evaluation(tmp_path: Path) -> None:
    first, second = (evaluated(small_job(tmp_path / name, customers())) for name in ("a", "b"))
    assert first == second


def test_a_higher_level_gives_wider_intervals(tmp_path: Path) -> None:
    job = small_job(tmp_path, customers())
    narrow, wide = (evaluated(job, level).metrics[0].model for level in (0.8, 0.99))
    assert wide.high - wide.low > narrow.high - narrow.low
    assert wide.level == 0.99


def test_several_classes(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=600)
    kind = np.array(["a", "b", "c"])[np.digitize(x + 0.5 * rng.normal(size=600), [-0.5, 0.5])]
    evaluation = evaluated(small_job(tmp_path, pa.table({"x": x, "y": kind}), task="multiclass"))
    assert metric(evaluation, "log_loss").gain_over_baseline.low > 0
    assert evaluation.confusion is not None
    assert len(evaluation.confusion.counts) == 3
    assert {curve.name for curve in evaluation.curves} >= {"ROC of a", "ROC of b", "ROC of c"}
    assert evaluation.calibration_error is not None


def test_numbers(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=600)
    evaluation = evaluated(
        small_job(tmp_path, pa.table({"x": x, "y": 3 * x + rng.normal(size=600)}), task="regression")
    )
    assert metric(evaluation, "rmse").model.low < 1.0 < metric(evaluation, "rmse").model.high
    assert metric(evaluation, "r2").model.value > 0.8
    assert evaluation.confusion is None
    assert evaluation.calibration == ()
    assert len(evaluation.tenths) == 10
    assert [curve.name for curve in evaluation.curves] == ["Predicted against true", "Quantiles"]


def test_curves_are_small_and_end_where_they_should(tmp_path: Path) -> None:
    roc, precision, gains = evaluated(small_job(tmp_path, customers(3000))).curves
    assert len(roc.x) <= 200
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1]) == (0, 0, 1, 1)
    assert precision.x[-1] == 1
    assert max(precision.y) <= 1
    assert (gains.x[0], gains.y[0], gains.x[-1], gains.y[-1]) == (0, 0, 1, 1)


def test_rows_of_a_group_make_wider_intervals(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    house = np.repeat(np.arange(80), 10)
    table = pa.table({"x": rng.normal(size=800), "house": house, "y": rng.normal(size=80)[house]})
    grouped = evaluated(small_job(tmp_path / "a", table, task="regression", group="house")).metrics[0].model
    plain = evaluated(small_job(tmp_path / "b", table.drop(["house"]), task="regression")).metrics[0].model
    assert "groups" in grouped.method
    assert grouped.high - grouped.low > 1.5 * (plain.high - plain.low)


def test_a_search_that_was_too_hopeful_is_seen(tmp_path: Path) -> None:
    job = small_job(tmp_path, customers(2000))
    here = evaluated(job).metrics[0].model.value
    row = LeaderboardRow(
        name="ensemble", family="ensemble", score=here - 0.2, score_error=0.01, n_folds=5, fit_s=1.0, chosen=True
    )
    hopeful = evaluated(job._replace(training=job.training.model_copy(update={"leaderboard": (row,)}))).overfit
    assert hopeful is not None
    assert hopeful.value == pytest.approx(0.2)
    assert hopeful.low > 0


def test_of_very_many_classes_the_average_precision_is_left_out(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    place = np.repeat(np.arange(60), 10)
    table = pa.table({"x": place + 0.3 * rng.normal(size=600), "y": [f"class {each}" for each in place]})
    evaluation = evaluated(small_job(tmp_path, table, task="multiclass"))
    assert evaluation.confusion is not None
    assert len(evaluation.confusion.classes) == 60
    assert {found.name for found in evaluation.metrics} == {
        "log_loss",
        "roc_auc",
        "brier",
        "accuracy",
        "balanced_accuracy",
        "f1",
    }


def test_classes_in_an_order_are_also_judged_by_how_far_off_answers_are(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    age = rng.normal(size=600)
    level = np.clip(np.round(age + rng.normal(size=600) / 2) + 1, 0, 2).astype(int)
    table = pa.table({"age": age, "y": np.array(["a", "b", "c"])[level]})
    job = small_job(tmp_path, table, task="multiclass")
    assert not {"ranked_probability", "mean_steps"} & {each.name for each in evaluated(job).metrics}
    asked = job.profile.roles.asked
    assert asked is not None
    roles = job.profile.roles.model_copy(update={"asked": asked.model_copy(update={"are_ordered": True})})
    ordered = job._replace(profile=job.profile.model_copy(update={"roles": roles}))
    evaluation = evaluated(ordered)
    target = kept_target(evaluation.truth, job.run)
    said = kept_scores(evaluation.predictions, len(target), job.run)
    steps = np.abs(said.argmax(axis=1) - target).mean()
    assert metric(evaluation, "mean_steps").model.value == pytest.approx(steps)
    assert metric(evaluation, "ranked_probability").gain_over_baseline.low > 0
