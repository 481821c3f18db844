from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.signal import lfilter
from scipy.special import expit

from mlwright.core.ahead import Ahead, Load
from mlwright.core.errors import MlwrightError, RunCancelled
from mlwright.judging.probe import _in_order, _is_moderate, need, probe
from mlwright.judging.probes import PROBES
from mlwright.learning.evaluate import evaluate
from mlwright.records.findings import NO_TIME
from mlwright.records.robustness import ProbeResult, Robustness
from mlwright.records.settings import DecideSettings, EvaluateSettings, ProbeSettings
from mlwright.testing.small_job import SmallJob, small_job


def patients(n: int = 1200, seed: int = 0) -> pa.Table:
    """Who is ill depends on `pressure` most, on `ward` a little, and on `noise` not at all."""
    rng = np.random.default_rng(seed)
    pressure, ward = rng.normal(120, 15, n), rng.choice(["east", "west"], n)
    logit = 0.15 * (pressure - 120) + 0.5 * (ward == "west")
    ill = rng.random(n) < 1 / (1 + np.exp(-logit))
    day = np.datetime64("2024-01-01") + np.sort(rng.integers(0, 700, n))
    return pa.table(
        {
            "noise": rng.normal(120, 15, n),
            "ward": ward,
            "pressure": pressure,
            "day": pa.array(day, pa.date32()),
            "y": np.where(ill, "ill", "well"),
        }
    )


def job_of(folder: Path, table: pa.Table, **options: object) -> SmallJob:
    job = small_job(folder, table, kinds={"day": "date"}, **options)  # type: ignore[arg-type]
    importance = {name: 0.5 if name == "pressure" else 0.01 for name in ("pressure", "ward", "noise", "day")}
    return job._replace(training=job.training.model_copy(update={"importance": importance}))


def probed(job: SmallJob, *skip: str) -> Robustness:
    evaluation = evaluate(job.snapshot, job.profile, job.split, job.training, EvaluateSettings(), job.run)
    settings = ProbeSettings(skip=skip)
    return probe(job.snapshot, job.profile, job.split, job.training, evaluation, settings, DecideSettings(), job.run)


def result(robustness: Robustness, name: str, strength: float = 1.0) -> ProbeResult:
    return next(r for r in robustness.results if r.probe == name and r.strength == strength)


@pytest.fixture(scope="module")
def robustness(tmp_path_factory: pytest.TempPathFactory) -> Robustness:
    return probed(job_of(tmp_path_factory.mktemp("ward"), patients()))


def test_the_loss_of_the_one_column_that_matters_costs_the_whole_gain(robustness: Robustness) -> None:
    gone = result(robustness, "column_gone")
    assert gone.title == "A column is gone: pressure"
    assert gone.loss.low > 0
    assert gone.lost_share == pytest.approx(1.0, abs=0.3)
    assert gone.answers_changed > 0.2


def test_more_of_the_same_harms_more(robustness: Robustness) -> None:
    for name in ("missing_values", "noise", "mixed_up_rows"):
        losses = [result(robustness, name, strength).loss.value for strength in (0.1, 0.3, 1.0)]
        assert losses == sorted(losses)


def test_most_harmful_first_and_every_probe_is_told_of(robustness: Robustness) -> None:
    shares = [found.lost_share for found in robustness.results]
    assert shares == sorted(shares, reverse=True)
    told = {found.probe for found in robustness.results} | {skipped.name for skipped in robustness.skipped}
    assert told == set(PROBES.names())
    assert {skipped.name for skipped in robustness.skipped} >= {"text_damage", "cut_text"}


def test_sentences_say_what_was_done_and_what_it_cost(robustness: Robustness) -> None:
    sentence = result(robustness, "missing_values", 0.3).sentence
    assert sentence.startswith("If 15 % of all values are missing, log loss goes from 0.")
    assert "of what the model gains over one that knows nothing is lost" in sentence
    assert "of the answers change. The service would note it in" in sentence


def test_a_model_that_holds_up_in_time_does_not_lose_in_the_latest_rows(tmp_path: Path) -> None:
    late = result(probed(job_of(tmp_path, patients(3000), time="day")), "later_period", 0.5)
    assert late.loss.low < 0 < late.loss.high


def test_a_world_that_turns_is_seen_in_the_latest_rows(tmp_path: Path) -> None:
    table = patients(3000)
    turned = np.array(table["pressure"]).copy()
    turned[2250:] = 240 - turned[2250:]
    table = table.set_column(2, "pressure", pa.array(turned))
    late = result(probed(job_of(tmp_path, table, time="day")), "later_period", 0.5)
    assert late.loss.low > 0
    assert late.lost_share >= 1


