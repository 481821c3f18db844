"""What is packed has learned from the test rows too, once they have done their work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mlwright.learning.evaluate import evaluate
from mlwright.learning.finish import finish
from mlwright.learning.models.lightgbm import LightGBM
from mlwright.learning.models.linear import Linear
from mlwright.records.finished import Finished
from mlwright.records.model import Candidate
from mlwright.records.settings import EvaluateSettings, TrainSettings
from mlwright.records.trials import Recipe
from mlwright.scoring.model import Model
from mlwright.testing.small_job import SmallJob, small_job


def houses(n: int, seed: int = 0) -> pa.Table:
    """Forty numbers, of which each counts a little."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(n, 40))
    price = inputs @ np.linspace(0.2, 1.0, 40) + rng.normal(size=n)
    return pa.table({f"x{i}": inputs[:, i] for i in range(40)} | {"y": price})


def finished(job: SmallJob, settings: TrainSettings | None = None, recipe: Recipe | None = None) -> Finished:
    evaluation = evaluate(job.snapshot, job.profile, job.split, job.training, EvaluateSettings(), job.run)
    changed = {"n_folds": 5} if recipe is None else {"n_folds": 5, "recipes": (recipe,)}
    training = job.training.model_copy(update=changed)
    return finish(job.snapshot, job.profile, job.split, training, evaluation, settings or TrainSettings(), job.run)


def rmse(model: Model, table: pa.Table) -> float:
    return float(np.sqrt(np.mean((model.scores(table)[:, 0] - table["y"].to_numpy()) ** 2)))


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> SmallJob:
    return small_job(tmp_path_factory.mktemp("job"), houses(160), task="regression", test_share=0.5)


def test_the_packed_model_has_learned_from_the_test_rows_and_is_better_on_rows_to_come(job: SmallJob) -> None:
    found, new = finished(job), houses(2_000, seed=1)
    assert found.n_rows == 160
    assert found.again == ("linear",)
    before, after = (Model.load(spec, job.run.get) for spec in (job.training.model, found.model))
    assert rmse(after, new) < 0.9 * rmse(before, new)
    assert found.sentence == "The model was fitted once more, on all 160 rows."


def test_plan_threshold_and_weights_stay_as_they_were_tested(tmp_path: Path) -> None:
    table = houses(200)
    price = table["y"].to_numpy()
    binary = table.set_column(40, "y", pa.array(np.where(price > 0, "dear", "cheap")))
    job = small_job(tmp_path, binary)
    found = finished(job)
    assert found.again == ("linear",)
    before, after = job.training.model, found.model
    assert (after.plan, after.threshold, after.calibrator) == (before.plan, before.threshold, before.calibrator)
    assert [member.weight for member in after.members] == [member.weight for member in before.members]


@pytest.mark.parametrize(("light_bytes", "n_cores"), [(10**6, 4), (0, 1)])
def test_a_lonely_member_gets_further_seeds_only_while_its_cores_are_light(
    job: SmallJob, monkeypatch: pytest.MonkeyPatch, light_bytes: int, n_cores: int
) -> None:
    monkeypatch.setattr("mlwright.learning.finish.LIGHT_BYTES", light_bytes)
    assert cores_of_lonely_trees(job, fit_s=0.1) == n_cores


