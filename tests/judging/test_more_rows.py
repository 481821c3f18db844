"""What more rows would be worth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mlwright.judging.more_rows import told_more_rows, worth_of_rows
from mlwright.judging.quick import quick_model
from mlwright.learning.models import Facts
from mlwright.records.decision import MoreRows
from mlwright.records.settings import DecideSettings
from mlwright.scoring.blocks import BlockNames
from mlwright.testing.rules import estimate, worth
from mlwright.testing.small_job import small_job


def measured(folder: Path, n: int, n_columns: int, strength: float) -> MoreRows | None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, n_columns))
    y = x @ np.full(n_columns, strength) + rng.normal(size=n)
    table = pa.table({f"x{place}": column for place, column in enumerate(x.T)} | {"y": y})
    job = small_job(folder, table, task="regression")
    return worth_of_rows(job.snapshot, job.profile, job.split, job.training, DecideSettings(), job.run)


def test_where_much_is_left_to_learn_the_last_doubling_has_brought_something(tmp_path: Path) -> None:
    found = measured(tmp_path, 600, 60, 0.3)
    assert found is not None
    assert found.n_rows == (50, 100, 200)
    assert found.last_doubling.low > 0
    assert found.worth[0] < found.worth[1] < found.worth[2]


def test_where_all_is_learned_it_has_brought_next_to_nothing(tmp_path: Path) -> None:
    found = measured(tmp_path, 4000, 1, 1.0)
    assert found is not None
    assert abs(found.last_doubling.value) < 0.01 * abs(found.worth[-1])


def test_of_a_handful_of_rows_nothing_is_said(tmp_path: Path) -> None:
    assert measured(tmp_path, 150, 2, 1.0) is None


def test_it_is_given_up_where_it_takes_longer_than_was_foreseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlwright.judging.more_rows.time_is_up_after", lambda seconds, clock: lambda: True)
    assert measured(tmp_path, 600, 3, 0.3) is None


def test_what_fits_took_counts_more_than_what_they_were_guessed_to_take(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    job = small_job(tmp_path, pa.table({"x": rng.normal(size=300), "y": rng.normal(size=300)}), task="regression")
    facts = Facts("regression", 0, 200, 200, BlockNames(("x",), ("x",), (), (), ()), 4.0)
    (linear,) = [row for row in job.training.leaderboard if row.name == "linear"]
    dear = job.training.model_copy(update={"leaderboard": (linear.model_copy(update={"fit_s": 12.0, "n_folds": 3}),)})
    assert quick_model(job.training, facts, job.run, n_fits=5, most_s=10.0) is not None
    assert quick_model(dear, facts, job.run, n_fits=5, most_s=10.0) is None
    assert quick_model(dear, facts, job.run, n_fits=2, most_s=10.0) is not None


def test_it_is_told_in_a_sentence() -> None:
    more = MoreRows(model="linear", n_rows=(50, 100, 200), worth=(1, 2, 3), last_doubling=estimate(300.0, 100.0, 500.0))
    told = told_more_rows(worth(estimate(300.0, 250.0, 350.0), more_rows=more))
    assert "from 200 rows in place of 100 was worth 300 per 1,000 cases (between 100 and 500; linear)" in told
    assert "up to about as much again" in told