def test_the_same_job_gives_the_same_results(robustness: Robustness, tmp_path: Path) -> None:
    assert probed(job_of(tmp_path, patients())) == robustness


def test_numbers_are_probed_too(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=800)
    table = pa.table({"x": x, "z": rng.normal(size=800), "y": 3 * x + rng.normal(size=800)})
    gone = result(probed(small_job(tmp_path, table, task="regression")), "column_gone")
    assert gone.title == "A column is gone: x"
    assert gone.lost_share > 0.8


def test_what_is_to_be_skipped_is_skipped_and_unknown_names_are_errors(tmp_path: Path) -> None:
    job = job_of(tmp_path, patients(300))
    assert "noise" not in {found.probe for found in probed(job, "noise").results}
    with pytest.raises(MlwrightError, match="nois"):
        probed(job, "nois")


def test_little_time_means_fewer_rows_and_the_weightiest_questions(tmp_path: Path) -> None:
    job = job_of(tmp_path, patients(3000))
    slow = job._replace(training=job.training.model_copy(update={"answer_s": 1e-3}))
    slow.run.ahead = Ahead(lambda: 0.1, partial(need, run=slow.run))
    robustness = probed(slow)
    assert robustness.n_rows == 100
    assert {found.probe for found in robustness.results} >= {"missing_values", "noise", "outliers", "mixed_up_rows"}


def test_where_no_time_is_left_the_usual_questions_are_asked_and_the_others_are_said_to_be_missing(
    tmp_path: Path,
) -> None:
    job = job_of(tmp_path, patients(300))
    job.run.ahead = Ahead(lambda: 0.0)
    found = probed(job)
    usual = {name for name in PROBES.names() if PROBES.get(name).usual}
    assert {result.probe for result in found.results} == usual
    assert found.n_unasked == sum(map(_is_moderate, _tasks())) - len(usual)
    assert found.cut_short
    assert {skipped.reason for skipped in found.skipped} == {NO_TIME}


def test_a_slow_model_needs_more_time_for_its_probes(tmp_path: Path) -> None:
    run = job_of(tmp_path, patients(300)).run
    quick, slow = (need(Load(answer_s, n_rows=5_000, n_test=1_000), run) for answer_s in (1e-5, 1e-3))
    assert slow.least_s - quick.least_s == pytest.approx(8 * 100 * 0.99e-3)
    assert slow.most_s == quick.most_s == 6.0


def test_a_cancel_ends_it(tmp_path: Path) -> None:
    job = job_of(tmp_path, patients(300))
    evaluation = evaluate(job.snapshot, job.profile, job.split, job.training, EvaluateSettings(), job.run)
    job.run.clock.cancel_file.touch()
    job.run.clock._looked = 0.0
    with pytest.raises(RunCancelled):
        probe(
            job.snapshot, job.profile, job.split, job.training, evaluation, ProbeSettings(), DecideSettings(), job.run
        )


def test_it_is_told_whether_the_service_would_notice(robustness: Robustness) -> None:
    loud, silent = result(robustness, "column_gone"), result(robustness, "mixed_up_rows")
    assert loud.noted_share == pytest.approx(1.0, abs=0.02)
    assert "The service would note it in most records." in loud.sentence
    assert silent.noted_share == pytest.approx(0.0, abs=0.01)
    assert "would not notice a single record" in silent.sentence


def test_without_a_benefit_table_no_money_is_told(robustness: Robustness) -> None:
    assert all(found.cost is None for found in robustness.results)


def test_what_a_fault_costs_is_told_in_the_users_money(tmp_path: Path) -> None:
    job = job_of(tmp_path, patients())
    evaluation = evaluate(job.snapshot, job.profile, job.split, job.training, EvaluateSettings(), job.run)
    money = DecideSettings(benefit={"true_positive": 100, "false_positive": -60})
    records = (job.snapshot, job.profile, job.split, job.training, evaluation)
    gone = result(probe(*records, ProbeSettings(), money, job.run), "column_gone")
    assert gone.cost is not None
    assert gone.cost.low > 0
    assert "That costs" in gone.sentence
    assert "per 1,000 cases" in gone.sentence