def test_what_the_first_of_the_last_fits_leave_of_the_time_goes_to_further_seeds(
    job: SmallJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the guess there is time for one fit; it takes some thousandths of a second."""
    monkeypatch.setattr("mlwright.learning.finish.finish_s", lambda run, load: 10.0)
    assert cores_of_lonely_trees(job, fit_s=3.0) == 4


def cores_of_lonely_trees(job: SmallJob, fit_s: float) -> int:
    """How many cores a model of a few trees has after the last fit, where a fit on the folds took so long."""
    trees = Candidate(name="extra_trees", family="extra_trees", params={"n_trees": 5, "min_samples_leaf": 1})
    (tested,) = job.training.model.members
    alone = job.training.model.model_copy(update={"members": (tested.model_copy(update={"candidate": trees.name}),)})
    recipe = Recipe(candidate=trees, chosen=({},), fit_s=fit_s, n_rows=80)
    training = job.training.model_copy(update={"n_folds": 5, "recipes": (recipe,), "model": alone})
    evaluation = evaluate(job.snapshot, job.profile, job.split, job.training, EvaluateSettings(), job.run)
    found = finish(job.snapshot, job.profile, job.split, training, evaluation, TrainSettings(), job.run)
    (member,) = found.model.members
    return len(member.cores)


def test_who_does_not_want_it_gets_the_model_that_was_tested(job: SmallJob) -> None:
    found = finished(job, TrainSettings(refit=False))
    assert found.model == job.training.model
    assert (found.n_rows, found.again) == (80, ())
    assert found.sentence == "The model stays as it was tested: train.refit is off."


def test_without_time_the_model_stays_as_it_was_tested(job: SmallJob) -> None:
    linear = Candidate(name="linear", family="linear")
    dear = Recipe(candidate=linear, chosen=({"strength": 1.0},), fit_s=100.0, n_rows=80)
    job.run.clock.budget_s = job.run.clock.elapsed_s + 20.0
    try:
        found = finished(job, recipe=dear)
    finally:
        job.run.clock.budget_s = None
    assert found.model == job.training.model
    assert "no time" in found.sentence


def test_a_member_that_is_late_by_little_is_fitted_over_fewer_rounds(
    job: SmallJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refit(self: LightGBM, candidate, rows, chosen, context):  # type: ignore[no-untyped-def]
        asked.append(chosen)

    monkeypatch.setattr(LightGBM, "refit", refit)
    monkeypatch.setattr("mlwright.learning.finish.finish_s", lambda run, load: 10.0)
    boosted = Candidate(name="lightgbm", family="lightgbm")
    for fit_s in (3.0, 5.0, 8.0):
        chosen = {"n_rounds": 100.0, "n_rows": 80.0}
        finished(job, recipe=Recipe(candidate=boosted, chosen=(chosen,), fit_s=fit_s, n_rows=80))
    assert asked == [[{"n_rounds": 100.0, "n_rows": 80.0}], [{"n_rounds": pytest.approx(70.0), "n_rows": 80.0}]]


def test_a_last_fit_that_goes_wrong_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = small_job(tmp_path, houses(160), task="regression", test_share=0.5)
    honest = Linear.refit

    def upside_down(self: Linear, candidate, rows, chosen, context):  # type: ignore[no-untyped-def]
        return honest(self, candidate, type(rows)(rows.blocks, -rows.target), chosen, context)

    monkeypatch.setattr(Linear, "refit", upside_down)
    found = finished(job)
    assert found.model == job.training.model
    assert "no better" in found.sentence


def test_a_last_fit_that_fails_leaves_the_model_that_was_tested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*given: object) -> None:
        raise ArithmeticError("it does not converge")

    job = small_job(tmp_path, houses(160), task="regression", test_share=0.5)
    monkeypatch.setattr(Linear, "refit", fails)
    assert finished(job).model == job.training.model


def test_limits_of_the_user_hold_for_what_is_packed(job: SmallJob) -> None:
    assert finished(job, TrainSettings(max_size=10**6, max_latency=10.0)).again == ("linear",)
    found = finished(job, TrainSettings(max_size=10))
    assert found.model == job.training.model
    assert "max_size" in found.sentence


def test_where_one_fold_had_to_do_for_want_of_time_the_test_rows_are_learned_from_all_the_same(job: SmallJob) -> None:
    assert job.training.n_folds == 1
    assert in_a_minute(job).again == ("linear",)


def test_of_very_many_rows_more_are_not_worth_the_time(job: SmallJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlwright.learning.finish.gains_by_more_rows", lambda n_rows, n_folds: False)
    found = in_a_minute(job)
    assert found.model == job.training.model
    assert "so many rows" in found.sentence


def in_a_minute(job: SmallJob) -> Finished:
    evaluation = evaluate(job.snapshot, job.profile, job.split, job.training, EvaluateSettings(), job.run)
    job.run.clock.budget_s = job.run.clock.elapsed_s + 60.0
    try:
        given = (job.snapshot, job.profile, job.split, job.training, evaluation, TrainSettings(), job.run)
        return finish(*given)
    finally:
        job.run.clock.budget_s = None
