"""How fits are planned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mlwright.core.ahead import Ahead
from mlwright.core.pace import Pace
from mlwright.learning.data import Said, load_training
from mlwright.learning.search.course import Course
from mlwright.learning.search.setup import set_up
from mlwright.learning.search.stop import Mark, Progress
from mlwright.records.settings import CleanSettings, TrainSettings
from mlwright.testing.small_job import SmallJob, small_job


class At(Pace):
    def __init__(self, times: float) -> None:
        super().__init__(threads=dict)
        self._own = times


@pytest.fixture
def job(tmp_path: Path) -> SmallJob:
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    return small_job(tmp_path, pa.table({"x": x, "y": np.where(x + rng.normal(size=400) > 0, "a", "b")}))


def course(job: SmallJob, *, times: float, left_s: float, **settings: object) -> Course:
    run, wanted = job.run, TrainSettings(budget="100s", experience=False, **settings)  # type: ignore[arg-type]
    run.stage_key, run.clock.budget_s = f"{times} {left_s}", None if wanted.candidates else 100.0
    run.ahead = Ahead(lambda: left_s, pace=At(times))
    data = load_training(job.snapshot, job.profile, job.split, Said(CleanSettings(), {}), run)
    return set_up(data, job.profile.roles, job.split, wanted, run)


def planned_s(job: SmallJob, times: float, left_s: float = 100.0, **settings: object) -> float:
    return course(job, times=times, left_s=left_s, **settings).bench.facts.budget_s


def test_a_slow_machine_plans_its_fits_as_a_quiet_one_that_has_less_time(job: SmallJob) -> None:
    assert planned_s(job, times=1.0) == pytest.approx(75.0)
    assert planned_s(job, times=3.0) == pytest.approx(25.0)


def test_fits_are_planned_for_the_time_that_is_left(job: SmallJob) -> None:
    assert planned_s(job, times=1.0, left_s=30.0) < 30.0


def test_with_a_count_of_candidates_every_machine_plans_alike(job: SmallJob) -> None:
    assert planned_s(job, times=3.0, candidates=3) == planned_s(job, times=1.0, candidates=3)


@pytest.mark.parametrize("threaded_from", [100, 100_000])
def test_with_a_count_of_candidates_every_number_of_processors_plans_alike(
    job: SmallJob, monkeypatch: pytest.MonkeyPatch, threaded_from: int
) -> None:
    monkeypatch.setattr("mlwright.learning.workers.ROWS_FOR_THREADED_FITS", threaded_from)
    found = []
    for n_jobs in (1, 2, 16):
        job.run.n_jobs = n_jobs
        made = course(job, times=1.0, left_s=100.0, candidates=3)
        found.append((made.lineup.costs_s, made.given_s, len(made.bench.folds)))
    assert found[0] == found[1] == found[2]


def test_a_search_that_finds_no_time_left_still_has_a_price(job: SmallJob) -> None:
    late = course(job, times=1.0, left_s=0.0)
    progress = Progress(given_s=late.given_s)
    for n_tried, cost_s in ((4, 1.0), (14, 5.0)):
        progress.mark(Mark(n_tried, np.ones(100), 2.0, cost_s))
    assert progress.verdict(each_s=0.4) == "no further gain"


def test_a_run_that_goes_on_plans_as_it_did(job: SmallJob) -> None:
    first = course(job, times=1.0, left_s=100.0)
    job.run.ahead = Ahead(lambda: 20.0, pace=At(2.0))
    data = load_training(job.snapshot, job.profile, job.split, Said(CleanSettings(), {}), job.run)
    again = set_up(data, job.profile.roles, job.split, TrainSettings(budget="100s", experience=False), job.run)
    assert again.bench.facts.budget_s == first.bench.facts.budget_s