def test_wrong_labels_cost_what_a_quick_model_loses_by_them(robustness: Robustness) -> None:
    few, many = (result(robustness, "label_noise", strength) for strength in (0.1, 1.0))
    assert many.quick_model == "linear"
    assert many.loss.low > 0
    assert many.loss.value > few.loss.value
    assert many.noted_share is None
    assert "20 % more of the training labels are wrong" in many.sentence
    assert "(a quick linear that learned both ways)" in many.sentence
    assert many.sentence.endswith(
        "The service cannot notice it; `mlwright check` looks for labels that nothing explains."
    )


def test_a_group_of_its_own_kind_is_missed_when_it_was_not_learned_from(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x, city = rng.normal(size=2400), rng.choice(["a", "b", "c"], 2400)
    y = x + np.where(city == "c", 6.0, 0.0) + rng.normal(size=2400)
    job = small_job(tmp_path, pa.table({"x": x, "city": city, "y": y}), task="regression")
    left_out = result(probed(job), "left_out_group")
    assert left_out.title == "A group that was not learned from: city is 'c'"
    assert left_out.loss.low > 2


def test_rows_of_one_kind_cannot_be_told_apart_and_rows_of_a_new_time_can(
    tmp_path: Path, robustness: Robustness
) -> None:
    alike = result(robustness, "unlike_training", 0.5)
    assert "Test rows cannot be told from training rows (area under the ROC curve 0." in alike.sentence
    table = patients(3000)
    drifting = np.array(table["noise"]) + np.where(np.arange(3000) > 1500, 30, 0)
    table = table.set_column(0, "noise", pa.array(drifting))
    told = result(probed(job_of(tmp_path, table, time="day")), "unlike_training", 0.5)
    assert "Test rows can be told from training rows" in told.sentence
    assert told.sentence.endswith("most by 'noise'.")


def test_hours_go_round_and_move_the_day(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    hour = rng.integers(0, 24, 1600)
    rented = 100.0 * np.isin(hour, (8, 9, 17, 18)) + rng.normal(size=1600)
    busy = np.where(rented > 50, "busy", "calm")
    table = pa.table({"hr": hour, "rush": np.isin(hour, (8, 9, 17, 18)).astype(float), "y": busy})
    found = probed(small_job(tmp_path, table), "label_noise", "left_out_group")
    assert {r.strength for r in found.results if r.probe == "shifted_hours"} == {0.1, 0.3, 1.0}
    assert result(found, "shifted_hours", 0.3).sentence.startswith("If all times of the day are 4 hours later")
    assert "shifted_hours" in {skipped.name for skipped in probed(job_of(tmp_path / "no", patients(400))).skipped}


def test_a_feed_that_is_stuck_harms_a_model_of_what_changes(tmp_path: Path) -> None:
    rng, table = np.random.default_rng(0), patients(2000)
    pressure = lfilter([0.7], [1, -0.7], rng.normal(size=2000))
    ill = rng.random(2000) < expit(4 * pressure)
    day = np.datetime64("2024-01-01T00:00:00") + 3600 * np.arange(2000)
    feed = {
        "noise": table["noise"],
        "ward": table["ward"],
        "pressure": pressure,
        "day": pa.array(day, pa.timestamp("s")),
    }
    feeds = pa.table({**feed, "y": np.where(ill, "ill", "well")})
    found = probed(job_of(tmp_path, feeds, time="day"), "label_noise", "left_out_group")
    assert result(found, "stale_values", 1.0).lost_share > 0.4
    assert result(found, "stale_values", 0.1).lost_share < 0.3


def test_cases_of_their_own_cannot_be_stuck(tmp_path: Path) -> None:
    found = probed(job_of(tmp_path, patients(2000), time="day"), "label_noise", "left_out_group")
    assert "no input is like the one of the record before" in next(
        skipped.reason for skipped in found.skipped if skipped.name == "stale_values"
    )


def test_where_time_is_short_every_probe_is_asked_once_before_one_is_asked_again() -> None:
    always, others = _in_order(_tasks())
    order = [name for name, _ in [*always, *others]]
    moderate = {name for name, strength in _tasks() if _is_moderate((name, strength))}
    new = [name for name in order if name not in moderate]
    assert set(order[: len(moderate)]) == moderate
    assert order[len(moderate) : len(moderate) + len(new)] == new
    assert order.index("noise") < order.index("cut_text") < order.index("unit_change") < order.index("label_noise")


def _tasks() -> list[tuple[str, float]]:
    return [(name, strength) for name in PROBES.names() for strength in PROBES.get(name).strengths]
